"""Consumer groups, request by request: every version, and what is refused.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka), but for what is marked as Barnabas's own.
"""

import itertools
import uuid

import pytest
from support import batches, groups, wire
from support.broker import is_kafka
from support.waiting import wait_until

OFFSET_METADATA_TOO_LARGE, ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL = 12, 22, 23
UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID = 3, 24, 25
REBALANCE_IN_PROGRESS = 27
INVALID_SESSION_TIMEOUT, UNSUPPORTED_VERSION, INVALID_CONFIG, INVALID_REQUEST = 26, 35, 40, 42
NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, MEMBER_ID_REQUIRED, GROUP_MAX_SIZE_REACHED = 68, 69, 79, 81
FENCED_INSTANCE_ID, GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_ID = 82, 86, 100
FENCED_MEMBER_EPOCH, UNSUPPORTED_ASSIGNOR, STALE_MEMBER_EPOCH = 110, 112, 113

SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.max.size": "2",
            "group.consumer.max.size": "2", "group.consumer.min.session.timeout.ms": "1000",
            "group.consumer.min.heartbeat.interval.ms": "100"}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "groups", SETTINGS) as shared:
        yield shared


@pytest.fixture
def group():
    return f"group-{next(_numbers)}"


@pytest.fixture
def topic(connection):
    """A topic with two partitions."""
    name = f"read-{next(_numbers)}"
    assert wire.create_topic(connection, name, partitions=2)["errorCode"] == 0
    return name


def topic_id(connection, topic):
    return wire.metadata(connection, [topic])["topics"][0]["topicId"]


# --- members of classic groups


@pytest.mark.parametrize("version", range(10))
def test_a_member_comes_and_goes_in_every_version(connection, group, version):
    joined = groups.member_alone(connection, group, version=version)
    assert joined["generationId"] == 1
    assert joined["leader"] == joined["memberId"] != ""
    assert joined["protocolName"] == "range"
    assert [member["memberId"] for member in joined["members"]] == [joined["memberId"]]
    assert joined.get("protocolType", "consumer") == "consumer"
    assert groups.heartbeat(connection, group, joined, min(version, 4)) == 0
    described = connection.call("ConsumerGroupDescribe", 1, groupIds=[group])["groups"][0]
    assert described["errorCode"] == GROUP_ID_NOT_FOUND, "it is a classic group"
    described = connection.call("DescribeGroups", min(version, 6), groups=[group])["groups"][0]
    assert (described["groupState"], described["protocolData"]) == ("Stable", "range")
    assert described["members"][0]["memberAssignment"] == b"mine"
    leave = min(version, 5)
    left = connection.call("LeaveGroup", leave, groupId=group, memberId=joined["memberId"],
                           members=[{"memberId": joined["memberId"]}])
    assert left["errorCode"] == 0
    assert [member["errorCode"] for member in left.get("members", [])] == ([0] if leave > 2 else [])
    assert groups.heartbeat(connection, group, joined) == UNKNOWN_MEMBER_ID


def test_new_members_get_an_id_before_they_join(connection, group):
    groups.ready(connection, group)
    first = groups.join(connection, group, version=4)
    assert first["errorCode"] == MEMBER_ID_REQUIRED
    assert first["memberId"].startswith("raw-")
    described = connection.call("DescribeGroups", 5, groups=[group])["groups"][0]
    assert described["members"] == []


@pytest.mark.parametrize("values, error", [
    ({"sessionTimeoutMs": 5_999}, INVALID_SESSION_TIMEOUT),
    ({"sessionTimeoutMs": 1_800_001}, INVALID_SESSION_TIMEOUT),
    ({"sessionTimeoutMs": -1}, INVALID_SESSION_TIMEOUT),
    ({"protocols": []}, INCONSISTENT_GROUP_PROTOCOL),
    ({"protocolType": ""}, INCONSISTENT_GROUP_PROTOCOL),
    ({"memberId": "stranger"}, UNKNOWN_MEMBER_ID),
    ({"groupId": ""}, INVALID_GROUP_ID),
])
def test_joins_that_are_refused(connection, group, values, error):
    groups.ready(connection, group)
    member = values.pop("memberId", "")
    name = values.pop("groupId", group)
    assert groups.join(connection, name, 3, member_id=member, **values)["errorCode"] == error
    described = connection.call("DescribeGroups", 5, groups=[group])["groups"][0]
    assert described["members"] == []
    # Kafka leaves an empty group behind where the protocols were refused.
    assert described["groupState"] in (("Dead", "Empty") if is_kafka() else ("Dead",))


