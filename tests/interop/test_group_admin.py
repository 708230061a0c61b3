"""Groups through Apache Kafka's own admin client."""

import pytest
from support import group_clients, wire
from support.feeding import Feed
from support.group_admin import GroupAdmin
from support.group_members import Group
from support.waiting import wait_until

PARTITIONS = 4
RANGE = group_clients.Python("confluent", "confluent_group.py", "range")
CONSUMER = group_clients.Python("confluent", "confluent_group.py", "uniform", protocol="consumer")
LONG_MS = 45_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("groups"))
    yield factory.start(group_clients.FAST)
    factory.close()


@pytest.fixture(scope="module")
def admin(broker):
    with GroupAdmin(broker) as admin:
        yield admin


def group_of(client, broker, topic, directory):
    return Group(client, broker, topic, PARTITIONS, directory, LONG_MS)


@pytest.mark.parametrize("client, kind", [(RANGE, "Classic"), (CONSUMER, "Consumer")],
                         ids=["classic", "consumer"])
def test_groups_are_listed_and_described_in_each_state(broker, admin, tmp_path, client, kind):
    topic = f"seen-{kind.lower()}"
    with Feed(broker, topic, PARTITIONS), group_of(client, broker, topic, tmp_path) as group:
        member = group.join("one", instance="i-1")
        group.settle(member)
        assert admin("list", "Stable", kind)[group.name] == [kind, "Stable", "consumer"]
        assert group.name not in admin("list", "Empty", kind)
        other = {"Classic": "Consumer", "Consumer": "Classic"}[kind]
        assert group.name not in admin("list", "-", other)

        described = admin("describe", group.name)
        (shown,) = described.pop("members")
        assert described == {"state": "Stable", "type": kind, "assignor": client.assignor,
                             "coordinator": 1, "simple": False}
        every = list(range(PARTITIONS))
        assert shown["partitions"] == every and shown["instance"] == "i-1"
        assert shown["client"] == "rdkafka" and shown["host"] == "/127.0.0.1"
        assert (shown["target"], shown["upgraded"]) == (
            (every, True) if kind == "Consumer" else (None, None))

        assert admin("delete", group.name) == {"error": "GroupNotEmptyException"}
        assert admin("forget", group.name, topic, 0) == {"error": "GroupSubscribedToTopicException"}
        member.stop()
        assert admin("remove", group.name) is None  # a static member stays until its session ends
        assert admin("list", "Empty")[group.name][:2] == [kind, "Empty"]
        described = admin("describe", group.name)
        assert (described["state"], described["members"]) == ("Empty", [])
        assert admin("delete", group.name) is None
        assert group.name not in admin("list")
        assert admin("describe", group.name) == {"error": "GroupIdNotFoundException"}
        assert admin("delete", group.name) == {"error": "GroupIdNotFoundException"}


def test_offsets_of_several_groups_are_altered_listed_and_forgotten(broker, admin):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "altered", PARTITIONS)["errorCode"] == 0
    assert admin("alter", "first", "altered", 0, 5, "here") is None
    assert admin("alter", "first", "altered", 3, 7, "there") is None
    assert admin("alter", "second", "altered", 1, 9, "x") is None
    assert admin("offsets", "first", "second", "nobody") == {
        "first": {"altered-0": [5, "here"], "altered-3": [7, "there"]},
        "second": {"altered-1": [9, "x"]}, "nobody": {}}
    assert admin("list")["first"] == ["Classic", "Empty", ""]
    assert admin("alter", "first", "absent", 0, 5, "m") == {
        "error": "UnknownTopicOrPartitionException"}

    assert admin("forget", "first", "altered", 0) is None
    assert admin("offsets", "first") == {"first": {"altered-3": [7, "there"]}}
    assert admin("delete", "first") is None
    assert admin("offsets", "first") == {"first": {}}


def test_a_group_reads_on_where_its_offsets_were_altered_to(broker, admin, tmp_path):
    with Feed(broker, "moved", PARTITIONS) as feed, \
            group_of(RANGE, broker, "moved", tmp_path) as group:
        wait_until(lambda: min(feed.ends().values()) > 12, 30, "there are records")
        feed.stop()
        for partition in range(PARTITIONS):
            assert admin("alter", group.name, "moved", partition, 8 + partition, "m") is None
        member = group.join("one")
        wanted = {at for at in feed.sent if at[1] >= 8 + at[0]}
        group.wait_until(lambda: len(member.history.records) >= len(wanted), "the rest is read")
        assert {record[:2] for record in member.history.records} == wanted
        assert admin("alter", group.name, "moved", 0, 1, "m") == {
            "error": "UnknownMemberIdException"}  # while it has members
        member.stop()
        assert group.committed() == feed.ends()


@pytest.mark.parametrize("client", [RANGE, CONSUMER], ids=["classic", "consumer"])
def test_a_static_member_that_is_removed_leaves_its_partitions_at_once(
        broker, admin, tmp_path, client):
    topic = f"removed-{client.protocol}"
    with Feed(broker, topic, PARTITIONS), group_of(client, broker, topic, tmp_path) as group:
        one, two = group.join("one", instance="i-1"), group.join("two", instance="i-2")
        group.settle(one, two)
        two.kill()
        assert admin("remove", group.name, "i-2") is None
        group.settle(one)  # long before its session would have ended
        assert admin("remove", group.name, "i-2") == {"error": "UnknownMemberIdException"}
        one.stop()
