"""Our perf tests, e2e-latency and verifiable clients beside Kafka's own on the same broker: the shape
of what they print, how they end, and that each reads what the other wrote."""

import json
import re
import signal
import subprocess

import pytest
from support import broker as brokers
from support import kafka_jars, kafka_tools, tool_server, wire
from support.programs import Program
from support.serving import records
from support.waiting import wait_until

QUICK = {"group.initial.rebalance.delay.ms": "0"}
PRODUCER, CONSUMER = "kafka-producer-perf-test", "kafka-consumer-perf-test"
LATENCY = "kafka-e2e-latency"
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}"


@pytest.fixture(scope="module")
def java():
    server = tool_server.ToolServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("perf"))
    yield factory.start(QUICK)
    factory.close()


def create(broker, *topics, partitions=1):
    with wire.connected(broker) as connection:
        for topic in topics:
            assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0


def values(broker, topic, partitions=1):
    found = records(broker, [(topic, partition) for partition in range(partitions)])
    return [record[3] for partition in sorted(found) for record in found[partition]]


def shape(text):
    """What a tool printed, with every figure as #."""
    text = re.sub(DATE, "DATE", text)
    text = re.sub(r"-?\d+(\.\d+)?(E-?\d+)?|NaN|Infinity", "#", text)
    return re.sub(r"/\S+", "PATH", text).splitlines()


def last_complaint(said):
    """argparse4j prints the usage before what is wrong, and that in lines of 75 columns with both
    margins straight, so blanks do not count. What Java says of a number that is none is left out."""
    begin = re.search(r"^[\w-]+:\s+error:\s", said.errors, re.M)
    text = said.errors[begin.start():] if begin else said.complaint()
    return "".join(re.sub(r"\nSee: .*|\(For\s+input\s+string.*", "", text, flags=re.S).split())


def produced_by_both(java, broker, name, *words, partitions=1):
    """Kafka's producer test and ours write a topic each; (Said, Said, values, values)."""
    topics = f"{name}-theirs", f"{name}-ours"
    create(broker, *topics, partitions=partitions)
    to = ("--bootstrap-server", broker.bootstrap)
    kafka = java.run(PRODUCER, *to, "--topic", topics[0], *words)
    ours = tool_server.run_ours(PRODUCER, *to, "--topic", topics[1], *words)
    assert (kafka.status, ours.status) == (0, 0), (kafka, ours)
    return kafka, ours, *(values(broker, topic, partitions) for topic in topics)


PRODUCER_LINES = {
    "size": "--num-records 500 --record-size 100 --throughput -1",
    "monotonic": "--num-records 50 --payload-monotonic --throughput 1000.5",
    "properties": "--num-records 50 --record-size 10 --throughput -1 --command-property acks=1 "
                  "linger.ms=1 --command-config FILE",
    "old": "--num-records 50 --record-size 10 --throughput -1 --producer-props acks=1 "
           "linger.ms=1 --producer.config FILE",
    "file": "--num-records 50 --payload-file PAYLOADS --throughput -1",
    "delimiter": "--num-records 50 --payload-file PAYLOADS --payload-delimiter ; --throughput -1",
    "warm": "--num-records 50 --record-size 10 --throughput -1 --warmup-records 20",
    "transactions": "--num-records 300 --record-size 10 --throughput 1000 "
                    "--transaction-duration-ms 50",
    "transactional": "--num-records 50 --record-size 10 --throughput -1 --transactional-id perf-ID",
}


@pytest.mark.parametrize("name", PRODUCER_LINES)
def test_producer_perf_test_writes_and_says_the_same(java, broker, tmp_path, name):
    config = tmp_path / "producer.properties"
    config.write_text("client.id=tested\nbatch.size=2000\n")
    payloads = tmp_path / "payloads"
    payloads.write_text("first;with more\nsecond\n\nthird; and last\n")
    words = PRODUCER_LINES[name].replace("FILE", str(config)).replace("PAYLOADS", str(payloads))
    kafka, ours, theirs, mine = produced_by_both(java, broker, name, *words.split())
    assert shape(ours.out) == shape(kafka.out), (kafka, ours)
    assert mine == theirs
    assert len(mine) == int(words.split()[1])