def test_what_strangers_and_stale_members_say_is_refused(connection, group):
    joined = groups.member_alone(connection, group)
    stranger = {**joined, "memberId": "stranger"}
    stale = {**joined, "generationId": joined["generationId"] - 1}
    assert groups.heartbeat(connection, group, stranger) == UNKNOWN_MEMBER_ID
    assert groups.heartbeat(connection, group, stale) == ILLEGAL_GENERATION
    assert groups.sync(connection, group, stranger)["errorCode"] == UNKNOWN_MEMBER_ID
    assert groups.sync(connection, group, stale)["errorCode"] == ILLEGAL_GENERATION
    for named in ({"protocolName": None}, {"protocolType": None}, {"protocolName": "sticky"}):
        answer = groups.sync(connection, group, joined, **named)
        assert answer["errorCode"] == INCONSISTENT_GROUP_PROTOCOL, named
    left = connection.call("LeaveGroup", 5, groupId=group, members=[
        {"memberId": "stranger"}, {"memberId": "", "groupInstanceId": "nobody"}])
    assert left["errorCode"] == 0
    assert [member["errorCode"] for member in left["members"]] == [UNKNOWN_MEMBER_ID] * 2
    assert groups.heartbeat(connection, group, joined) == 0
    other = groups.join(connection, group, 3, protocolType="connect")
    assert other["errorCode"] == INCONSISTENT_GROUP_PROTOCOL


def test_requests_without_a_group_id_are_refused(connection, group):
    groups.ready(connection, group)
    nobody = {"generationId": 1, "memberId": "m"}
    assert groups.sync(connection, "", nobody)["errorCode"] == INVALID_GROUP_ID
    assert groups.heartbeat(connection, "", nobody) == INVALID_GROUP_ID
    left = connection.call("LeaveGroup", 4, groupId="", members=[{"memberId": "m"}])
    assert left["errorCode"] == INVALID_GROUP_ID


def test_a_group_is_full(broker, connection, group):
    joined = groups.member_alone(connection, group)
    with wire.connected(broker) as second, wire.connected(broker) as third:
        asked = groups.join(second, group)
        assert asked["errorCode"] == MEMBER_ID_REQUIRED
        waiting = second.send("JoinGroup", 9, groupId=group, sessionTimeoutMs=10_000,
                              rebalanceTimeoutMs=60_000, memberId=asked["memberId"],
                              protocolType="consumer",
                              protocols=[{"name": "range", "metadata": groups.subscription("t")}])
        wait_until(lambda: groups.heartbeat(connection, group, joined) == REBALANCE_IN_PROGRESS,
                   10, "it rebalances")
        again = groups.join(connection, group, member_id=joined["memberId"])
        assert (again["errorCode"], len(again["members"])) == (0, 2)
        number, other = second.receive("JoinGroup", 9)
        assert (number, other["errorCode"], other["leader"]) == (waiting, 0, joined["memberId"])
        for version in (3, 9):
            refused = groups.join(third, group, version)
            assert refused["errorCode"] == GROUP_MAX_SIZE_REACHED


def test_a_static_member_fences_the_one_before(connection, group):
    groups.ready(connection, group)
    first = groups.join(connection, group, groupInstanceId="instance")
    assert first["errorCode"] == 0
    groups.sync(connection, group, first, assignments=[(first["memberId"], b"a")],
                groupInstanceId="instance")
    second = groups.join(connection, group, groupInstanceId="instance")
    assert (second["errorCode"], second["generationId"]) == (0, first["generationId"])
    assert groups.heartbeat(connection, group, first,
                            groupInstanceId="instance") == FENCED_INSTANCE_ID
    assert groups.heartbeat(connection, group, second, groupInstanceId="instance") == 0


# --- offsets


