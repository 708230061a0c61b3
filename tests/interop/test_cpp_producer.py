"""The C++ producer: every feature of it (tests/integration/client_producer_test.cc), what it wrote read
back by other people's clients, and a broker that is killed meanwhile (cpp/producer_client.cc).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import os
import subprocess
from collections import Counter

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from support import broker as brokers
from support import clients, packages, serving, wire
from support.cpp_clients import PRODUCER as CPP
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.partitioners import by_murmur2
from support.waiting import wait_until

PROGRAM = brokers.binary().parent / "tests" / "integration" / "client_producer_test"
DEADLINE_S = 300
PART = 4_000
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ACKS = ("all", "1", "0")
TOPICS = {"all": 3, "many": 3, "small": 1, "turns": 4, "moved": 1}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("cpp"))
    yield factory.start()
    factory.close()


def make_topics(broker):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    made = admin.create_topics([
        NewTopic(name, partitions, 1, config={
            "retention.ms": "-1", **({"max.message.bytes": "2000"} if name == "small" else {})})
        for name, partitions in TOPICS.items()])
    for future in made.values():
        future.result()
    serving.wait_for_leaders(broker, [(name, p) for name, n in TOPICS.items() for p in range(n)])


def read(broker, topic, isolation="read_uncommitted"):
    found = serving.records(broker, [(topic, p) for p in range(TOPICS[topic])], isolation)
    return [record for records in found.values() for record in records]


def test_every_feature_of_the_producer(broker):
    make_topics(broker)
    ran = subprocess.run([PROGRAM, "--gtest_brief=1"], capture_output=True, text=True,
                         timeout=DEADLINE_S,
                         env={**os.environ, "BARNABAS_BOOTSTRAP": broker.bootstrap})
    assert ran.returncode == 0, f"{ran.stdout[-8000:]}\n{ran.stderr[-2000:]}"
    check_every_codec(broker)
    check_transactions(broker)
    assert len(read(broker, "many")) == 150_000
    marked = [r for r in read(broker, "turns") if r[3] == b"marked"]
    assert [r[4] for r in marked] == [[("marked", b"yes")]] * 8
    typed = [r[3] for r in read(broker, "turns") if r[2] == b"typed"]
    assert typed == [(7).to_bytes(8, "big"), None]


def check_every_codec(broker):
    wanted = {f"{codec}/{acks}/{i}/{'x' * i}": (1_000_000 + i, f"key-{i}".encode(),
                                                 [("number", str(i).encode()), ("null", None)])
              for codec in CODECS for acks in ACKS for i in range(100)}
    found = Counter()
    for _, timestamp, key, value, headers in read(broker, "all"):
        value = value.decode()
        if not value.startswith("coroutine/"):
            assert wanted[value] == (timestamp, key, headers)
            found[value] += 1
    assert found == Counter(wanted.keys())


def check_transactions(broker):
    committed = [r[3].decode() for r in read(broker, "moved", "read_committed")]
    rounds = [f"committed/{n}/{i}" for n in range(0, 10, 2) for i in range(20)]
    assert committed == [*rounds, "committed/by the newer"]
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "cpp-group"})
    (offset,) = consumer.committed([TopicPartition("all", 0)], timeout=30)
    consumer.close()
    assert (offset.offset, offset.metadata) == (108, "by the producer")


def create(broker, topic, partitions):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
    serving.wait_for_leaders(broker, [(topic, p) for p in range(partitions)])


@pytest.mark.parametrize("codec", CODECS)
def test_everybody_reads_what_it_writes(broker, tmp_path, codec):
    sent = packages.some_packages(PART)
    create(broker, f"part-{codec}", 12)
    acks = CPP.produce(broker, f"part-{codec}", sent, tmp_path, codec=codec)
    assert len(acks) == len(sent)
    for reader in clients.ALL:
        consumed = reader.consume(broker, f"part-{codec}", tmp_path)
        assert_same(expected_by_partition(sent, 12, by_murmur2), consumed)
        assert_acknowledged_is_there(sent, acks, consumed)


def test_killed_in_the_middle_nothing_is_missing_and_nothing_twice(broker_factory, tmp_path):
    broker = broker_factory.start()
    sent = packages.packages()
    create(broker, "killed", 12)
    producing = CPP.start_producing(broker, "killed", sent, tmp_path,
                                    settings={"buffer.memory": "1000000"})
    wait_until(lambda: stored_records(broker, "killed", 12) > len(sent) // 4, 120,
               "a quarter of the index is in")
    broker.kill()
    assert producing.running, "the client had ended before the broker was killed"
    before = producing.acks()
    broker.start()
    producing.finish()
    consumed = clients.KCAT.consume(broker, "killed", tmp_path)
    assert_acknowledged_is_there(sent, before, consumed)
    assert_acknowledged_is_there(sent, producing.acks(), consumed)
    assert_same(expected_by_partition(sent, 12, by_murmur2), consumed)


def stored_records(broker, topic, partitions):
    with wire.connected(broker) as connection:
        return sum(wire.end_offset(connection, topic, p) for p in range(partitions))
