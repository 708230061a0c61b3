"""Share groups' members and administration, request by request (KIP-932).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka), but for what is marked as Barnabas's own.
"""

import itertools

import pytest
from support import batches, wire
from support.waiting import wait_until

UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID = 3, 24, 25
UNSUPPORTED_VERSION, INVALID_CONFIG, INVALID_REQUEST = 35, 40, 42
NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, GROUP_MAX_SIZE_REACHED = 68, 69, 81
FENCED_MEMBER_EPOCH = 110
GROUP = 32  # the resource's type

SETTINGS = {"group.share.max.size": "2", "group.share.min.session.timeout.ms": "1000",
            "group.share.min.heartbeat.interval.ms": "100",
            "group.share.heartbeat.interval.ms": "500",
            "group.share.assignment.interval.ms": "0",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "share.coordinator.state.topic.num.partitions": "3"}
SHARE_APIS = {76, 77, 78, 79, 83, 84, 85, 86, 87, 90, 91, 92}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "shares", SETTINGS) as shared:
        yield shared


@pytest.fixture
def group():
    return f"share-{next(_numbers)}"


@pytest.fixture
def topic(connection):
    """A topic with two partitions."""
    name = f"queue-{next(_numbers)}"
    assert wire.create_topic(connection, name, partitions=2)["errorCode"] == 0
    return name


def coordinator(connection, group):
    def found():
        answer = connection.call("FindCoordinator", 4, keyType=0, coordinatorKeys=[group])
        return answer["coordinators"][0]["errorCode"] == 0
    wait_until(found, 30, f"{group} has a coordinator")


def beat(connection, group, member, epoch, topics=None, version=1):
    return connection.call("ShareGroupHeartbeat", version, groupId=group, memberId=member,
                           memberEpoch=epoch, subscribedTopicNames=topics)


def assigned(answer):
    """[(topic id, partition)], or None where the answer has no assignment."""
    if answer["assignment"] is None:
        return None
    return sorted((topic["topicId"], partition)
                  for topic in answer["assignment"]["topicPartitions"]
                  for partition in topic["partitions"])


class Member:
    """A member that goes on where the broker has it."""

    def __init__(self, connection, group, name, topics):
        self.connection, self.group, self.name, self.topics = connection, group, name, topics
        self.epoch, self.has = 0, []

    def beat(self):
        answer = beat(self.connection, self.group, self.name, self.epoch,
                      self.topics if self.epoch == 0 else None)
        assert answer["errorCode"] == 0, answer
        self.epoch = answer["memberEpoch"]
        self.has = self.has if assigned(answer) is None else assigned(answer)
        return self.has

    def settle(self, count):
        wait_until(lambda: len(self.beat()) == count, 30, f"{self.name} has {count} partitions")
        return self

    def leave(self):
        answer = beat(self.connection, self.group, self.name, -1)
        assert (answer["errorCode"], answer["memberEpoch"]) == (0, -1)


def joined(connection, group, topic, count=2, name="m1"):
    coordinator(connection, group)
    return Member(connection, group, name, [topic]).settle(count)


def offsets(connection, group, topics=None, version=1):
    """{(topic, partition): (start offset, lag)}, or the group's error."""
    answer = connection.call("DescribeShareGroupOffsets", version,
                             groups=[{"groupId": group, "topics": topics}])["groups"][0]
    if answer["errorCode"]:
        return answer["errorCode"]
    return {(topic["topicName"], one["partitionIndex"]): (one["startOffset"], one.get("lag"))
            for topic in answer["topics"] for one in topic["partitions"]}


def alter(connection, group, topic, **starts):
    partitions = [{"partitionIndex": int(number[1:]), "startOffset": start}
                  for number, start in starts.items()]
    answer = connection.call("AlterShareGroupOffsets", 0, groupId=group,
                             topics=[{"topicName": topic, "partitions": partitions}])
    if answer["errorCode"]:
        return answer["errorCode"]
    return {one["partitionIndex"]: one["errorCode"]
            for one in answer["responses"][0]["partitions"]}


