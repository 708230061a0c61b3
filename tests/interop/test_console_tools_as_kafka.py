"""console-producer and console-consumer beside Kafka's own tools on the same broker: what they send
and print, and how they end."""

import json
import re
import signal
import struct
import subprocess

import pytest
from support import batches, kafka_tools, tool_server, wire
from support.broker import binary
from support.groups import commit, ready
from support.partitioners import by_murmur2
from support.transactions import RawProducer
from support.waiting import wait_until

PRODUCER, CONSUMER = "kafka-console-producer", "kafka-console-consumer"
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "offsets.topic.num.partitions": "1",
            "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.num.partitions": "1",
            "group.share.assignment.interval.ms": "0"}
TIMESTAMP = 1_790_600_093_698
NUMBER = struct.pack(">i", 256)
RECORDS = [
    batches.Record(b"k1", b"v1", [("h1", b"x"), ("h2", None)], timestamp=TIMESTAMP),
    batches.Record(None, b"", [], timestamp=TIMESTAMP + 1),
    batches.Record(b"", None, [("h", "ä".encode())], timestamp=TIMESTAMP + 2),
    batches.Record("ö".encode(), "v 4 ü".encode(), [], timestamp=TIMESTAMP + 3),
    batches.Record(b"tab\tbed", b'quo"te\\', [("twice", b"1"), ("twice", b"2")],
                   timestamp=TIMESTAMP + 4),
]
SERIALIZATION = "org.apache.kafka.common.serialization."


@pytest.fixture(scope="module")
def java():
    server = tool_server.ToolServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("console"))
    broker = factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders", configs={
            "retention.ms": "-1"})["errorCode"] == 0  # TIMESTAMP is long ago
        for batch in (batches.build(RECORDS[:2]), batches.build(RECORDS[2:], codec="zstd")):
            assert wire.produce(connection, "orders", batch)["errorCode"] == 0
        assert wire.create_topic(connection, "late", configs={
            "message.timestamp.type": "LogAppendTime"})["errorCode"] == 0
        assert wire.produce(connection, "late", batches.build([(b"k", b"v")]))["errorCode"] == 0
        assert wire.create_topic(connection, "numbers")["errorCode"] == 0
        for value in (NUMBER, b"abc", None, NUMBER):
            assert wire.produce(connection, "numbers",
                                batches.build([(NUMBER, value)]))["errorCode"] == 0
    yield broker
    factory.close()


def stored(broker, topic, partition=0):
    """Keys, values and headers, and the codecs of the batches that hold them."""
    with wire.connected(broker) as connection:
        part = wire.fetch(connection, topic, partition, max_wait_ms=0)
    found = batches.read_batches(part["records"] or b"")
    records = [(r.key, r.value, r.headers) for batch in found for r in batch.records]
    return records, {batch.attributes & 7 for batch in found}


def sentence(complaint):
    """Without the classes of exceptions that nobody catches in Kafka's tools."""
    return re.sub(r'^(Exception in thread "main" )?([a-z.]+\.\w+(Exception|Error): )*', "", complaint)