@pytest.mark.parametrize("version", range(2, 11))
def test_offsets_are_committed_and_fetched_in_every_version(connection, group, topic, version):
    groups.ready(connection, group)
    ids = {topic: topic_id(connection, topic)}
    errors = groups.commit(connection, group, {(topic, 0): 7, (topic, 1): version}, version,
                           topic_ids=ids)
    assert errors == {(topic, 0): 0, (topic, 1): 0}
    wanted = {(topic, 0): (7, 0), (topic, 1): (version, 0)}
    for asked in range(1, 11):
        names = {"name": topic, "partitionIndexes": [0, 1]}
        if asked < 8:
            answer = connection.call("OffsetFetch", asked, groupId=group, topics=[names])
            assert answer.get("errorCode", 0) == 0
        else:
            answer = connection.call("OffsetFetch", asked, groups=[
                {"groupId": group, "topics": [{**names, "topicId": ids[topic]}]}])["groups"][0]
            assert answer["errorCode"] == 0
        assert groups.offsets_of(answer, {ids[topic]: topic}) == wanted, asked
        assert {part["metadata"] for part in answer["topics"][0]["partitions"]} == {"note"}


@pytest.mark.own  # Kafka 4 has neither version any more
@pytest.mark.parametrize("version", [0, 1])
def test_the_oldest_commits_reach_the_coordinator(connection, group, topic, version):
    groups.ready(connection, group)
    assert groups.commit(connection, group, {(topic, 0): 5}, version) == {(topic, 0): 0}
    answer = connection.call("OffsetFetch", 0, groupId=group, topics=[
        {"name": topic, "partitionIndexes": [0, 1, 9]}, {"name": "none", "partitionIndexes": [0]}])
    assert groups.offsets_of(answer) == {(topic, 0): (5, 0), (topic, 1): (-1, 0),
                                         (topic, 9): (-1, 0), ("none", 0): (-1, 0)}


@pytest.mark.parametrize("version", [2, 9])
def test_commits_of_unknown_topics_are_refused_one_by_one(connection, group, topic, version):
    groups.ready(connection, group)
    errors = groups.commit(connection, group, {
        (topic, 0): 1, (topic, 2): 1, (topic, -1): 1, ("none", 0): 1, ("", 0): 1}, version)
    assert errors.pop((topic, 0)) == 0
    assert set(errors.values()) == {UNKNOWN_TOPIC_OR_PARTITION}
    assert groups.fetch_offsets(connection, group) == {(topic, 0): (1, 0)}


def test_unknown_topic_ids_are_refused_one_by_one(connection, group, topic):
    groups.ready(connection, group)
    ids = {topic: topic_id(connection, topic), "gone": uuid.uuid4()}
    errors = groups.commit(connection, group, {(topic, 0): 3, (topic, 7): 3, ("gone", 0): 3}, 10,
                           topic_ids=ids)
    assert errors == {(topic, 0): 0, (topic, 7): UNKNOWN_TOPIC_OR_PARTITION,
                      ("gone", 0): UNKNOWN_TOPIC_ID}
    answer = connection.call("OffsetFetch", 10, groups=[{"groupId": group, "topics": [
        {"topicId": id, "partitionIndexes": [0]} for id in ids.values()]}])["groups"][0]
    names = {id: name for name, id in ids.items()}
    assert groups.offsets_of(answer, names) == {(topic, 0): (3, 0),
                                                ("gone", 0): (-1, UNKNOWN_TOPIC_ID)}
    answer = connection.call("OffsetFetch", 10, groups=[{"groupId": group, "topics": None}])
    assert groups.offsets_of(answer["groups"][0], names) == {(topic, 0): (3, 0)}