def forget(connection, group, topic):
    answer = connection.call("DeleteShareGroupOffsets", 0, groupId=group,
                             topics=[{"topicName": topic}])
    return answer["errorCode"] or answer["responses"][0]["errorCode"]


def delete(connection, group):
    return connection.call("DeleteGroups", 2, groupsNames=[group])["results"][0]["errorCode"]


def listed(connection, group, **filters):
    answer = connection.call("ListGroups", 5, **filters)
    return [(one["groupType"], one["groupState"], one["protocolType"])
            for one in answer["groups"] if one["groupId"] == group]


# --- members


def test_the_apis_and_the_feature_are_advertised(connection):
    answer = connection.call("ApiVersions", 4, clientSoftwareName="t", clientSoftwareVersion="1")
    assert {one["apiKey"] for one in answer["apiKeys"]} >= SHARE_APIS
    assert {"name": "share.version", "maxVersionLevel": 2, "minVersionLevel": 2} in [
        {key: one[key] for key in ("name", "maxVersionLevel", "minVersionLevel")}
        for one in answer["finalizedFeatures"]]


def test_members_share_what_there_is(connection, group, topic):
    one = joined(connection, group, topic)
    two = Member(connection, group, "m2", [topic]).settle(1)
    one.settle(1)
    assert sorted(one.has + two.has) == sorted(set(one.has + two.has)) and len(two.has) == 1
    two.leave()
    one.settle(2)
    one.leave()
    assert listed(connection, group) == [("share", "Empty", "share")]


def test_requests_are_refused_as_kafka_does(connection, group, topic):
    member = joined(connection, group, topic)
    rows = [("m1", member.epoch + 1, None, FENCED_MEMBER_EPOCH),
            ("m9", 1, None, UNKNOWN_MEMBER_ID), ("m9", -1, None, UNKNOWN_MEMBER_ID),
            ("", 0, [topic], INVALID_REQUEST), ("m9", 0, None, INVALID_REQUEST),
            ("m9", 0, [], INVALID_REQUEST), ("m9", -2, None, INVALID_REQUEST)]
    for name, epoch, topics, error in rows:
        answer = beat(connection, group, name, epoch, topics)
        assert answer["errorCode"] == error, (name, epoch, topics, answer)
        assert answer["errorMessage"]
    Member(connection, group, "m2", [topic]).beat()
    assert beat(connection, group, "m3", 0, [topic])["errorCode"] == GROUP_MAX_SIZE_REACHED
    assert beat(connection, f"{group}-none", "m", 1)["errorCode"] == GROUP_ID_NOT_FOUND


def test_a_group_is_described_and_listed(connection, group, topic):
    joined(connection, group, topic)
    described = connection.call("ShareGroupDescribe", 1, groupIds=[group, "absent"],
                                includeAuthorizedOperations=True)["groups"]
    assert described[0]["groupState"] == "Stable" and described[0]["assignorName"] == "simple"
    (member,) = described[0]["members"]
    assert member["memberId"] == "m1" and member["clientHost"] == "/127.0.0.1"
    (part,) = member["assignment"]["topicPartitions"]
    assert (part["topicName"], sorted(part["partitions"])) == (topic, [0, 1])
    assert described[1]["errorCode"] == GROUP_ID_NOT_FOUND
    assert listed(connection, group, typesFilter=["share"]) == [("share", "Stable", "share")]
    assert not listed(connection, group, typesFilter=["consumer"])


def test_new_partitions_are_read_and_a_deleted_topic_is_not(connection, group, topic):
    member = joined(connection, group, topic)
    answer = connection.call("CreatePartitions", 3, timeoutMs=10_000,
                             topics=[{"name": topic, "count": 4, "assignments": None}])
    assert answer["results"][0]["errorCode"] == 0
    member.settle(4)
    connection.call("DeleteTopics", 5, topicNames=[topic], timeoutMs=10_000)
    member.settle(0)
    wait_until(lambda: offsets(connection, group) == {}, 30, "its state is forgotten")