LINES = b"one\ntwo\n\nthree 3 \xc3\xa4\nlast"
PRODUCED = {
    "plain": ([], LINES),
    "carriage returns": ([], b"a\r\nb\rc\r\n"),
    "nothing": ([], b""),
    "keys": (["--reader-property", "parse.key=true", "--reader-property", "key.separator=:"],
             b"a:1\nb:2:3\n:x\nc:\n"),
    "tabs": (["--reader-property", "parse.key=TRUE"], b"a\t1\nb\t2\t3\n"),
    "headers": (["--reader-property", "parse.headers=true", "--reader-property", "parse.key=true"],
                b"h1:v1,h2:v2\tk\tv\nh:\t\t\n"),
    "separators": (["--reader-property", "parse.headers=true", "--reader-property",
                    "headers.delimiter=|", "--reader-property", "headers.separator=;",
                    "--reader-property", "headers.key.separator=="], b"a=1;b=2;;|v\na=1|\n"),
    "null marker": (["--reader-property", "parse.headers=true", "--reader-property",
                     "parse.key=true", "--reader-property", "null.marker=~"],
                    b"~\t~\t~\nh:~\tk\tv\n"),
    "lenient": (["--reader-property", "parse.headers=true", "--reader-property", "parse.key=true",
                 "--reader-property", "ignore.error=true"], b"x\nbad\tk\tv\nh:1\tv\n"),
    "old reader": (["--property", "parse.key=true", "--property", "key.separator=:"], b"a:1\n"),
    "no key": (["--reader-property", "parse.key=true"], b"a\t1\nbad\nb\t2\n"),
    "no delimiter": (["--reader-property", "parse.headers=true"], b"bad\n"),
    "no header": (["--reader-property", "parse.headers=true"], b"bad\tv\n"),
    "null header": (["--reader-property", "parse.headers=true", "--reader-property",
                     "null.marker=~"], b"~:1\tv\n"),
    "alike": (["--reader-property", "null.marker=,"], b"x\n"),
    "reader class": (["--line-reader", "org.apache.kafka.tools.LineMessageReader"], LINES),
    "sync": (["--sync"], b"one\ntwo\n"),
    "sizes": (["--batch-size", 100, "--max-memory-bytes", 1_000_000, "--socket-buffer-size", 65536,
               "--max-block-ms", 5000, "--metadata-expiry-ms", 1000], LINES),
    "old size": (["--max-partition-memory-bytes", 100], LINES),
    "times": (["--timeout", 0, "--request-timeout-ms", 5000, "--retry-backoff-ms", 10,
               "--message-send-max-retries", 2, "--request-required-acks", "all"], LINES),
    "acks 1": (["--request-required-acks", 1], LINES),
    "gzip": (["--compression-codec"], LINES * 20),
    "zstd": (["--compression-codec", "zstd"], LINES * 20),
    "lz4": (["--compression-codec=lz4"], LINES * 20),
    "snappy": (["--compression-codec", "snappy"], LINES * 20),
    "none": (["--compression-codec", "none"], LINES * 20),
    "properties": (["--command-property", "linger.ms=0", "--command-property", "acks=1"], LINES),
    "old properties": (["--producer-property", "linger.ms=0"], LINES),
}


def in_turn(java, broker, name, words, stdin):
    """Both tools with the same lines, each to a topic of its own; what they said and stored."""
    said, found = [], []
    for who, run in (("kafka", java.run), ("ours", tool_server.run_ours)):
        topic = f"{name.replace(' ', '-')}-{who}"
        with wire.connected(broker) as connection:
            assert wire.create_topic(connection, topic)["errorCode"] == 0
        said.append(run(PRODUCER, "--bootstrap-server", broker.bootstrap, "--topic", topic, *words,
                        stdin=stdin))
        found.append(stored(broker, topic))
    said[0].out = said[0].out.replace(">", "")  # JVMs from 22 on always have a console
    return said, found


@pytest.mark.parametrize("name", PRODUCED)
def test_lines_become_the_same_records(java, broker, name):
    words, stdin = PRODUCED[name]
    (kafka, ours), found = in_turn(java, broker, name, words, stdin)
    assert found[1] == found[0], (kafka, ours)
    assert (ours.status, ours.out) == (kafka.status, kafka.out), (kafka, ours)
    assert sentence(ours.complaint()) == sentence(kafka.complaint()), (kafka, ours)


def test_lines_with_files_of_properties(java, broker, tmp_path):
    reader, producer = tmp_path / "reader.properties", tmp_path / "producer.properties"
    reader.write_text("parse.key=true\nkey.separator=:\n")
    producer.write_text("linger.ms=0\nacks=1\n")
    for name, words in (("files", ["--reader-config", reader, "--command-config", producer]),
                        ("old file", ["--reader-config", reader, "--reader-property",
                                      "key.separator=;", "--producer.config", producer])):
        (kafka, ours), found = in_turn(java, broker, name, words, b"a:1;2\n")
        assert found[1] == found[0] and found[0][0], (kafka, ours)
        assert (ours.status, ours.out) == (kafka.status, kafka.out), (kafka, ours)