def test_commits_of_strangers_are_refused(connection, group, topic):
    groups.ready(connection, group)
    nobody = {"generationId": 3, "memberId": "stranger"}
    at = {(topic, 0): 1}
    assert groups.commit(connection, group, at, 8, nobody) == {(topic, 0): ILLEGAL_GENERATION}
    assert groups.commit(connection, group, at, 9, nobody) == {(topic, 0): GROUP_ID_NOT_FOUND}
    joined = groups.member_alone(connection, group)
    stale = {**joined, "generationId": joined["generationId"] - 1}
    later = {**joined, "generationId": joined["generationId"] + 1}
    assert groups.commit(connection, group, at, 9, nobody) == {(topic, 0): UNKNOWN_MEMBER_ID}
    assert groups.commit(connection, group, at, 9) == {(topic, 0): UNKNOWN_MEMBER_ID}
    assert groups.commit(connection, group, at, 9, stale) == {(topic, 0): ILLEGAL_GENERATION}
    assert groups.commit(connection, group, at, 9, later) == {(topic, 0): ILLEGAL_GENERATION}
    assert groups.commit(connection, group, at, 9, joined, groupInstanceId="x") == {
        (topic, 0): UNKNOWN_MEMBER_ID}
    assert groups.fetch_offsets(connection, group) == {}
    assert groups.commit(connection, group, at, 9, joined) == {(topic, 0): 0}


def test_metadata_that_is_too_long_is_refused_alone(connection, group, topic):
    groups.ready(connection, group)
    answer = connection.call("OffsetCommit", 9, groupId=group, topics=[
        {"name": topic, "partitions": [
            {"partitionIndex": 0, "committedOffset": 1, "committedMetadata": "x" * 4097},
            {"partitionIndex": 1, "committedOffset": 1, "committedMetadata": None}]}])
    errors = [part["errorCode"] for part in answer["topics"][0]["partitions"]]
    assert errors == [OFFSET_METADATA_TOO_LARGE, 0]
    answer = connection.call("OffsetFetch", 7, groupId=group, topics=None)
    assert answer["topics"][0]["partitions"][0]["metadata"] == ""


def test_several_groups_are_fetched_at_once(connection, group, topic):
    asked = []
    for number in range(20):
        name = f"{group}-{number}"
        groups.ready(connection, name)
        groups.commit(connection, name, {(topic, 0): number})
        asked.append({"groupId": name, "topics": None if number % 2 else [
            {"name": topic, "partitionIndexes": [0]}]})
    asked.append({"groupId": "none", "topics": None})
    answer = connection.call("OffsetFetch", 8, groups=asked)
    assert [part["groupId"] for part in answer["groups"]] == [part["groupId"] for part in asked]
    for number, part in enumerate(answer["groups"][:-1]):
        assert groups.offsets_of(part) == {(topic, 0): (number, 0)}
    assert answer["groups"][-1]["topics"] == []


def test_offsets_go_with_their_topic(connection, group, topic):
    groups.ready(connection, group)
    groups.commit(connection, group, {(topic, 0): 5})
    deleted = connection.call("DeleteTopics", 5, topicNames=[topic], timeoutMs=30_000)
    assert deleted["responses"][0]["errorCode"] == 0
    wait_until(lambda: wire.create_topic(connection, topic)["errorCode"] == 0, 30, "it is there")
    wait_until(lambda: groups.fetch_offsets(connection, group) == {}, 30, "the offset is gone")
    assert groups.fetch_offsets(connection, group, {topic: [0]}) == {(topic, 0): (-1, 0)}


# --- names


@pytest.mark.parametrize("name", [
    "", "x" * 32_767, "".join(chr(c) for c in range(256)), "../..", "a/b", "\U0001f600 %s {}"],
    ids=["empty", "longest", "every-byte", "dots", "slash", "emoji"])
def test_offsets_are_kept_for_every_name(connection, topic, name):
    groups.ready(connection, name)
    assert groups.commit(connection, name, {(topic, 0): 4}) == {(topic, 0): 0}
    assert groups.fetch_offsets(connection, name) == {(topic, 0): (4, 0)}
    listed = [one["groupId"] for one in connection.call("ListGroups", 4)["groups"]]
    assert name in listed
    described = connection.call("DescribeGroups", 5, groups=[name])["groups"][0]
    assert (described["groupId"], described["groupState"]) == (name, "Empty")
    removed = connection.call("DeleteGroups", 2, groupsNames=[name])["results"]
    assert [(one["groupId"], one["errorCode"]) for one in removed] == [(name, 0)]
    assert groups.fetch_offsets(connection, name) == {}


