"""Each command's first byte is there at once: no command waits for a time-out, nor for the 3 s that a
classic group's first rebalance takes with Kafka's defaults. How many milliseconds it takes is what
`./dev bench --scenario commands` measures; `-s` shows what it was here."""

import os
import subprocess
import time

import pytest
from support import batches, wire
from support.broker import binary

pytestmark = pytest.mark.own

#: Less than any of those waits, and much more than a command needs on a machine that is busy.
LIMIT_S = 2.5
LINES = """
topics --describe --topic orders
topics --list
configs --describe --topic orders
get-offsets --topic orders
console-producer --topic lines --json
console-consumer --topic orders --from-beginning --max-messages 1
console-consumer --topic orders --partition 0 --offset 0 --max-messages 1
console-consumer --include ord.* --from-beginning --max-messages 1
console-consumer --topic orders --from-beginning --max-messages 1 --group quick --command-property group.protocol=consumer
console-share-consumer --topic orders --group sharers --max-messages 1
consumer-groups --list
consumer-groups --describe --all-groups
share-groups --list
log-dirs --describe
reassign-partitions --list
leader-election --election-type preferred --topic orders --partition 0
transactions list
features describe
cluster cluster-id
broker-api-versions
cat -C -t orders -c 1 -q
cat -L
cat -G quick-cat -c 1 -q -X auto.offset.reset=earliest -X group.protocol=consumer orders
doctor
producer-perf-test --topic perf --num-records 1 --record-size 1 --throughput -1
consumer-perf-test --topic orders --num-records 1 --hide-header
e2e-latency --topic perf --num-records 1 --producer-acks all --record-size 20
verifiable-producer --topic perf --max-messages 1
verifiable-consumer --topic orders --group-id checks --max-messages 1
metadata ls / --data-dir DATA
storage random-uuid
dump-log --files LOG
completion bash
topics --help
""".strip().splitlines()


@pytest.fixture(name="broker", scope="module")
def a_broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("broker"))
    broker = factory.start()
    with wire.connected(broker) as connection:
        for topic in ("orders", "lines", "perf"):
            assert wire.create_topic(connection, topic)["errorCode"] == 0
            sent = wire.produce(connection, topic, batches.build([batches.Record(b"k", b"v")] * 20))
            assert sent["errorCode"] == 0, sent
    for command, group in (("consumer-groups", "readers"), ("share-groups", "sharers")):
        subprocess.run([binary(), command, "--bootstrap-server", broker.bootstrap, "--reset-offsets",
                        "--group", group, "--topic", "orders", "--to-earliest", "--execute"],
                       check=True, stdout=subprocess.DEVNULL)
    yield broker
    factory.close()


def words_of(line, broker):
    log, = broker.data.glob("orders-0/*.log")
    words = [{"DATA": str(broker.data), "LOG": str(log)}.get(word, word) for word in line.split()]
    alone = words[0] in ("metadata", "storage", "dump-log", "completion") or words[-1] == "--help"
    return words if alone else [*words, "--bootstrap-server", broker.bootstrap]


def first_byte_s(words, line):
    began = time.perf_counter()
    with line.open("rb") as stdin, subprocess.Popen(
            [binary(), *words], stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL) as process:
        first = os.read(process.stdout.fileno(), 1)
        taken = time.perf_counter() - began
        process.stdout.read()
    assert first and process.returncode == 0, words
    return taken


@pytest.mark.parametrize("line", LINES)
def test_the_first_byte_is_there_at_once(broker, line, tmp_path):
    record = tmp_path / "line"
    record.write_text("a record\n")
    words = words_of(line, broker)
    taken = first_byte_s(words, record)
    print(f"\n{taken * 1000:7.1f} ms  {line}")
    assert taken < LIMIT_S