def test_records_that_cannot_be_delivered(java, broker):
    small = ("--command-property", "max.request.size=100")
    stdin = b"x" * 1000 + b"\ny\n"
    (kafka, ours), found = in_turn(java, broker, "large", small, stdin)
    assert (ours.status, found[1]) == (kafka.status, found[0]) and kafka.status == 0
    assert "with key: null, value: 1000 bytes with error: " in ours.complaint()
    (kafka, ours), found = in_turn(java, broker, "large sync", ("--sync", *small), stdin)
    assert (ours.status, found[1]) == (kafka.status, found[0]) and kafka.status == 1
    kind = "org.apache.kafka.common.errors.RecordTooLargeException"
    assert kind in kafka.complaint() and ours.complaint().startswith(kind)


WRONG = {
    PRODUCER: ["", "--topic t --command-config a --producer.config b",
               "--topic t --command-property a=1 --producer-property b=1",
               "--topic t --reader-property a=1 --property b=1", "--topic t --timeout soon",
               "--topic t --nonsense", "--topic t --batch-size", "--topic a --topic b"],
    CONSUMER: ["", "--topic t --include t", "--include t --partition 0",
               "--topic t --partition 0 --offset 1 --from-beginning", "--topic t --offset 1",
               "--topic t --consumer-property a=1 --command-property b=1",
               "--topic t --consumer.config a --command-config b",
               "--topic t --property a=1 --formatter-property b=1",
               "--topic t --partition 0 --offset -1", "--topic t --partition 0 --offset soon",
               "--topic t --partition 0 --group g", "--topic t --partition x",
               "--topic t --group g --command-property group.id=h", "--topic t --nonsense",
               "--topic t --from-beginning --command-property auto.offset.reset=latest"],
}


@pytest.mark.parametrize("tool", WRONG)
def test_wrong_lines_are_refused_in_kafkas_words(java, broker, tool):
    to = ("--bootstrap-server", broker.bootstrap)
    for line in WRONG[tool]:
        kafka = java.run(tool, *to, *line.split())
        ours = tool_server.run_ours(tool, *to, *line.split())
        assert ours.status == kafka.status == 1, (line, kafka, ours)
        one, other = (sorted(re.split(r"[ ,]+", sentence(said.complaint())))
                      for said in (kafka, ours))  # sets have no order in Java
        assert other == one, (line, kafka, ours)
    assert tool_server.run_ours(CONSUMER, "--topic", "t").complaint() == \
        java.run(CONSUMER, "--topic", "t").complaint().removeprefix(
            'Exception in thread "main" java.lang.IllegalArgumentException: ')


def consumed(java, broker, *words):
    return [run(CONSUMER, "--bootstrap-server", broker.bootstrap, *words)
            for run in (java.run, tool_server.run_ours)]


def counted(said):
    """How many records it was, as the error output tells."""
    return re.search(r"Processed a total of (\d+) messages\n", said.errors)[1]


FROM_ZERO = ("--partition", 0, "--offset", "earliest")
PRINTED = ["", "print.key=true", "print.value=false", "print.timestamp=true", "print.offset=true",
           "print.partition=true", "print.headers=true", "print.delivery=true",
           "print.key=true print.value=false", "print.key=TRUE key.separator=:",
           "line.separator=|", "print.headers=true headers.separator=;",
           "print.key=true null.literal=<nil>",
           "print.timestamp=true print.partition=true print.offset=true print.delivery=true "
           "print.headers=true print.key=true key.separator=#",
           f"value.deserializer={SERIALIZATION}StringDeserializer",
           f"print.key=true key.deserializer={SERIALIZATION}BytesDeserializer",
           f"print.headers=true headers.deserializer={SERIALIZATION}StringDeserializer",
           "value.deserializer=com.example.Unknown"]


