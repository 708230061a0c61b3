"""kafka-consumer-groups, Kafka's own tool for groups."""

import re

import pytest
from support import batches, group_clients, kafka_tools, wire
from support.feeding import Feed
from support.group_members import Group
from support.waiting import wait_until

PARTITIONS, RECORDS = 3, 40
CLIENT = group_clients.Python("confluent", "confluent_group.py", "range")


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("groups"))
    yield factory.start(group_clients.FAST)
    factory.close()


def run(broker, *arguments, **options):
    return kafka_tools.run("kafka-consumer-groups", "--bootstrap-server", broker.bootstrap,
                           *arguments, **options)


def table(printed, heading):
    """The rows below the line that begins with `heading`, as a dictionary each."""
    lines = [line.split() for line in printed.splitlines()]
    start = next(i for i, line in enumerate(lines) if line[:1] == [heading])
    return [dict(zip(lines[start], line)) for line in lines[start + 1:] if line]


def offsets(broker, group):
    """{partition: (current offset, log end, lag, consumer)}"""
    return {int(row["PARTITION"]): (row["CURRENT-OFFSET"], row["LOG-END-OFFSET"], row["LAG"],
                                    row["CONSUMER-ID"])
            for row in table(run(broker, "--describe", "--group", group), "GROUP")}


def test_a_group_with_members_is_listed_and_described(broker, tmp_path):
    with Feed(broker, "live", PARTITIONS) as feed, \
            Group(CLIENT, broker, "live", PARTITIONS, tmp_path, 45_000) as group:
        one, two = group.join("one", "i-1"), group.join("two", "i-2")
        group.settle(one, two)
        feed.stop()
        wait_until(lambda: group.committed() == feed.ends(), 30, "all is committed")
        assert [row for row in table(run(broker, "--list", "--state"), "GROUP")
                if row["GROUP"] == group.name] == [{"GROUP": group.name, "STATE": "Stable"}]

        ends = {p: str(end) for p, end in feed.ends().items()}
        shown = offsets(broker, group.name)
        assert {p: row[:3] for p, row in shown.items()} == {
            p: (end, end, "0") for p, end in ends.items()}
        for member, instance in ((one, "i-1"), (two, "i-2")):
            for partition in member.owned:
                assert shown[partition][3].startswith(instance)

        rows = table(run(broker, "--describe", "--group", group.name, "--members", "--verbose"),
                     "GROUP")
        assert sorted((row["GROUP-INSTANCE-ID"], row["CLIENT-ID"], row["#PARTITIONS"])
                      for row in rows) == [("i-1", "rdkafka", str(len(one.owned))),
                                           ("i-2", "rdkafka", str(len(two.owned)))]

        (state,) = table(re.sub(r"\(\d+\)|STRATEGY", "", run(
            broker, "--describe", "--group", group.name, "--state")), "GROUP")
        assert {"range", "Stable", "2"} <= set(state.values())

        refused = run(broker, "--reset-offsets", "--group", group.name, "--topic", "live",
                      "--to-earliest", "--execute")
        assert "the current state is Stable" in refused, refused
        one.stop()
        two.stop()


def test_offsets_of_an_empty_group_are_reset_and_deleted(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "still", PARTITIONS)["errorCode"] == 0
        for partition in range(PARTITIONS):
            batch = batches.build([(b"k", b"v")] * RECORDS)
            assert wire.produce(connection, "still", batch, partition)["errorCode"] == 0

    reset = ("--reset-offsets", "--group", "empty", "--topic", "still", "--execute")
    run(broker, *reset, "--to-latest")
    assert {p: row[:3] for p, row in offsets(broker, "empty").items()} == {
        p: (str(RECORDS), str(RECORDS), "0") for p in range(PARTITIONS)}
    run(broker, *reset, "--shift-by", -15)
    assert {row[2] for row in offsets(broker, "empty").values()} == {"15"}
    run(broker, *reset, "--to-earliest")
    assert offsets(broker, "empty")[1] == ("0", str(RECORDS), str(RECORDS), "-")

    run(broker, "--delete-offsets", "--group", "empty", "--topic", "still:1")
    assert sorted(offsets(broker, "empty")) == [0, 2]
    run(broker, "--delete", "--group", "empty")
    assert "empty" not in run(broker, "--list").split()
    assert "GroupIdNotFoundException" in run(broker, "--describe", "--group", "empty")