@pytest.mark.own  # Kafka reads such bytes as replacement characters
def test_a_name_need_not_be_text(connection, topic):
    name = bytes(range(1, 256))
    groups.ready(connection, "text")
    def found():
        answer = connection.call("FindCoordinator", 3, key=name, keyType=0)
        return answer["errorCode"] == 0
    wait_until(found, 30, "there is a coordinator")
    answer = connection.call("OffsetCommit", 9, groupId=name, topics=[
        {"name": topic, "partitions": [{"partitionIndex": 0, "committedOffset": 9}]}])
    assert answer["topics"][0]["partitions"][0]["errorCode"] == 0
    answer = connection.call("OffsetFetch", 7, groupId=name, topics=None)
    assert groups.offsets_of(answer) == {(topic, 0): (9, 0)}
    connection.call("DeleteGroups", 1, groupsNames=["text"])
    removed = connection.send("DeleteGroups", 1, groupsNames=[name])
    assert removed and len(connection.receive_frame()) > len(name)


def test_a_name_that_is_too_long_closes_the_connection(broker, topic):
    with wire.connected(broker) as connection:
        connection.send("OffsetFetch", 8, groups=[{"groupId": "x" * 32_768, "topics": []}])
        assert connection.is_closed_by_peer()
    with wire.connected(broker) as connection:
        assert connection.call("ApiVersions", 0)["errorCode"] == 0


# --- administration


def test_groups_are_listed_by_state_and_type(connection, group, topic):
    groups.member_alone(connection, group)
    groups.ready(connection, group + "-offsets")
    groups.commit(connection, group + "-offsets", {(topic, 0): 1})
    def listed(version=5, **filters):
        answer = connection.call("ListGroups", version, **filters)
        assert answer["errorCode"] == 0
        return {one["groupId"]: (one["protocolType"], one.get("groupState"), one.get("groupType"))
                for one in answer["groups"] if one["groupId"].startswith(group)}

    both = {group: ("consumer", "Stable", "classic"), group + "-offsets": ("", "Empty", "classic")}
    assert {name: tuple(str(part).lower() for part in row) for name, row in listed().items()} == {
        name: tuple(part.lower() for part in row) for name, row in both.items()}
    assert set(listed(statesFilter=["Stable"])) == {group}
    assert set(listed(statesFilter=["empty", "dead"])) == {group + "-offsets"}
    assert set(listed(typesFilter=["classic"])) == set(both)
    assert listed(typesFilter=["consumer"]) == {}
    assert listed(statesFilter=["PreparingRebalance"]) == {}
    for version in range(5):
        assert set(listed(version)) == set(both)


def test_groups_that_are_not_there_are_described(connection, group):
    groups.ready(connection, group)
    for version in range(6):
        described = connection.call("DescribeGroups", version, groups=[group])["groups"][0]
        assert (described["errorCode"], described["groupState"]) == (0, "Dead")
    described = connection.call("DescribeGroups", 6, groups=[group, group])["groups"]
    assert [one["errorCode"] for one in described] == [GROUP_ID_NOT_FOUND] * 2
    assert described[0]["errorMessage"]
    described = connection.call("ConsumerGroupDescribe", 1, groupIds=[group])["groups"][0]
    assert described["errorCode"] == GROUP_ID_NOT_FOUND


def test_authorized_operations_are_told_if_asked_for(connection, group):
    groups.member_alone(connection, group)
    def operations(asked):
        return connection.call("DescribeGroups", 5, groups=[group],
                               includeAuthorizedOperations=asked)["groups"][0][
                                   "authorizedOperations"]
    assert operations(False) == -2**31
    assert operations(True) == 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11


def test_groups_are_deleted_when_they_are_empty(connection, group, topic):
    joined = groups.member_alone(connection, group)
    groups.ready(connection, group + "-offsets")
    groups.commit(connection, group + "-offsets", {(topic, 0): 1})
    names = [group, group + "-offsets", group + "-none", group]
    def delete():
        results = connection.call("DeleteGroups", 2, groupsNames=names)["results"]
        assert len(results) == 3, "each is answered once"
        return {one["groupId"]: one["errorCode"] for one in results}

    assert delete() == {group: NON_EMPTY_GROUP, group + "-offsets": 0,
                        group + "-none": GROUP_ID_NOT_FOUND}
    connection.call("LeaveGroup", 5, groupId=group, members=[{"memberId": joined["memberId"]}])
    assert delete()[group] == 0