@pytest.mark.parametrize("properties", PRINTED)
def test_records_are_printed_alike(java, broker, properties):
    words = [word for one in properties.split() for word in ("--formatter-property", one)]
    kafka, ours = consumed(java, broker, "--topic", "orders", *FROM_ZERO, "--max-messages",
                           len(RECORDS), *words)
    assert (ours.status, ours.out) == (kafka.status, kafka.out), (kafka, ours)
    assert counted(ours) == counted(kafka) == str(len(RECORDS))


CONSUMED = [
    "--topic orders --partition 0 --offset 2 --max-messages 2",
    "--topic orders --partition 0 --from-beginning --max-messages 2",
    "--topic orders --partition 0 --offset LATEST --timeout-ms 300",
    "--topic orders --partition 0 --timeout-ms 300",
    "--topic orders --partition 0 --offset earliest --max-messages 0",
    "--topic orders --from-beginning --max-messages 5",
    "--topic orders --from-beginning --timeout-ms 3000",
    "--topic orders --from-beginning --max-messages 5 --group one",
    "--topic orders --max-messages 5 --group two --command-property auto.offset.reset=earliest",
    "--topic orders --max-messages 5 --group three --consumer-property auto.offset.reset=earliest",
    "--topic orders --group four --command-property auto.offset.reset=none",
    "--topic orders --timeout-ms 1000",
    "--include order. --from-beginning --max-messages 5",
    "--topic late --partition 0 --offset 0 --max-messages 1 --property print.timestamp=true",
    "--topic orders --partition 0 --offset 0 --max-messages 5 --formatter "
    "org.apache.kafka.tools.consumer.NoOpMessageFormatter",
    "--topic orders --partition 0 --offset 0 --max-messages 5 --formatter "
    "org.apache.kafka.tools.consumer.LoggingMessageFormatter --formatter-property print.key=true",
    "--topic orders --partition 0 --offset 0 --max-messages 5 --formatter "
    "org.apache.kafka.tools.consumer.DefaultMessageFormatter",
    f"--topic numbers --partition 0 --offset 0 --max-messages 1 --value-deserializer "
    f"{SERIALIZATION}IntegerDeserializer --key-deserializer {SERIALIZATION}IntegerDeserializer "
    f"--formatter-property print.key=true",
    f"--topic numbers --partition 0 --offset 0 --max-messages 4 --value-deserializer "
    f"{SERIALIZATION}IntegerDeserializer --skip-message-on-error",
    f"--topic numbers --partition 0 --offset 0 --max-messages 4 --value-deserializer "
    f"{SERIALIZATION}IntegerDeserializer",
]


@pytest.mark.parametrize("line", CONSUMED)
def test_consumers_end_alike(java, broker, line):
    """A group of a name is read to the end by one of the two, and by the other under its own."""
    words = line.split()
    said = []
    for who, run in (("kafka", java.run), ("ours", tool_server.run_ours)):
        mine = [f"{word}-{who}" if before == "--group" else word
                for before, word in zip(["", *words], words)]
        said.append(run(CONSUMER, "--bootstrap-server", broker.bootstrap, *mine))
    kafka, ours = said
    assert (ours.status, ours.out) == (kafka.status, kafka.out), (kafka, ours)
    assert counted(ours) == counted(kafka), (kafka, ours)


def test_a_group_that_has_nowhere_to_begin(broker):
    said = tool_server.run_ours(CONSUMER, "--bootstrap-server", broker.bootstrap, "--topic", "orders",
                                "--group", "nowhere", "--command-property", "auto.offset.reset=none")
    assert (said.status, said.out, counted(said)) == (0, "", "0"), said
    assert "org.apache.kafka.clients.consumer.NoOffsetForPartitionException: " in said.errors


