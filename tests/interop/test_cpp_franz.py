"""The C++ clients and franz-go: what either writes the other reads, down to what is null or empty.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import random

import pytest
from support import wire
from support.partitioners import by_murmur2
from support.record_lines import Cpp, Franz, Record

PARTITIONS = 3
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PAIRS = [(Cpp(), Franz()), (Franz(), Cpp())]
BEGAN = 1_700_000_000_000
ODD = [  # what a codec or a client could take for something else
    (None, None, ()), (None, b"", ()), (b"", None, ()), (b"", b"", ()),
    (b"\x00\xff", b"\x00" * 300, ((b"null", None), (b"empty", b""), (b"twice", b"1"),
                                  (b"twice", b"2"), (b"", b"no name"))),
    ("schlüssel".encode(), "wert ✓".encode(), (("kopf ✓".encode(), bytes(range(256))),)),
    (b"large", bytes(range(256)) * 400, ())]


def some_records(count=400):
    chosen = random.Random(7)
    made = [Record(i % PARTITIONS, BEGAN + chosen.randrange(100_000), f"key-{i}".encode(),
                   chosen.randbytes(8).hex().encode() * chosen.randrange(12),
                   ((b"number", str(i).encode()),) * (i % 3)) for i in range(count)]
    return made + [Record(i % PARTITIONS, BEGAN + i, *odd) for i, odd in enumerate(ODD)]


def ends():
    return [Record(partition, BEGAN, b"end", None) for partition in range(PARTITIONS)]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("franz"))
    yield factory.start()
    factory.close()


def make_topic(broker, name):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, name, PARTITIONS,
                                 configs={"retention.ms": "-1"})["errorCode"] == 0


def write(writer, broker, topic, lines, directory, codec="none", transactional_id=None):
    file = directory / topic
    file.write_text("".join(f"{line}\n" for line in lines))
    writer.write(broker, topic, file, codec, transactional_id)


def by_partition(records):
    found = {partition: [] for partition in range(PARTITIONS)}
    for record in records:
        found[record.partition].append(record)
    return found


def assert_same(found, wanted):
    found, wanted = by_partition(found), by_partition(wanted)
    for partition in wanted:
        for one, other in zip(found[partition], wanted[partition]):
            assert one == other
        assert len(found[partition]) == len(wanted[partition])


def name_of(value):
    return getattr(value, "name", str(value))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("writer", "reader"), PAIRS, ids=name_of)
def test_records_come_out_as_they_went_in(broker, tmp_path, writer, reader, codec):
    topic, sent = f"{writer.name}-{codec}", some_records() + ends()
    make_topic(broker, topic)
    write(writer, broker, topic, [record.line() for record in sent], tmp_path, codec)
    assert_same(reader.read(broker, topic, PARTITIONS), sent)


@pytest.mark.parametrize(("writer", "reader"), PAIRS, ids=name_of)
def test_keys_go_to_the_partitions_that_kafka_chooses(broker, tmp_path, writer, reader):
    topic = f"{writer.name}-keys"
    keyed = [Record(-1, BEGAN + i, f"key-{i}".encode(), None) for i in range(200)]
    make_topic(broker, topic)
    write(writer, broker, topic, [record.line() for record in keyed + ends()], tmp_path)
    assert_same(reader.read(broker, topic, PARTITIONS),
                [r._replace(partition=by_murmur2(r.key, PARTITIONS)) for r in keyed] + ends())


@pytest.mark.parametrize("codec", ["none", "zstd"])
@pytest.mark.parametrize(("writer", "reader"), PAIRS, ids=name_of)
def test_aborted_transactions_are_seen_by_nobody_who_asks_for_what_is_committed(
        broker, tmp_path, writer, reader, codec):
    topic, lines, committed, everything = f"{writer.name}-{codec}-transactions", [], [], []
    make_topic(broker, topic)
    for turn, outcome in enumerate(("commit", "abort", "abort", "commit", "abort", "commit")):
        records = [record._replace(value=f"{outcome}-{turn}".encode())
                   for record in some_records(30)]
        records += ends() if turn == 5 else []
        lines += ["begin", *(record.line() for record in records), outcome]
        everything += records
        committed += records if outcome == "commit" else []
    write(writer, broker, topic, lines, tmp_path, codec, f"writes-{topic}")
    assert_same(reader.read(broker, topic, PARTITIONS, "read_committed"), committed)
    assert_same(reader.read(broker, topic, PARTITIONS), everything)