def test_offsets_are_deleted_where_nobody_reads(connection, group, topic):
    def delete(name, partitions=(0,), of=group):
        answer = connection.call("OffsetDelete", 0, groupId=of, topics=[
            {"name": name, "partitions": [{"partitionIndex": part} for part in partitions]}])
        return answer["errorCode"], sorted(part["errorCode"] for one in answer["topics"]
                                           for part in one["partitions"])

    groups.ready(connection, group)
    assert delete(topic) == (GROUP_ID_NOT_FOUND, [])
    assert delete(topic, of="") == (INVALID_GROUP_ID, [])
    joined = groups.member_alone(connection, group, topics=("other",))
    groups.commit(connection, group, {(topic, 0): 1, (topic, 1): 1}, joined=joined)
    assert delete(topic, [0, 5]) == (0, [0, UNKNOWN_TOPIC_OR_PARTITION])
    assert delete("none") == (0, [UNKNOWN_TOPIC_OR_PARTITION])
    assert groups.fetch_offsets(connection, group) == {(topic, 1): (1, 0)}
    wire.create_topic(connection, "other")
    assert delete("other") == (0, [GROUP_SUBSCRIBED_TO_TOPIC])


# --- the consumer protocol


@pytest.mark.parametrize("version", [0, 1])
def test_the_broker_assigns(connection, group, topic, version):
    member = str(uuid.uuid4())
    first = groups.begin(connection, group, [topic], member, version)
    assert (first["errorCode"], first["memberId"]) == (0, member)
    epoch = first["memberEpoch"]
    assert (epoch > 0, first["heartbeatIntervalMs"]) == (True, 5_000)
    assigned = first["assignment"]["topicPartitions"]
    assert [(part["topicId"], sorted(part["partitions"])) for part in assigned] == [
        (topic_id(connection, topic), [0, 1])]
    owned = [{"topicId": part["topicId"], "partitions": part["partitions"]} for part in assigned]
    second = groups.beat(connection, group, member, epoch, version, topicPartitions=owned)
    assert (second["errorCode"], second["memberEpoch"], second["assignment"]) == (0, epoch, None)
    described = connection.call("ConsumerGroupDescribe", 1, groupIds=[group])["groups"][0]
    assert (described["groupState"], described["assignorName"]) == ("Stable", "uniform")
    assert described["members"][0]["memberId"] == member
    for asked, error in ((5, 0), (6, GROUP_ID_NOT_FOUND)):
        classic = connection.call("DescribeGroups", asked, groups=[group])["groups"][0]
        assert (classic["groupState"], classic["errorCode"]) == ("Dead", error)
    joined = {"generationId": epoch, "memberId": member}
    assert groups.commit(connection, group, {(topic, 0): 8}, 9, joined) == {(topic, 0): 0}
    assert groups.fetch_offsets(connection, group, {topic: [0]}, memberId=member,
                                memberEpoch=epoch) == {(topic, 0): (8, 0)}
    left = groups.beat(connection, group, member, -1, version)
    assert (left["errorCode"], left["memberEpoch"]) == (0, -1)


@pytest.mark.parametrize("values, error", [
    ({"groupId": ""}, INVALID_REQUEST),
    ({"memberId": ""}, INVALID_REQUEST),
    ({"rebalanceTimeoutMs": -1}, INVALID_REQUEST),
    ({"topicPartitions": None}, INVALID_REQUEST),
    ({"subscribedTopicNames": None}, INVALID_REQUEST),
    ({"instanceId": ""}, INVALID_REQUEST),
    ({"rackId": ""}, INVALID_REQUEST),
    ({"serverAssignor": "sticky"}, UNSUPPORTED_ASSIGNOR),
    ({"memberEpoch": 1}, GROUP_ID_NOT_FOUND),
    ({"memberEpoch": -3}, INVALID_REQUEST),
])
def test_heartbeats_that_are_refused(connection, group, topic, values, error):
    groups.ready(connection, group)
    request = {"groupId": group, "memberId": "m", "memberEpoch": 0, "rebalanceTimeoutMs": 1_000,
               "subscribedTopicNames": [topic], "topicPartitions": [], **values}
    answer = connection.call("ConsumerGroupHeartbeat", 1, **request)
    assert answer["errorCode"] == error, answer
    assert answer["errorMessage"]