def test_producer_perf_test_reports_by_the_way_and_keeps_the_rate(java, broker):
    words = ("--num-records 600 --record-size 10 --throughput 400 --reporting-interval 300 "
             "--warmup-records 200")
    kafka, ours, *_ = produced_by_both(java, broker, "paced", *words.split())
    assert set(shape(ours.out)) == set(shape(kafka.out)), (kafka, ours)
    for said in (kafka, ours):
        rate = float(re.findall(r"sent, ([\d.]+) records/sec", said.out)[-1])
        assert 300 < rate < 440, said  # the last record is due after 1.4975 s, not after 1.5


def test_producer_perf_test_prints_metrics_under_kafkas_names(java, broker):
    words = "--num-records 20 --record-size 10 --throughput -1 --print-metrics"
    kafka, ours, *_ = produced_by_both(java, broker, "measured", *words.split())
    theirs, mine = (dict(re.findall(r"^(producer-[\w-]+:[\w-]+:\{.*?\}) +: ([\d.]+)$",
                                    said.out.replace(f"measured-{whose}", "measured"), re.M))
                    for said, whose in ((kafka, "theirs"), (ours, "ours")))
    assert len(mine) == 22 and set(mine) <= set(theirs), (mine, theirs)
    # How records come together in batches, and how long all takes, is each run's own.
    own = re.compile(r"-rate:|:batch-size-|-time-|-latency-|:records-per-request-")
    for name, value in mine.items():
        assert own.search(name) or value == theirs[name], (name, mine, theirs)
    measured = {name.split(":")[1]: float(value) for name, value in mine.items()}
    assert 0 < measured["request-latency-avg"] <= measured["request-latency-max"], measured
    assert 0 < measured["records-per-request-avg"] <= 20, measured
    assert 61 < measured["batch-size-avg"] <= measured["batch-size-max"], measured
    assert [value for name, value in mine.items() if ":record-send-total:" in name] == ["20.000"] * 2
    assert "Metric Name" in ours.out