def test_a_group_may_have_its_own_times(connection, group, topic):
    def configure(value):
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": GROUP, "resourceName": group, "configs": [
                {"name": "share.session.timeout.ms", "configOperation": 0, "value": value}]}])
        return answer["responses"][0]["errorCode"]
    assert configure("999999") == INVALID_CONFIG
    assert configure("1000") == 0
    joined(connection, group, topic)
    wait_until(lambda: listed(connection, group) == [("share", "Empty", "share")], 30,
               "the silent member is removed")


# --- offsets


def test_offsets_are_described_altered_and_forgotten(connection, group, topic):
    for partition in range(2):
        batch = batches.build([(b"k", b"v")] * 10)
        assert wire.produce(connection, topic, batch, partition)["errorCode"] == 0
    member = joined(connection, group, topic)
    assert offsets(connection, group) == {(topic, 0): (-1, -1), (topic, 1): (-1, -1)}
    assert alter(connection, group, topic, p0=3) == NON_EMPTY_GROUP
    assert forget(connection, group, topic) == NON_EMPTY_GROUP
    assert delete(connection, group) == NON_EMPTY_GROUP
    member.leave()
    assert alter(connection, group, topic, p0=3, p7=0) == {0: 0, 7: UNKNOWN_TOPIC_OR_PARTITION}
    assert offsets(connection, group)[(topic, 0)] == (3, 7)
    named = [{"topicName": topic, "partitions": [0]}, {"topicName": "absent", "partitions": [5]}]
    assert offsets(connection, group, named) == {(topic, 0): (3, 7), ("absent", 5): (-1, -1)}
    assert offsets(connection, group, named, version=0)[(topic, 0)] == (3, None)
    assert forget(connection, group, topic) == 0
    assert forget(connection, group, topic) == UNKNOWN_TOPIC_OR_PARTITION
    assert forget(connection, group, "absent") == UNKNOWN_TOPIC_OR_PARTITION
    assert offsets(connection, group) == {}
    assert delete(connection, group) == 0
    assert delete(connection, group) == GROUP_ID_NOT_FOUND
    assert offsets(connection, group) == {}, "as Kafka has it: that is no error"
    assert not listed(connection, group)


def test_altering_makes_a_group_and_deleting_it_forgets_its_state(connection, group, topic):
    coordinator(connection, group)
    assert alter(connection, group, topic, p1=5) == {1: 0}
    assert listed(connection, group) == [("share", "Empty", "share")]
    assert offsets(connection, group)[(topic, 1)][0] == 5
    assert delete(connection, group) == 0
    named = [{"topicName": topic, "partitions": [1]}]
    assert offsets(connection, group, named) == {(topic, 1): (-1, -1)}
    joined(connection, group, topic).leave()
    assert offsets(connection, group)[(topic, 1)][0] == -1, "it begins anew"


def test_all_outlives_the_broker(broker_factory):
    broker = broker_factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "kept", partitions=2)["errorCode"] == 0
        joined(connection, "left", "kept").leave()
        assert alter(connection, "left", "kept", p0=4) == {0: 0}
        member = joined(connection, "live", "kept")
        epoch = member.epoch
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        coordinator(connection, "left")
        wait_until(lambda: listed(connection, "left") == [("share", "Empty", "share")], 30,
                   "the coordinator has loaded")
        assert {place: start for place, (start, _) in offsets(connection, "left").items()} == {
            ("kept", 0): 4, ("kept", 1): -1}
        answer = beat(connection, "live", "m1", epoch)
        assert (answer["errorCode"], answer["memberEpoch"]) == (0, epoch)


@pytest.mark.own
def test_without_the_feature_nothing_is_served_or_advertised(broker_factory):
    broker = broker_factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        answer = connection.call("UpdateFeatures", 1, timeoutMs=10_000, featureUpdates=[
            {"feature": "share.version", "maxVersionLevel": 0, "upgradeType": 2}])
        assert answer["errorCode"] == 0, answer
        answer = connection.call("ApiVersions", 4, clientSoftwareName="t",
                                 clientSoftwareVersion="1")
        assert not {one["apiKey"] for one in answer["apiKeys"]} & SHARE_APIS
        refused = beat(connection, "g", "m", 0, ["t"])
        assert refused["errorCode"] == UNSUPPORTED_VERSION
        assert "share.version" in refused["errorMessage"]
        assert offsets(connection, "g") == UNSUPPORTED_VERSION