def test_stale_epochs_are_fenced(connection, group, topic):
    member = str(uuid.uuid4())
    epoch = groups.begin(connection, group, [topic], member)["memberEpoch"]
    assert groups.beat(connection, group, "stranger", 1)["errorCode"] == UNKNOWN_MEMBER_ID
    assert groups.beat(connection, group, member, 9)["errorCode"] == FENCED_MEMBER_EPOCH
    at = {(topic, 0): 1}
    def error(**joined):
        return groups.commit(connection, group, at, 9, joined)[(topic, 0)]
    assert error(generationId=1, memberId="stranger") == UNKNOWN_MEMBER_ID
    assert error(generationId=7, memberId=member) == STALE_MEMBER_EPOCH
    assert error(generationId=0, memberId=member) == STALE_MEMBER_EPOCH
    assert groups.commit(connection, group, at, 8, {"generationId": 7, "memberId": member})[
        (topic, 0)] == UNSUPPORTED_VERSION
    for named, want in ((7, STALE_MEMBER_EPOCH), (epoch, 0)):
        answer = connection.call("OffsetFetch", 9, groups=[
            {"groupId": group, "memberId": member, "memberEpoch": named, "topics": None}])
        assert answer["groups"][0]["errorCode"] == want


def test_offsets_of_a_removed_pattern_can_be_deleted(connection, group, topic):
    """Removed by an administrator, the member takes what its pattern found with it."""
    begun = groups.begin(connection, group, [], "m", subscribedTopicNames=None,
                         subscribedTopicRegex=f"{topic}.*", instanceId="i")
    assert begun["errorCode"] == 0
    (left,) = connection.call("LeaveGroup", 5, groupId=group, members=[
        {"memberId": "", "groupInstanceId": "i"}])["members"]
    assert left["errorCode"] == 0
    assert groups.commit(connection, group, {(topic, 0): 3}) == {(topic, 0): 0}
    deleted = connection.call("OffsetDelete", 0, groupId=group, topics=[
        {"name": topic, "partitions": [{"partitionIndex": 0}]}])
    assert deleted["topics"][0]["partitions"][0]["errorCode"] == 0


def test_a_consumer_group_is_full(connection, group, topic):
    for number in range(2):
        assert groups.begin(connection, group, [topic], f"m{number}")["errorCode"] == 0
    refused = groups.begin(connection, group, [topic], "m2")
    assert refused["errorCode"] == GROUP_MAX_SIZE_REACHED


def test_a_group_has_times_of_its_own(connection, group, topic):
    def alter(value):
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": 32, "resourceName": group, "configs": [
                {"name": "consumer.heartbeat.interval.ms", "configOperation": 0,
                 "value": value}]}])
        return answer["responses"][0]["errorCode"]
    assert alter("99") == INVALID_CONFIG
    assert alter("15001") == INVALID_CONFIG
    assert alter("7000") == 0
    wait_until(lambda: groups.begin(connection, group, [topic], "m")["heartbeatIntervalMs"] == 7_000,
               10, "the group's own interval holds")
    assert alter("8000") == 0
    wait_until(lambda: groups.begin(connection, group, [topic], "m")["heartbeatIntervalMs"] == 8_000,
               10, "it holds while there are members")


# --- Barnabas alone


@pytest.mark.own
def test_offsets_and_members_outlive_sigkill(broker_factory):
    broker = broker_factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept")
        joined = groups.member_alone(connection, "survivor", topics=("kept",))
        assert groups.commit(connection, "survivor", {("kept", 0): 12}, joined=joined) == {
            ("kept", 0): 0}
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        groups.ready(connection, "survivor")
        assert groups.fetch_offsets(connection, "survivor") == {("kept", 0): (12, 0)}
        assert groups.heartbeat(connection, "survivor", joined) == 0