def test_producer_perf_test_as_json(broker):
    create(broker, "as-json")
    said = tool_server.run_ours(
        PRODUCER, "--bootstrap-server", broker.bootstrap, "--topic", "as-json", "--num-records", 300,
        "--record-size", 10, "--throughput", 300, "--reporting-interval", 200, "--warmup-records",
        100, "--print-metrics", "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert (said.status, said.errors) == (0, "")
    assert {line["event"] for line in lines} == {"window", "total", "steady_state", "metrics"}
    total = next(line for line in lines if line["event"] == "total")
    assert (total["records"], total["bytes"]) == (300, 3000)


WRONG_PRODUCER_LINES = [
    "--topic t --num-records 5 --record-size 1",
    "--topic t --num-records 5 --throughput -1 --bootstrap-server b:1",
    "--topic t --num-records x --throughput -1 --record-size 1",
    "--topic t --num-records 5 --throughput fast --record-size 1 --bootstrap-server b:1",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --payload-monotonic",
    "--topic t --num-records 0 --throughput -1 --record-size 1 --bootstrap-server b:1",
    "--topic t --num-records 5 --throughput -1 --record-size 0 --bootstrap-server b:1",
    "--topic t --num-records 5 --throughput -1 --record-size 1",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --bootstrap-server b:1 "
    "--warmup-records 5",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --command-property a=b "
    "--producer-props a=b",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --command-config a "
    "--producer.config a",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --bootstrap-server b:1 "
    "--transaction-duration-ms 0",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --bootstrap-server b:1 "
    "--reporting-interval 0",
    "--topic t --num-records 5 --throughput -1 --record-size 1 --nonsense", "--topic t --num-records",
]


@pytest.mark.parametrize("line", WRONG_PRODUCER_LINES)
def test_wrong_lines_of_the_producer_perf_test(java, line):
    kafka = java.run(PRODUCER, *line.split())
    ours = tool_server.run_ours(PRODUCER, *line.split())
    assert ours.status == kafka.status, (kafka, ours)
    assert last_complaint(ours) == last_complaint(kafka), (kafka, ours)


def test_the_lone_name_prints_help(java):
    kafka, ours = java.run(PRODUCER), tool_server.run_ours(PRODUCER)
    assert (ours.status, ours.errors) == (kafka.status, "") and "--record-size" in ours.out


@pytest.fixture(scope="module")
def full(java, broker):
    create(broker, "full", partitions=3)
    said = java.run(PRODUCER, "--bootstrap-server", broker.bootstrap, "--topic", "full",
                    "--num-records", 3000, "--record-size", 50, "--throughput", -1)
    assert said.status == 0
    return "full"


CONSUMER_LINES = [
    "--topic full --num-records 3000", "--topic full --messages 100",
    "--include fu.* --num-records 3000 --group g-GROUP",
    "--topic full --num-records 3000 --hide-header --fetch-size 1000 --socket-buffer-size 65536",
    "--topic full --num-records 3000 --date-format HH:mm", "--topic full --num-records 3000 "
    "--command-property fetch.min.bytes=5 --command-property client.id=x --command-config FILE",
    "--topic full --num-records 10 --consumer.config FILE",
    "--topic full --num-records 4000 --timeout 1500",
    "--topic full --num-records 10 --timeout 1500 --from-latest",
    "--topic full --num-records 3000 --show-detailed-stats --reporting-interval 1",
    "--topic full --num-records 3000 --timeout --command-property group.protocol=consumer",
]


@pytest.mark.parametrize("line", CONSUMER_LINES)
def test_consumer_perf_test_says_the_same(java, broker, full, tmp_path, line):
    config = tmp_path / "consumer.properties"
    config.write_text("client.id=tested\nmax.poll.records=100\n")
    words = line.replace("FILE", str(config)).split()
    to = ("--bootstrap-server", broker.bootstrap)
    kafka = java.run(CONSUMER, *to, *[word.replace("GROUP", "theirs") for word in words])
    ours = tool_server.run_ours(CONSUMER, *to, *[word.replace("GROUP", "ours") for word in words])
    assert (ours.status, ours.errors) == (kafka.status, ""), (kafka, ours)
    if "--show-detailed-stats" in line:
        assert set(shape(ours.out)) == set(shape(kafka.out)), (kafka, ours)
        return
    assert shape(ours.out) == shape(kafka.out), (kafka, ours)
    counted = [said.out.splitlines()[-1].split(", ")[4] for said in (kafka, ours)]
    assert counted[0] == counted[1] or int(counted[1]) >= int(words[3]), (kafka, ours)


WRONG_CONSUMER_LINES = [
    "--topic t", "--bootstrap-server b:1 --num-records 5", "--bootstrap-server b:1 --topic t",
    "--bootstrap-server b:1 --topic t --include t --num-records 5",
    "--bootstrap-server b:1 --topic t --messages 5 --num-records 5",
    "--bootstrap-server b:1 --topic t --num-records 5 --consumer.config f --command-config f",
    "--bootstrap-server BROKER --topic t --num-records x", "--nonsense",
    "--bootstrap-server BROKER --topic t --num-records 5 --reporting-interval 0",
    "--bootstrap-server BROKER --topic t --num-records 5 --reporting-interval -5",
]


@pytest.mark.parametrize("line", WRONG_CONSUMER_LINES)
def test_wrong_lines_of_the_consumer_perf_test(java, broker, line):
    words = line.replace("BROKER", broker.bootstrap).split()
    kafka, ours = java.run(CONSUMER, *words), tool_server.run_ours(CONSUMER, *words)
    assert ours.status == kafka.status, (kafka, ours)
    assert ours.complaint() == kafka.complaint(), (kafka, ours)


def test_consumer_perf_test_prints_metrics_under_kafkas_names(java, broker, full):
    words = ("--bootstrap-server", broker.bootstrap, "--topic", full, "--num-records", 3000,
             "--print-metrics")
    kafka, ours = java.run(CONSUMER, *words), tool_server.run_ours(CONSUMER, *words)

    def names(said):
        return set(re.findall(r"^(consumer-[\w-]+:[\w-]+:\{client-id=[\w-]+\}) +:", said.out, re.M))
    assert len(names(ours)) == 6 and names(ours) <= names(kafka), (ours, kafka)


def test_consumer_perf_test_as_json(broker, full):
    said = tool_server.run_ours(CONSUMER, "--bootstrap-server", broker.bootstrap, "--topic", full,
                                "--num-records", 3000, "--show-detailed-stats", "--json",
                                "--reporting-interval", 1, "--print-metrics")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert said.status == 0 and {"total", "window", "metrics"} == {line["event"] for line in lines}
    total = next(line for line in lines if line["event"] == "total")
    assert (total["records"], total["bytes"]) == (3000, 150_000)


LATENCY_LINES = [
    "--bootstrap-server BROKER --topic NAME --num-records 1500 --producer-acks all --record-size 9",
    "--bootstrap-server BROKER --topic NAME --num-records 5 --producer-acks 1 --record-size 20 "
    "--record-key-size 8 --num-headers 2 --record-header-key-size 4 --record-header-size -1",
    "--bootstrap-server BROKER --topic NAME --num-records 5 --producer-acks 1 --record-size 0 "
    "--record-key-size --num-headers 1 --record-header-key-size 4 --record-header-size 3 "
    "--command-config FILE",
    "BROKER NAME 10 1 100", "BROKER NAME 10 all 100 FILE",
]


@pytest.mark.parametrize("line", LATENCY_LINES)
def test_e2e_latency_says_the_same(java, broker, tmp_path, line):
    config = tmp_path / "client.properties"
    config.write_text("client.id=tested\n")
    said = []
    for run, name in ((java.run, "theirs"), (tool_server.run_ours, "ours")):
        topic = f"e2e-{LATENCY_LINES.index(line)}-{name}"
        words = [word.replace("NAME", topic).replace("BROKER", broker.bootstrap)
                 .replace("FILE", str(config)) for word in line.split()]
        said.append(run(LATENCY, *words))
        said[-1].out = said[-1].out.replace(topic, "NAME")
    kafka, ours = said
    assert (ours.status, ours.errors) == (kafka.status, ""), said
    assert shape(ours.out) == shape(kafka.out), said


def test_e2e_latency_writes_what_it_was_told_to(broker):
    create(broker, "e2e-told")
    words = ("--bootstrap-server", broker.bootstrap, "--topic", "e2e-told", "--num-records", 3,
             "--producer-acks", "all", "--record-size", 20, "--record-key-size", 8, "--num-headers",
             2, "--record-header-key-size", 4, "--record-header-size", 6)
    said = tool_server.run_ours(LATENCY, *words, "--json")
    assert [json.loads(line)["event"] for line in said.out.splitlines()] == ["progress", "total"]
    stored = records(broker, [("e2e-told", 0)])["e2e-told", 0]
    assert [(len(key), len(value)) for _, _, key, value, _ in stored] == [(8, 20)] * 3
    assert all([(len(name), len(value)) for name, value in headers] == [(4, 6)] * 2
               for *_, headers in stored)


@pytest.mark.parametrize("line", [
    "b:1 t 3", "b:1 t x 1 5", "b:1 t 3 0 5", "--topic t --num-records 5",
    "--bootstrap-server b:1 --topic t --num-records 5 --producer-acks 1 --record-size -1",
    "--bootstrap-server b:1 --topic t --num-records 0 --producer-acks 1 --record-size 1",
    "--bootstrap-server b:1 --topic t --num-records 5 --producer-acks 1 --record-size 1 "
    "--num-headers -1",
    "--bootstrap-server b:1 --topic t --num-records 5 --producer-acks 1 --record-size 1 "
    "--record-header-size -2",
])
def test_wrong_lines_of_e2e_latency(java, line):
    kafka, ours = java.run(LATENCY, *line.split()), tool_server.run_ours(LATENCY, *line.split())
    assert (ours.status, ours.complaint()) == (kafka.status, kafka.complaint()), (kafka, ours)


# --- verifiable clients: Kafka's end their JVM, so each is a process of its own ------------------


def verifiable(kind, whose, *words):
    """The command of a verifiable client; `whose`: kafka or ours."""
    tool = f"kafka-verifiable-{kind}"
    if whose == "ours":
        return [brokers.binary(), f"verifiable-{kind}", *words]
    return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", kafka_jars.class_path("tools"),
            kafka_tools.CLASSES[tool], *words]


