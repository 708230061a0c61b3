"""kafka-share-groups, Kafka's own tool for share groups."""

import re

import pytest
from support import batches, kafka_tools, wire
from support.waiting import wait_until

PARTITIONS, RECORDS = 3, 40
SETTINGS = {"group.share.assignment.interval.ms": "0",
            "share.coordinator.state.topic.num.partitions": "3"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("shares"))
    broker = factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "jobs", PARTITIONS)["errorCode"] == 0
        for partition in range(PARTITIONS):
            batch = batches.build([(b"k", b"v")] * RECORDS)
            assert wire.produce(connection, "jobs", batch, partition)["errorCode"] == 0
    yield broker
    factory.close()


def run(broker, *arguments, **options):
    return kafka_tools.run("kafka-share-groups", "--bootstrap-server", broker.bootstrap,
                           *arguments, **options)


def table(printed, heading):
    """The rows below the line that begins with `heading`, as a dictionary each."""
    lines = [line.split() for line in printed.splitlines()]
    start = next(i for i, line in enumerate(lines) if line[:1] == [heading])
    return [dict(zip(lines[start], line)) for line in lines[start + 1:] if line]


def offsets(broker, group):
    """{partition: (start offset, lag)}"""
    rows = table(run(broker, "--describe", "--group", group, "--offsets"), "GROUP")
    return {int(row["PARTITION"]): (row["START-OFFSET"], row["LAG"]) for row in rows}


def join(connection, group, member):
    """A member that has all partitions; its epoch."""
    epoch, has = 0, 0

    def beat():
        nonlocal epoch, has
        answer = connection.call("ShareGroupHeartbeat", 1, groupId=group, memberId=member,
                                 memberEpoch=epoch,
                                 subscribedTopicNames=["jobs"] if epoch == 0 else None)
        assert answer["errorCode"] in (0, 15, 16), answer  # it may still have to be found
        if answer["errorCode"] == 0:
            epoch = answer["memberEpoch"]
            if answer["assignment"] is not None:
                has = sum(len(topic["partitions"])
                          for topic in answer["assignment"]["topicPartitions"])
        return has == PARTITIONS

    connection.call("FindCoordinator", 4, keyType=0, coordinatorKeys=[group])
    wait_until(beat, 30, f"{member} has all partitions")
    return epoch


def test_a_group_with_members_is_listed_and_described(broker):
    with wire.connected(broker) as connection:
        epoch = join(connection, "live", "member-1")
        assert "live" in run(broker, "--list").split()
        assert {"GROUP": "live", "STATE": "Stable"} in table(run(broker, "--list", "--state"),
                                                             "GROUP")
        (member,) = table(run(broker, "--describe", "--group", "live", "--members"), "GROUP")
        assert member["CONSUMER-ID"] == "member-1" and member["HOST"] == "/127.0.0.1"
        assert "jobs:0,1,2" in member.values() or "jobs:0,1,2" in run(
            broker, "--describe", "--group", "live", "--members", "--verbose")
        (state,) = table(re.sub(r"\(\d+\)", "", run(
            broker, "--describe", "--group", "live", "--state")), "GROUP")
        assert {"live", "Stable", "1"} <= set(state.values())
        assert sorted(offsets(broker, "live")) == list(range(PARTITIONS))

        refused = run(broker, "--reset-offsets", "--group", "live", "--topic", "jobs",
                      "--to-earliest", "--execute", status=1)
        assert "Share group 'live' is not empty." in refused, refused
        assert "is not EMPTY" in run(broker, "--delete", "--group", "live")
        answer = connection.call("ShareGroupHeartbeat", 1, groupId="live", memberId="member-1",
                                 memberEpoch=-1)
        assert answer["errorCode"] == 0 and epoch > 0


def test_offsets_of_an_empty_group_are_reset_and_deleted(broker):
    with wire.connected(broker) as connection:
        join(connection, "empty", "m")
        connection.call("ShareGroupHeartbeat", 1, groupId="empty", memberId="m", memberEpoch=-1)
    reset = ("--reset-offsets", "--group", "empty", "--topic", "jobs", "--execute")
    run(broker, *reset, "--to-latest")
    assert offsets(broker, "empty") == {p: (str(RECORDS), "0") for p in range(PARTITIONS)}
    run(broker, *reset, "--to-earliest")
    assert offsets(broker, "empty") == {p: ("0", str(RECORDS)) for p in range(PARTITIONS)}
    assert "Successful" in run(broker, "--delete-offsets", "--group", "empty", "--topic", "jobs")
    assert "There is no offset information to delete" in run(
        broker, "--delete-offsets", "--group", "empty", "--topic", "jobs")
    assert "was successful" in run(broker, "--delete", "--group", "empty")
    assert "empty" not in run(broker, "--list").split()