def test_files_and_isolation_levels(java, broker, tmp_path):
    formatter, consumer = tmp_path / "formatter.properties", tmp_path / "consumer.properties"
    formatter.write_text("print.key=true\nkey.separator=:\n")
    consumer.write_text("isolation.level=read_committed\n")
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "paid")["errorCode"] == 0
        producer = RawProducer(connection, "payments").init()
        for value, commits in ((b"kept", True), (b"dropped", False), (b"also kept", True)):
            producer.send("paid", [value])
            producer.end(commits)
    outs = []
    for count, words in ((3, []), (2, ["--isolation-level", "read_committed"]),
                         (3, ["--isolation-level", "read_uncommitted"]),
                         (2, ["--command-config", consumer]), (2, ["--consumer.config", consumer]),
                         (3, ["--formatter-config", formatter]),
                         (3, ["--formatter-config", formatter, "--formatter-property",
                              "key.separator=;"])):
        kafka, ours = consumed(java, broker, "--topic", "paid", *FROM_ZERO, "--max-messages", count,
                               "--timeout-ms", 20_000, *words)
        assert (ours.status, ours.out) == (kafka.status, kafka.out), (words, kafka, ours)
        outs.append(ours.out)
    assert "dropped" in outs[0] and "dropped" not in outs[1] and "dropped" not in outs[3]
    assert "k:kept" in outs[5] and "k;kept" in outs[6]


def test_what_was_not_printed_is_not_committed(java, broker):
    """A group goes on behind the last record that was printed, not behind what was fetched."""
    for run, group in ((java.run, "kafkas"), (tool_server.run_ours, "ours")):
        read = ("--bootstrap-server", broker.bootstrap, "--topic", "orders", "--group", group,
                "--from-beginning", "--formatter-property", "print.offset=true",
                "--formatter-property", "print.value=false", "--max-messages")
        assert run(CONSUMER, *read, 2).out == "Offset:0\nOffset:1\n"
        assert run(CONSUMER, *read, 3).out == "Offset:2\nOffset:3\nOffset:4\n"


STORED = [("__consumer_offsets", "OffsetsMessageFormatter"),
          ("__consumer_offsets", "GroupMetadataMessageFormatter"),
          ("__transaction_state", "TransactionLogMessageFormatter"),
          ("__share_group_state", "group.share.ShareGroupStateMessageFormatter")]


@pytest.fixture(scope="module")
def with_state(broker):
    """Something in each of Kafka's own topics."""
    with wire.connected(broker) as connection:
        ready(connection, "readers")
        commit(connection, "readers", {("orders", 0): 4})
        assert wire.create_topic(connection, "bought")["errorCode"] == 0
        producer = RawProducer(connection, "payments-2").init()
        producer.send("bought", [b"x"])
        producer.end(True)
    tool_server.run_ours(CONSUMER, "--bootstrap-server", broker.bootstrap, "--topic", "orders",
                         "--from-beginning", "--max-messages", 5, "--group", "classics",
                         "--command-property", "group.protocol=classic")
    said = tool_server.run_ours("kafka-share-groups", "--bootstrap-server", broker.bootstrap,
                                "--reset-offsets", "--group", "workers", "--topic", "orders",
                                "--to-earliest", "--execute")
    assert said.status == 0, said
    return broker