@pytest.mark.own
def test_the_metrics_page_says_what_a_group_has(broker_factory):
    import urllib.request

    from support.ports import free_port
    port = free_port()
    broker = broker_factory.start({**SETTINGS, "metrics.listeners": f"127.0.0.1:{port}"})

    def samples():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as page:
            lines = page.read().decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        topic = wire.metadata(connection, ["t"])["topics"][0]["topicId"]
        member = joined(connection, "g", "t", count=1)

        def call(api, epoch, acknowledged=(), **values):
            batches_of = [{"firstOffset": first, "lastOffset": last, "acknowledgeTypes": [kind]}
                          for first, last, kind in acknowledged]
            answer = connection.call(api, 1, groupId="g", memberId=member.name,
                                     shareSessionEpoch=epoch, topics=[{
                                         "topicId": topic, "partitions": [{
                                             "partitionIndex": 0,
                                             "acknowledgementBatches": batches_of}]}], **values)
            assert answer["errorCode"] == 0, answer
            return answer

        sizes = {"maxWaitMs": 500, "minBytes": 1, "maxBytes": 1 << 20, "maxRecords": 100,
                 "batchSize": 100}
        call("ShareFetch", 0, **sizes)  # which looks up where the group begins: at the end
        wire.produce(connection, "t", batches.build([(b"k", b"v")] * 5))
        epochs = itertools.count(1)
        wait_until(lambda: call("ShareFetch", next(epochs), **sizes)["responses"] != [], 30,
                   "five records are acquired")
        seen = samples()
        assert seen['barnabas_groups{type="Share",state="Stable"}'] == "1"
        assert seen['barnabas_group_members{group="g"}'] == "1"
        assert seen["barnabas_share_sessions"] == "1"
        assert seen['barnabas_share_group_partitions{group="g"}'] == "1"
        assert seen['barnabas_share_group_records{group="g",state="acquired"}'] == "5"
        assert seen["barnabas_share_acquired_records_total"] == "5"
        where = '{group="g",topic="t",partition="0"}'
        seen = wait_until(lambda: (now := samples()).get("barnabas_group_lag" + where) == "5" and now,
                          30, "where it begins is written down")
        assert seen["barnabas_group_committed_offset" + where] == "0"
        assert 0 <= float(seen["barnabas_group_oldest_unconsumed_age_seconds" + where]) < 60
        call("ShareAcknowledge", next(epochs), [(1, 2, 3), (4, 4, 2)])  # rejected, released
        seen = samples()
        records = 'barnabas_share_group_records{group="g",state="%s"}'
        assert {state: seen.get(records % state) for state in
                ("acquired", "archived", "available")} == \
            {"acquired": "2", "archived": "2", "available": "1"}
        assert seen['barnabas_share_acknowledged_records_total{type="reject"}'] == "2"
        assert seen['barnabas_share_acknowledged_records_total{type="release"}'] == "1"
        assert seen['barnabas_share_dead_letters_total{outcome="written"}'] == "0"
        assert seen["barnabas_group_committed_offset" + where] == "0", "the first is acquired"
        assert seen["barnabas_group_lag" + where] == "3", "two of five are done with"
        assert seen['barnabas_group_lag_max{group="g"}'] == "3"
        call("ShareAcknowledge", next(epochs), [(0, 0, 1), (3, 3, 1)])
        assert samples()["barnabas_group_lag" + where] == "1"
        wait_until(lambda: call("ShareFetch", next(epochs), **sizes)["responses"] != [], 30,
                   "the released one is acquired")
        call("ShareAcknowledge", next(epochs), [(4, 4, 1)])
        seen = samples()
        assert seen["barnabas_group_lag" + where] == "0"
        assert seen["barnabas_group_oldest_unconsumed_age_seconds" + where] == "0"