@pytest.mark.own
def test_the_consumer_protocol_can_be_left_out(broker_factory):
    broker = broker_factory.start({"group.coordinator.rebalance.protocols": "classic"})
    with wire.connected(broker) as connection:
        groups.ready(connection, "g")
        refused = groups.begin(connection, "g", ["t"], "m")
        assert refused["errorCode"] == UNSUPPORTED_VERSION
        assert "group.coordinator.rebalance.protocols" in refused["errorMessage"]
        described = connection.call("ConsumerGroupDescribe", 1, groupIds=["g"])["groups"][0]
        assert described["errorCode"] == UNSUPPORTED_VERSION


@pytest.mark.own
def test_clients_that_ask_for_the_offsets_topic_get_it_as_it_is_to_be(broker_factory):
    """A client that looks first, and makes what is missing, must not decide how it is made."""
    broker = broker_factory.start({**SETTINGS, "num.partitions": "2",
                                   "offsets.topic.num.partitions": "7",
                                   "transaction.state.log.num.partitions": "5"})
    with wire.connected(broker) as connection:
        answer = connection.call("Metadata", 9, allowAutoTopicCreation=True, topics=[
            {"name": "__consumer_offsets"}, {"name": "__transaction_state"}, {"name": "users"}])
        assert {topic["name"]: (topic["errorCode"], len(topic["partitions"]), topic["isInternal"])
                for topic in answer["topics"]} == {
            "__consumer_offsets": (0, 7, True), "__transaction_state": (0, 5, True),
            "users": (0, 2, False)}
        (described,) = connection.call("DescribeConfigs", 1, resources=[
            {"resourceType": 2, "resourceName": "__consumer_offsets",
             "configurationKeys": ["cleanup.policy"]}])["results"]
        assert [config["value"] for config in described["configs"]] == ["compact"]
        groups.ready(connection, "g")
        assert groups.commit(connection, "g", {("users", 0): 3}) == {("users", 0): 0}


@pytest.mark.own
def test_the_lag_is_on_the_metrics_page(broker_factory):
    import urllib.request

    from support.ports import free_port
    port = free_port()
    broker = broker_factory.start({**SETTINGS, "metrics.listeners": f"127.0.0.1:{port}"})
    def samples():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as page:
            lines = page.read().decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t", partitions=2)
        for number in range(5):
            wire.produce(connection, "t", batches.build([(b"k", b"%d" % number)]))
        joined = groups.member_alone(connection, 'a"b')
        groups.commit(connection, 'a"b', {("t", 0): 2, ("t", 1): 0}, joined=joined)
        seen = samples()
        where = '{group="a\\"b",topic="t",partition="%d"}'
        assert seen["barnabas_group_lag" + where % 0] == "3"
        assert seen["barnabas_group_lag" + where % 1] == "0"
        assert seen["barnabas_group_committed_offset" + where % 0] == "2"
        assert seen['barnabas_group_lag_max{group="a\\"b"}'] == "3"
        assert seen['barnabas_group_members{group="a\\"b"}'] == "1"
        assert seen["barnabas_group_oldest_unconsumed_age_seconds" + where % 1] == "0"
        age = float(seen["barnabas_group_oldest_unconsumed_age_seconds" + where % 0])
        assert 0 <= age < 60
        assert seen['barnabas_group_rebalances_total{cause="member_joined"}'] == "1"
        assert seen["barnabas_group_offsets"] == "2"
        assert seen['barnabas_groups{type="Classic",state="Stable"}'] == "1"
        wire.produce(connection, "t", batches.build([(b"k", b"v")]))
        assert samples()["barnabas_group_lag" + where % 0] == "4"

        for odd in (b"\x80", b"\x81", "x" * 32_767):
            connection.call("OffsetCommit", 9, groupId=odd, topics=[
                {"name": "t", "partitions": [{"partitionIndex": 0, "committedOffset": 6}]}])
        lags = {name: lag for name, lag in samples().items()
                if name.startswith("barnabas_group_lag{")}
        assert lags == {"barnabas_group_lag" + where % 0: "4",
                        "barnabas_group_lag" + where % 1: "0",
                        'barnabas_group_lag{group="\ufffd",topic="t",partition="0"}': "0",
                        'barnabas_group_lag{group="%s...",topic="t",partition="0"}' % ("x" * 255):
                            "0"}
        assert samples()["barnabas_groups_left_out"] == "1", "one of two with the same label"