@pytest.mark.parametrize("topic, formatter", STORED)
def test_kafkas_own_topics_are_printed_alike(java, with_state, topic, formatter):
    with wire.connected(with_state) as connection:
        count = wire.end_offset(connection, topic)
        start = wire.list_offset(connection, topic, 0, -2)["offset"]
    kafka, ours = consumed(java, with_state, "--topic", topic, "--partition", 0, "--offset", start,
                           "--timeout-ms", 2000, "--max-messages", count, "--formatter",
                           "org.apache.kafka.tools.consumer." + formatter)
    # Transaction markers and compaction leave gaps: what there is, is the same.
    assert (ours.status, ours.out) == (kafka.status, kafka.out), (kafka, ours)
    assert ours.out.startswith('{"key":{"type":'), ours
    lines = tool_server.run_ours(CONSUMER, "--bootstrap-server", with_state.bootstrap, "--topic",
                                 topic, *FROM_ZERO, "--timeout-ms", 2000, "--json", "--formatter",
                                 formatter.split(".")[-1]).out.splitlines()
    assert all({"key", "value"} == set(json.loads(line)) for line in lines) and lines


class Running:
    """A tool as a process of its own, which signals are sent to."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def write(self, lines):
        self.process.stdin.write(lines)
        self.process.stdin.flush()

    def end(self, number, deadline_s=60):
        """What is left of its output, which is little, and its status; its input stays open."""
        self.process.send_signal(number)
        try:
            self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        out, errors = self.process.communicate()
        return tool_server.Said(self.process.returncode, out.decode(), errors.decode())


def started(who, tool, broker, *words):
    words = ["--bootstrap-server", broker.bootstrap, *map(str, words)]
    if who == "kafka":
        return Running(kafka_tools._command(tool, words))
    return Running([str(binary()), tool.removeprefix("kafka-"), *words])


@pytest.mark.parametrize("who", ["kafka", "ours"])
@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_consumer_in_order(broker, who, number, status):
    running = started(who, CONSUMER, broker, "--topic", "orders", "--from-beginning", "--group",
                      f"stopped-{who}-{status}", "--enable-systest-events",
                      "--formatter-property", "print.offset=true", "--formatter-property",
                      "print.value=false")
    lines = [running.process.stdout.readline().decode() for _ in RECORDS]
    assert lines[-1] == "Offset:4\n"
    said = running.end(number)
    assert (said.status, said.out) == (status, "shutdown_complete\n"), said
    assert counted(said) == "5"
    with wire.connected(broker) as connection:
        answer = connection.call("OffsetFetch", 7, groupId=f"stopped-{who}-{status}", topics=None,
                                 requireStable=False)
    assert answer["topics"][0]["partitions"][0]["committedOffset"] == 5


@pytest.mark.parametrize("who", ["kafka", "ours"])
def test_a_signal_ends_a_producer_in_order(broker, who):
    """What it has read is delivered, though it was to wait for a minute."""
    topic = f"stopped-{who}"
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, 2)["errorCode"] == 0
    first, second = (next(key for key in (str(i).encode() for i in range(100))
                          if by_murmur2(key, 2) == partition) for partition in (0, 1))
    running = started(who, PRODUCER, broker, "--topic", topic, "--timeout", 60_000,
                      "--batch-size", 100, "--reader-property", "parse.key=true")
    # A batch goes out when the next record does not fit into it. What was read before has been sent
    # as well, and waits.
    large = first + b"\t" + b"x" * 200 + b"\n"
    running.write(second + b"\tshort\n" + large + large)
    with wire.connected(broker) as connection:
        wait_until(lambda: wire.end_offset(connection, topic, 0) >= 1, 60, "a full batch is there")
        if who == "ours":  # Kafka's producer sends along what goes to the same broker
            assert wire.end_offset(connection, topic, 1) == 0
        said = running.end(signal.SIGINT)
        assert said.status == 130, said
        assert wire.end_offset(connection, topic, 1) == 1


def test_every_option_of_kafkas_tools_is_known(java):
    for tool in (PRODUCER, CONSUMER):
        kafka = java.run(tool, "--help")
        names = set(re.findall(r"^--([a-z][a-z.-]+)", kafka.out + kafka.errors, re.MULTILINE))
        assert len(names) > 10, kafka
        ours = tool_server.run_ours(tool, "--help")
        assert ours.status == 0
        assert names <= set(re.findall(r"--([a-z][a-z.-]*[a-z])", ours.out)), tool
