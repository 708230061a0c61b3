"""Names with every byte: of groups, members and instances, and of resources that have settings.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka), but for what is marked as Barnabas's own.
"""

import re

import pytest
from support import groups, wire
from support.broker import is_kafka
from support.waiting import wait_until

UNKNOWN_MEMBER_ID, INVALID_REQUEST, FENCED_INSTANCE_ID, UNRELEASED_INSTANCE_ID = 25, 42, 82, 111
GROUP, SET, DELETE = 32, 0, 1  # the type of the resource, and operations
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.consumer.assignment.interval.ms": "0",
            "group.share.assignment.interval.ms": "0", "offsets.topic.num.partitions": "3",
            "share.coordinator.state.topic.num.partitions": "3",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1"}
STRING_BYTES_MAX = 32_767  # of a string of the protocol

NAMES = {
    "dot": ".", "dots": "..", "up": "../../etc/passwd", "slashes": "/a//b/", "backslash": "a\\b\\",
    "nul": "\0", "nul-inside": "a\0b", "quotes": "'a\"b`", "spaces": " a b ", "lines": "a\nb\r\tc",
    "a-line-of-a-log": "x\n2026-01-01 00:00:00.000 error [groups] all is lost",
    "colons": "a:b:0", "percents": "%2E%2e%s%00{}{0}", "escape": "\x1b[2J\x7f\x85\x9b",
    "two-bytes": "ßéπЖ", "four-bytes": "\U0001f600", "every-byte": "".join(map(chr, range(256))),
    "long": "x" * 10_000, "long-of-two-bytes": "π" * 5_000}
