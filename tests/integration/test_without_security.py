"""A broker without an authorizer and without accounts says so, as Kafka does."""

import pytest
from support import wire

SECURITY_DISABLED = 54
RESOURCE_NOT_FOUND = 91
NO_AUTHORIZER = "No Authorizer is configured"
ANY = {"resourceTypeFilter": 1, "resourceNameFilter": None, "patternTypeFilter": 1,
       "principalFilter": None, "hostFilter": None, "operation": 1, "permissionType": 1}
ONE = {"resourceType": 2, "resourceName": "t", "resourcePatternType": 3, "principal": "User:a",
       "host": "*", "operation": 3, "permissionType": 3}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_access_control_is_off(connection, version):
    """MirrorMaker 2 and administration tools ask, and go on without when they hear it."""
    described = connection.call("DescribeAcls", version, **ANY)
    assert described["errorCode"] == SECURITY_DISABLED
    assert described["errorMessage"] == NO_AUTHORIZER + " on the broker"
    assert described["resources"] == []
    created = connection.call("CreateAcls", version, creations=[ONE, ONE])["results"]
    deleted = connection.call("DeleteAcls", version, filters=[ANY, ANY])["filterResults"]
    for answers in (created, deleted):
        assert [(one["errorCode"], one["errorMessage"]) for one in answers] == [
            (SECURITY_DISABLED, NO_AUTHORIZER + ".")] * 2


@pytest.mark.parametrize("version", [0, 1])
def test_there_are_no_quotas(connection, version):
    answer = connection.call("DescribeClientQuotas", version, strict=False, components=[
        {"entityType": "user", "matchType": 2, "match": None}])
    assert (answer["errorCode"], answer["entries"]) == (0, [])


def test_there_are_no_credentials(connection):
    everybody = connection.call("DescribeUserScramCredentials", 0, users=None)
    assert (everybody["errorCode"], everybody["results"]) == (0, [])
    answer = connection.call("DescribeUserScramCredentials", 0, users=[{"name": "ann"}])
    assert answer["errorCode"] == 0
    [ann] = answer["results"]
    assert (ann["user"], ann["errorCode"], ann["credentialInfos"]) == ("ann", RESOURCE_NOT_FOUND, [])


def test_settings_for_tests_are_not_listed(connection):
    """Who copies all settings of a topic would send them elsewhere."""
    wire.create_topic(connection, "plain")
    answer = connection.call("DescribeConfigs", 4, includeSynonyms=False,
                             includeDocumentation=False, resources=[
                                 {"resourceType": 2, "resourceName": "plain",
                                  "configurationKeys": None}])
    names = [config["name"] for config in answer["results"][0]["configs"]]
    assert "segment.bytes" in names
    assert not [name for name in names if name.startswith("internal.")]
