"""console-share-consumer beside Kafka's own tool on the same broker: what they print, how they end,
and what becomes of the records. Each run has a group of its own.

Kafka's tool forgets the records' leader epochs, which ours prints if asked to."""

import json
import re
import signal
import subprocess

import pytest
from support import batches, tool_server, wire
from support.broker import binary, is_kafka
from support.share_members import GROUP, SETTINGS, fill, set_group_config
from support.waiting import wait_until

TOOL = "kafka-console-share-consumer"
RECORDS = [
    batches.Record(b"k1", b"v1", [("h1", b"x"), ("h2", None)], timestamp=1_790_600_093_698),
    batches.Record(None, b"", [], timestamp=1_790_600_093_699),
    batches.Record(b"", None, [("h", "ä".encode())], timestamp=1_790_600_093_700),
    batches.Record("ö".encode(), "v 4 ü".encode(), [], timestamp=1_790_600_093_701),
]
DEADLINE_S = 60
TOTAL = re.compile(r"Processed a total of \d+ messages")


@pytest.fixture(scope="module")
def java():
    server = tool_server.ToolServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("console-share"))
    broker = factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "jobs", configs={  # their time is long ago
            "retention.ms": "-1"})["errorCode"] == 0
        assert wire.produce(connection, "jobs", batches.build(RECORDS))["errorCode"] == 0
    yield broker
    factory.close()


def group_of(broker, name):
    """A group that begins with the oldest record. Kafka's broker knows that a moment later."""
    set_group_config(broker, name, {"share.auto.offset.reset": "earliest"})
    wanted = {"resourceType": GROUP, "resourceName": name,
              "configurationKeys": ["share.auto.offset.reset"]}
    with wire.connected(broker) as connection:
        def known():
            answer = connection.call("DescribeConfigs", 4, resources=[wanted])
            configs = answer["results"][0]["configs"]
            return [config["value"] for config in configs] == ["earliest"]
        wait_until(known, DEADLINE_S, f"the broker knows the configuration of group {name}")
    return name


#: Kafka's broker tells a new member what to read with its second or third heartbeat.
PATIENCE_MS = 8000 if is_kafka() else 3000


def ours(broker, topic, group, *arguments, timeout_ms=PATIENCE_MS):
    return tool_server.run_ours(TOOL, "--bootstrap-server", broker.bootstrap, "--topic", topic,
                                "--group", group, "--timeout-ms", timeout_ms, *arguments)


PRINTED = {
    "values": [],
    "everything": [word for name in ("timestamp", "partition", "offset", "delivery",
                                     "headers", "key")
                   for word in ("--formatter-property", f"print.{name}=true")],
    "separators": ["--formatter-property", "print.key=true", "--formatter-property",
                   "key.separator=|", "--formatter-property", "line.separator=;",
                   "--formatter-property", "null.literal=NULL"],
    "old names": ["--property", "print.key=true", "--consumer-property", "client.id=me"],
    "some": ["--max-messages", "2"],
    "none": ["--formatter", "org.apache.kafka.tools.consumer.NoOpMessageFormatter"],
}


@pytest.mark.parametrize("what", PRINTED)
def test_records_are_printed_as_by_kafkas(broker, java, what):
    words = PRINTED[what]
    name = what.replace(" ", "-")
    one = java.run(TOOL, "--bootstrap-server", broker.bootstrap, "--topic", "jobs", "--group",
                   group_of(broker, f"java-{name}"), "--timeout-ms", 8000, *words)
    other = ours(broker, "jobs", group_of(broker, f"ours-{name}"), *words)
    assert other.out == one.out, (one, other)
    assert other.status == one.status == 0
    assert TOTAL.search(other.errors)[0] == TOTAL.search(one.errors)[0], (one, other)


@pytest.mark.parametrize("words", [
    ["--topic", "jobs"], ["--bootstrap-server", "localhost:1"],
    ["--bootstrap-server", "localhost:1", "--topic", "jobs", "--reject", "--release"],
    ["--bootstrap-server", "localhost:1", "--topic", "jobs", "--group", "a", "--command-property",
     "group.id=b"],
    ["--bootstrap-server", "localhost:1", "--topic", "jobs", "--from-beginning"],
])
def test_wrong_lines_are_complained_about_as_by_kafkas(java, words):
    one, other = java.run(TOOL, *words), tool_server.run_ours(TOOL, *words)
    assert (other.status, other.complaint()) == (one.status, one.complaint()), (one, other)


def values(run):
    assert run.status == 0, run
    return run.out.splitlines()


def test_what_is_printed_is_done_with_or_not(broker):
    fill(broker, "todo", 6)
    for group, words, again in (("accepts", [], []), ("rejects", ["--reject"], []),
                                ("releases", ["--release", "--max-messages", "6"],
                                 [str(number) for number in range(6)])):
        group_of(broker, group)
        assert sorted(values(ours(broker, "todo", group, *words))) == [str(n) for n in range(6)]
        assert sorted(values(ours(broker, "todo", group))) == again, group


def test_what_was_not_printed_comes_again(broker):
    fill(broker, "rest", 10)
    group_of(broker, "rest")
    assert values(ours(broker, "rest", "rest", "--max-messages", 4)) == ["0", "1", "2", "3"]
    assert values(ours(broker, "rest", "rest")) == ["4", "5", "6", "7", "8", "9"]


def test_a_record_that_cannot_be_printed_ends_it_or_is_rejected(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "numbers")
        for value in (b"\0\0\1\0", b"abc", b"\0\0\0\7"):
            wire.produce(connection, "numbers", batches.build([(b"k", value)]))
    integers = ["--value-deserializer", "org.apache.kafka.common.serialization.IntegerDeserializer"]
    group_of(broker, "stops")
    stopped = ours(broker, "numbers", "stops", *integers)
    assert (stopped.status, stopped.out) == (1, "256\n"), stopped
    group_of(broker, "goes-on")
    went_on = ours(broker, "numbers", "goes-on", *integers, "--reject-message-on-error")
    assert (went_on.status, went_on.out) == (0, "256\n7\n"), went_on
    assert "rejecting this message" in went_on.errors
    assert values(ours(broker, "numbers", "goes-on")) == []


def test_records_are_json(broker):
    group_of(broker, "json")
    lines = [json.loads(line) for line in values(ours(broker, "jobs", "json", "--json"))]
    assert [line["offset"] for line in lines] == [0, 1, 2, 3]
    assert {line["deliveryCount"] for line in lines} == {1}


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order(broker, number, status):
    topic = f"signal-{status}"
    fill(broker, topic, 3)
    group_of(broker, topic)
    process = subprocess.Popen(
        [str(binary()), "console-share-consumer", "--bootstrap-server", broker.bootstrap, "--topic",
         topic, "--group", topic], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert [process.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
        process.send_signal(number)
        _, complaint = process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == status, complaint
    assert "Processed a total of 3 messages" in complaint
    assert values(ours(broker, topic, topic)) == []