#: Kafka makes members' ids and sentences of them that are too long for its own answers.
LONGEST = {"longest": "x" * STRING_BYTES_MAX, "longest-of-two-bytes": "π" * (STRING_BYTES_MAX // 2)}
SHARE_MEMBER_MAX = 36  # characters, for a UUID


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "names", SETTINGS) as shared:
        with wire.connected(shared) as connection:
            assert wire.create_topic(connection, "t")["errorCode"] == 0
        yield shared


def is_blank(name):
    """Java's trim() leaves nothing of it: later protocols than the classic one refuse that."""
    return all(c <= " " for c in name)


def every(names):
    rows = [pytest.param(name, id=id) for id, name in names.items()]
    return pytest.mark.parametrize("name", rows + [
        pytest.param(name, id=id, marks=pytest.mark.own) for id, name in LONGEST.items()])


every_name = every(NAMES)
every_name_but_blank = every({id: name for id, name in NAMES.items() if not is_blank(name)})


@every_name
def test_a_classic_group_and_its_instance(connection, name):
    group = name
    groups.ready(connection, group)
    stranger = {"memberId": name, "generationId": 1}
    assert groups.join(connection, group, member_id=name)["errorCode"] == UNKNOWN_MEMBER_ID
    said = []
    for _ in range(2):
        joined = groups.join(connection, group, groupInstanceId=name)
        assert joined["errorCode"] == 0, joined
        # Its id is made of the instance's, as far as there is room.
        assert len(joined["memberId"].encode()) <= STRING_BYTES_MAX
        assert joined["memberId"][:100].startswith(name[:100])
        synced = groups.sync(connection, group, joined, groupInstanceId=name,
                             assignments=[(joined["memberId"], b"mine")])
        assert (synced["errorCode"], synced["assignment"]) == (0, b"mine")
        said.append(joined)
    fenced, member = said
    assert groups.heartbeat(connection, group, stranger) == UNKNOWN_MEMBER_ID
    assert groups.heartbeat(connection, group, fenced,
                            groupInstanceId=name) == FENCED_INSTANCE_ID
    assert groups.heartbeat(connection, group, member, groupInstanceId=name) == 0
    described = connection.call("DescribeGroups", 5, groups=[group])["groups"][0]
    assert (described["groupId"], described["groupState"]) == (group, "Stable")
    (shown,) = described["members"]
    assert (shown["memberId"], shown["groupInstanceId"]) == (member["memberId"], name)
    left = connection.call("LeaveGroup", 5, groupId=group, members=[
        {"memberId": "", "groupInstanceId": name, "reason": name}])
    assert [(one["groupInstanceId"], one["errorCode"]) for one in left["members"]] == [(name, 0)]
    delete(connection, group)


def delete(connection, group):
    removed = connection.call("DeleteGroups", 2, groupsNames=[group])["results"]
    assert [(one["groupId"], one["errorCode"]) for one in removed] == [(group, 0)]


@every_name_but_blank
def test_a_group_of_the_consumer_protocol(connection, name):
    group = name
    begun = groups.begin(connection, group, ["t"], name, instanceId=name)
    assert (begun["errorCode"], begun["memberId"]) == (0, name)
    second = groups.begin(connection, group, ["t"], "another", instanceId=name)
    assert second["errorCode"] == UNRELEASED_INSTANCE_ID
    epoch = begun["memberEpoch"]
    assert groups.beat(connection, group, name, epoch)["errorCode"] == 0
    joined = {"memberId": name, "generationId": epoch}
    assert groups.commit(connection, group, {("t", 0): 4}, 9, joined,
                         groupInstanceId=name) == {("t", 0): 0}
    described = connection.call("ConsumerGroupDescribe", 1, groupIds=[group])["groups"][0]
    assert (described["groupId"], described["errorCode"]) == (group, 0)
    (member,) = described["members"]
    assert (member["memberId"], member["instanceId"]) == (name, name)
    left = groups.beat(connection, group, name, -1, instanceId=name)
    assert (left["errorCode"], left["memberId"]) == (0, name)
    delete(connection, group)


@every_name_but_blank
def test_a_share_group(connection, name):
    group, state = name, {"epoch": 0}
    member = name.encode()[:SHARE_MEMBER_MAX].decode(errors="ignore")  # see the next test
    groups.ready(connection, group)

    def beat():
        answer = connection.call("ShareGroupHeartbeat", 1, groupId=group, memberId=member,
                                 memberEpoch=state["epoch"], subscribedTopicNames=["t"])
        assert (answer["errorCode"], answer["memberId"]) == (0, member), answer
        state["epoch"] = answer["memberEpoch"]
        return answer["assignment"]["topicPartitions"]

    (assigned,) = wait_until(beat, 30, "the member has its partition")
    fetched = connection.call("ShareFetch", 1, groupId=group, memberId=member, shareSessionEpoch=0,
                              maxWaitMs=0, minBytes=0, maxBytes=1 << 20, maxRecords=10,
                              batchSize=10, topics=[{"topicId": assigned["topicId"], "partitions": [
                                  {"partitionIndex": 0}]}])
    assert fetched["errorCode"] == 0, fetched
    described = connection.call("ShareGroupDescribe", 1, groupIds=[group])["groups"][0]
    assert (described["groupId"], described["errorCode"]) == (group, 0)
    assert [one["memberId"] for one in described["members"]] == [member]
    left = connection.call("ShareGroupHeartbeat", 1, groupId=group, memberId=member, memberEpoch=-1)
    assert (left["errorCode"], left["memberId"]) == (0, member)
    altered = connection.call("AlterShareGroupOffsets", 0, groupId=group, topics=[
        {"topicName": "t", "partitions": [{"partitionIndex": 0, "startOffset": 0}]}])
    assert altered["errorCode"] == 0, altered
    offsets = connection.call("DescribeShareGroupOffsets", 1, groups=[
        {"groupId": group, "topics": None}])["groups"][0]
    assert (offsets["groupId"], offsets["errorCode"]) == (group, 0)
    assert offsets["topics"][0]["partitions"][0]["startOffset"] == 0
    delete(connection, group)


@pytest.mark.parametrize("member, error", [
    ("m" * SHARE_MEMBER_MAX, 0), ("m" * (SHARE_MEMBER_MAX + 1), INVALID_REQUEST),
    ("ß" * SHARE_MEMBER_MAX, 0), ("ß" * (SHARE_MEMBER_MAX + 1), INVALID_REQUEST)],
    ids=["fits", "too-long", "fits-of-two-bytes", "too-long-of-two-bytes"])
def test_a_share_groups_member_has_room_for_a_uuid(connection, member, error):
    groups.ready(connection, "room")
    request = {"groupId": "room", "memberId": member, "memberEpoch": 0,
               "subscribedTopicNames": ["t"]}
    assert connection.call("ShareGroupHeartbeat", 1, **request)["errorCode"] == error
    if error == 0:
        left = connection.call("ShareGroupHeartbeat", 1, **{**request, "memberEpoch": -1})
        assert (left["errorCode"], left["memberId"]) == (0, member)


@pytest.mark.parametrize("blank", ["", " ", "\0", "\x01\x1b\x1f", " \t\r\n\v\f "], ids=repr)
def test_blank_names_are_refused(connection, blank):
    """Where Java's trim() leaves nothing: that is any byte up to the space."""
    groups.ready(connection, "g")
    consumer = {"groupId": "g", "memberId": "m", "memberEpoch": 0, "rebalanceTimeoutMs": 60_000,
                "subscribedTopicNames": ["t"], "topicPartitions": []}
    share = {"groupId": "g", "memberId": "m", "memberEpoch": 0, "subscribedTopicNames": ["t"]}
    for field in ("groupId", "memberId", "instanceId", "rackId"):
        answer = connection.call("ConsumerGroupHeartbeat", 1, **{**consumer, field: blank})
        assert answer["errorCode"] == INVALID_REQUEST, field
    for field in ("groupId", "memberId", "rackId"):
        answer = connection.call("ShareGroupHeartbeat", 1, **{**share, field: blank})
        assert answer["errorCode"] == INVALID_REQUEST, field


# --- settings and members that outlive the broker


def alter(connection, interval_ms):
    """Sets {group: its heartbeat interval, or None as there is to be none}."""
    answer = connection.call("IncrementalAlterConfigs", 1, resources=[
        {"resourceType": GROUP, "resourceName": name, "configs": [
            {"name": "consumer.heartbeat.interval.ms",
             "configOperation": DELETE if value is None else SET,
             "value": None if value is None else str(value)}]}
        for name, value in interval_ms.items()])
    assert {one["resourceName"]: one["errorCode"] for one in answer["responses"]} == dict.fromkeys(
        interval_ms, 0), answer


def intervals(connection, names):
    """{group: its heartbeat interval} as described."""
    answer = connection.call("DescribeConfigs", 4, resources=[
        {"resourceType": GROUP, "resourceName": name,
         "configurationKeys": ["consumer.heartbeat.interval.ms"]} for name in names])
    return {one["resourceName"]: int(config["value"])
            for one in answer["results"] for config in one["configs"]}


def listed(connection):
    """The groups that have settings."""
    answer = connection.call("ListConfigResources", 1, resourceTypes=[GROUP])
    assert answer["errorCode"] == 0, answer
    return {one["resourceName"] for one in answer["configResources"]}


def test_settings_and_members_of_every_name_outlive_the_broker(broker_factory):
    broker = broker_factory.start(SETTINGS)
    names = {**NAMES, **({} if is_kafka() else LONGEST)}.values()
    wanted = {name: 6_000 + number for number, name in enumerate(names)}
    members, epochs = [name for name in names if not is_blank(name)], {}
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "t")["errorCode"] == 0
        alter(connection, wanted)
        wait_until(lambda: listed(connection) == set(names), 30, "they are set")
        for name in members:
            begun = groups.begin(connection, name, ["t"], name, instanceId=name)
            assert (begun["errorCode"], begun["heartbeatIntervalMs"]) == (0, wanted[name])
            epochs[name] = begun["memberEpoch"]
            member = {"memberId": name, "generationId": epochs[name]}
            assert groups.commit(connection, name, {("t", 0): wanted[name]}, 9, member) == {
                ("t", 0): 0}
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: listed(connection) == set(names), 30, "they are read back")
        assert intervals(connection, names) == wanted
        for name in members:
            groups.ready(connection, name)
            answer = groups.beat(connection, name, name, epochs[name], instanceId=name)
            assert (answer["errorCode"], answer["heartbeatIntervalMs"]) == (0, wanted[name])
            assert groups.fetch_offsets(connection, name) == {("t", 0): (wanted[name], 0)}
        alter(connection, dict.fromkeys(names))
        wait_until(lambda: not listed(connection), 30, "they are gone")
        assert set(intervals(connection, names).values()) == {5_000}, "the broker's"
    broker.stop()
    broker.start()
    with wire.connected(broker) as connection:
        groups.ready(connection, ".")
        assert groups.fetch_offsets(connection, ".") == {("t", 0): (wanted["."], 0)}
        assert not listed(connection)


@pytest.mark.own
def test_no_name_makes_a_line_of_the_log(broker, connection):
    """Last in the file: what all of them were up to has been logged."""
    begins = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (debug|info|warn|error) +\[\w+\] "
                        r"|listening on ")
    lines = [line for line in broker.log().split("\n") if line]
    assert len(lines) > len(NAMES)
    assert not [line[:200] for line in lines if not begins.match(line)]
    assert not [line[:200] for line in lines if re.search(r"[\x00-\x08\x0b-\x1f]", line)]
