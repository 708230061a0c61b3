"""Share groups through Apache Kafka's own admin client."""

import pytest
from support import batches, wire
from support.group_admin import GroupAdmin
from support.waiting import wait_until

PARTITIONS, RECORDS = 2, 12
SETTINGS = {"share.coordinator.state.topic.num.partitions": "3"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("shares"))
    yield factory.start(SETTINGS)
    factory.close()


@pytest.fixture(scope="module")
def admin(broker):
    with GroupAdmin(broker) as admin:
        yield admin


@pytest.fixture(scope="module")
def connection(broker):
    with wire.connected(broker) as opened:
        assert wire.create_topic(opened, "jobs", PARTITIONS)["errorCode"] == 0
        for partition in range(PARTITIONS):
            batch = batches.build([(b"k", b"v")] * RECORDS)
            assert wire.produce(opened, "jobs", batch, partition)["errorCode"] == 0
        yield opened


def test_a_group_is_altered_described_and_deleted(admin, connection):
    assert admin("share-alter", "g", "jobs", 0, 5) is None  # makes the group
    assert admin("list", "-", "Share")["g"] == ["Share", "Empty", "share"]
    assert admin("share-offsets", "g") == {"jobs-0": [5, RECORDS - 5]}
    epoch = 0

    def has_all():
        nonlocal epoch
        answer = connection.call("ShareGroupHeartbeat", 1, groupId="g", memberId="m",
                                 memberEpoch=epoch,
                                 subscribedTopicNames=["jobs"] if epoch == 0 else None)
        assert answer["errorCode"] == 0, answer
        epoch = answer["memberEpoch"]
        return admin("share-describe", "g")["members"][0]["partitions"] == list(range(PARTITIONS))

    wait_until(has_all, 30, "the member has all partitions")
    described = admin("share-describe", "g")
    assert (described["state"], described["coordinator"]) == ("Stable", 1)
    (member,) = described["members"]
    assert (member["id"], member["host"]) == ("m", "/127.0.0.1")
    assert admin("share-offsets", "g") == {"jobs-0": [5, RECORDS - 5], "jobs-1": None}
    for command in (("share-alter", "g", "jobs", 0, 1), ("share-forget", "g", "jobs"),
                    ("share-delete", "g")):
        assert admin(*command) == {"error": "GroupNotEmptyException"}, command
    connection.call("ShareGroupHeartbeat", 1, groupId="g", memberId="m", memberEpoch=-1)
    assert admin("share-forget", "g", "jobs") is None
    assert admin("share-offsets", "g") == {}
    assert admin("share-forget", "g", "jobs") == {"error": "UnknownTopicOrPartitionException"}
    assert admin("share-delete", "g") is None
    assert admin("share-describe", "g") == {"error": "GroupIdNotFoundException"}
    assert "g" not in admin("list")