def run_verifiable(kind, whose, *words, status=0):
    done = subprocess.run([str(word) for word in verifiable(kind, whose, *words)],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=90, check=False)
    assert done.returncode == status, done
    return [json.loads(line) for line in done.stdout.decode().splitlines() if line[0] == "{"]


def ordered(event):
    """The names in an event, in their order, and those of the objects in its lists."""
    return [(name, ordered(value[0]) if isinstance(value, list) and value else None)
            for name, value in event.items()]


def by_name(events):
    """{name: the shapes of the events of that name}"""
    found = {}
    for event in events:
        found.setdefault(event["name"], set()).add(str(ordered(event)))
    return found


PRODUCER_EVENTS = [
    ["--max-messages", 20], ["--max-messages", 20, "--acks", 1, "--value-prefix", 7,
                             "--repeating-keys", 3, "--message-create-time", 1_600_000_000_000],
    ["--max-messages", 20, "--throughput", 50, "--acks", 0], ["--max-messages", 0],
    ["--max-messages", 5, "--command-config", "FILE"],
]


@pytest.mark.parametrize("words", PRODUCER_EVENTS, ids=range(len(PRODUCER_EVENTS)))
def test_verifiable_producer_writes_and_says_the_same(broker, tmp_path, words):
    config = tmp_path / "producer.properties"
    config.write_text("acks=1\nlinger.ms=3\n")
    words = [config if word == "FILE" else word for word in words]
    said, stored = {}, {}
    for whose in ("kafka", "ours"):
        topic = f"verified-{tmp_path.name}-{whose}"
        create(broker, topic)
        said[whose] = run_verifiable("producer", whose, "--bootstrap-server", broker.bootstrap,
                                     "--topic", topic, *words)
        stored[whose] = [record[2:] for record in records(broker, [(topic, 0)])[topic, 0]]
    assert stored["ours"] == stored["kafka"]
    assert by_name(said["ours"]) == by_name(said["kafka"])

    def told(whose):
        return [{name: value for name, value in event.items()
                 if name not in ("timestamp", "topic", "avg_throughput")} for event in said[whose]]
    assert told("ours") == told("kafka")


@pytest.mark.parametrize("line", ["--topic t", "--bootstrap-server b:1",
                                  "--topic t --bootstrap-server b:1 --acks 5",
                                  "--topic t --bootstrap-server b:1 --max-messages x",
                                  "--topic t --bootstrap-server b:1 --producer.config a "
                                  "--command-config b"])
def test_wrong_lines_of_the_verifiable_producer(line):
    refused_alike("producer", line)


def refused_alike(kind, line):
    said = []
    for whose in ("kafka", "ours"):
        done = subprocess.run([str(word) for word in verifiable(kind, whose, *line.split())],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        said.append(tool_server.Said(done.returncode, done.stdout.decode(), done.stderr.decode()))
    kafka, ours = said
    assert ours.status == kafka.status, said
    assert last_complaint(ours) == last_complaint(kafka), said


def test_verifiable_producer_ends_in_good_order_when_it_is_told(broker, tmp_path):
    create(broker, "endless")
    for sent, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        words = ("--bootstrap-server", broker.bootstrap, "--topic", "endless", "--throughput", 200)
        with Program(verifiable("producer", "ours", *words), tmp_path, f"by-{sent}") as program:
            wait_until(lambda p=program: len(p.lines()) > 50, 30, "it writes")
            program.process.send_signal(sent)
            assert program.wait() == status
            events = [json.loads(line) for line in program.lines()]
        assert [event["name"] for event in events[-2:]] == ["shutdown_complete", "tool_data"]
        acked = sum(event["name"] == "producer_send_success" for event in events)
        assert events[-1]["acked"] == events[-1]["sent"] == acked > 0


def test_verifiable_producer_tells_what_was_not_written(broker, tmp_path):
    config = tmp_path / "small.properties"
    config.write_text("max.request.size=1\n")
    create(broker, "refused")
    said = {}
    for whose in ("kafka", "ours"):
        events = run_verifiable("producer", whose, "--bootstrap-server", broker.bootstrap, "--topic",
                                "refused", "--max-messages", 2, "--command-config", config)
        said[whose] = [(event["name"], event.get("value"), event.get("exception"))
                       for event in events]
    assert sorted(map(str, said["ours"])) == sorted(map(str, said["kafka"]))
    assert sum(name == "producer_send_error" for name, *_ in said["ours"]) == 2


CONSUMER_EVENTS = {
    "plain": ["--max-messages", 30],
    "verbose": ["--max-messages", 25, "--verbose"],
    "auto": ["--max-messages", 30, "--enable-autocommit"],
    "848": ["--max-messages", 30, "--group-protocol", "consumer", "--group-remote-assignor",
            "uniform"],
    "static": ["--max-messages", 30, "--group-instance-id", "one", "--session-timeout", 10000],
    "round robin": ["--max-messages", 30, "--reset-policy", "earliest", "--assignment-strategy",
                    "org.apache.kafka.clients.consumer.RoundRobinAssignor"],
    "file": ["--max-messages", 30, "--command-config", "FILE"],
    "nothing": ["--max-messages", 0],
}


@pytest.fixture(scope="module")
def written_by_both(broker):
    """{whose: a topic of 3 partitions with 30 records that this producer wrote}"""
    topics = {}
    for whose in ("kafka", "ours"):
        topics[whose] = f"to-read-{whose}"
        create(broker, topics[whose], partitions=3)
        run_verifiable("producer", whose, "--bootstrap-server", broker.bootstrap, "--topic",
                       topics[whose], "--max-messages", 30, "--repeating-keys", 10)
    return topics


@pytest.mark.parametrize("name", CONSUMER_EVENTS)
def test_verifiable_consumers_read_what_the_other_one_wrote(broker, written_by_both, tmp_path, name):
    config = tmp_path / "consumer.properties"
    config.write_text("max.poll.records=7\nclient.id=tested\n")
    words = [config if word == "FILE" else word for word in CONSUMER_EVENTS[name]]
    said = {}
    for whose, topic in (("kafka", written_by_both["ours"]), ("ours", written_by_both["kafka"])):
        said[whose] = run_verifiable(
            "consumer", whose, "--bootstrap-server", broker.bootstrap, "--topic", topic,
            "--group-id", f"{name}-{whose}", *words)
    kafka, ours = by_name(said["kafka"]), by_name(said["ours"])
    assert ours == kafka, said
    wanted = words[1]

    def summed(whose):
        return sum(part["count"] for event in said[whose] if event["name"] == "records_consumed"
                   for part in event["partitions"])
    assert (summed("ours"), summed("kafka")) == (wanted, wanted)
    if name == "verbose":
        shown = [(event["key"], event["value"]) for event in said["ours"]
                 if event["name"] == "record_data"]
        assert len(shown) == 25
        assert all(key == str(int(value) % 10) for key, value in shown)


def test_verifiable_consumers_end_where_no_offset_is_to_be_had(broker, tmp_path):
    """With --reset-policy none: first nothing was committed, then the log begins behind what was.
    Only the exceptions tell which; the events are those of an ordinary end."""
    no_offset, out_of_range = (f"org.apache.kafka.clients.consumer.{name}Exception: "
                               for name in ("NoOffsetForPartition", "OffsetOutOfRange"))
    for whose in ("kafka", "ours"):
        topic = f"no-offset-{whose}"
        create(broker, topic)
        run_verifiable("producer", "ours", "--bootstrap-server", broker.bootstrap, "--topic", topic,
                       "--max-messages", 9)
        words = ("--bootstrap-server", broker.bootstrap, "--topic", topic, "--group-id", topic)
        assert no_offset in complaint_without_offset(whose, *words)
        run_verifiable("consumer", "ours", *words, "--max-messages", 2)
        file = tmp_path / f"{topic}.json"
        file.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": 0, "offset": 5}]}))
        said = tool_server.run_ours("kafka-delete-records", "--bootstrap-server", broker.bootstrap,
                                    "--offset-json-file", file)
        assert "low_watermark: 5" in said.out, said
        assert out_of_range in complaint_without_offset(whose, *words)


def complaint_without_offset(whose, *words):
    """What the consumer says where it may not choose where to begin; it reads nothing and ends well."""
    done = run_telling(verifiable("consumer", whose, *words, "--reset-policy", "none"))
    events = [json.loads(line)["name"] for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0, done
    assert events == ["startup_complete", "partitions_assigned", "partitions_revoked",
                      "shutdown_complete", "shutdown_requested"], done
    return done.stderr.decode()


def run_telling(command):
    """Runs a tool to its end; Kafka's logs errors."""
    command = [str(word).replace("LogLevel=off", "LogLevel=error") for word in command]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          check=False)


@pytest.mark.parametrize("line", ["--topic t --group-id g", "--bootstrap-server b:1 --topic t",
                                  "--bootstrap-server b:1 --topic t --group-id g --max-messages x",
                                  "--bootstrap-server b:1 --topic t --group-id g "
                                  "--consumer.config a --command-config b"])
def test_wrong_lines_of_the_verifiable_consumer(line):
    refused_alike("consumer", line)


def test_verifiable_consumers_share_a_group_and_end_when_they_are_told(broker, written_by_both,
                                                                       tmp_path):
    """One of Kafka's and one of ours in one group; what each tells of adds up to all records."""
    words = ("--bootstrap-server", broker.bootstrap, "--topic", written_by_both["ours"],
             "--group-id", "mixed")
    with Program(verifiable("consumer", "ours", *words), tmp_path, "ours") as ours:
        wait_until(lambda: sum_of(ours) == 30, 60, "ours reads everything")
        with Program(verifiable("consumer", "kafka", *words), tmp_path, "theirs") as theirs:
            wait_until(lambda: last_assigned(theirs), 60, "Kafka's gets partitions")
            wait_until(lambda: len(last_assigned(ours)) + len(last_assigned(theirs)) == 3, 60,
                       "they share")
            theirs.stop()
        wait_until(lambda: len(last_assigned(ours)) == 3, 60, "ours takes over")
        assert ours.stop() == 143
        events = events_of(ours)
    assert [event["name"] for event in events[-3:]] == ["shutdown_requested", "partitions_revoked",
                                                        "shutdown_complete"]
    assert [event["name"] for event in events[:2]] == ["startup_complete", "partitions_assigned"]
    assert all(event["success"] for event in events if event["name"] == "offsets_committed")


def events_of(program):
    return [json.loads(line) for line in program.lines() if line.startswith("{")]


def sum_of(program):
    return sum(event["count"] for event in events_of(program)
               if event["name"] == "records_consumed")


def last_assigned(program):
    found = [event["partitions"] for event in events_of(program)
             if event["name"] == "partitions_assigned"]
    return found[-1] if found else []
