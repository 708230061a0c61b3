"""The main job: real text in through one client, out through each of the others, byte for byte.

The text is the Debian package index of this machine; a key is a package's name. The whole index goes
through every pair of clients and topics of both widths, through kcat with every codec; a part of it
goes through the other clients with more of theirs.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support import clients, packages, wire
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.partitioners import by_crc32, by_murmur2

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PARTITIONS = (1, 12)
PART = 4_000
INPUTS = [(clients.JAVA, "none"), (clients.JAVA, "zstd"), (clients.CONFLUENT, "lz4"),
          *[(clients.KAFKA_PYTHON, codec) for codec in CODECS]]


def create(broker, name, partitions):
    with wire.connected(broker) as connection:
        answer = wire.create_topic(connection, name, partitions)
        assert answer["errorCode"] == 0, answer


def out_of_every_client(broker, topic, directory):
    """What each of them consumes, side by side."""
    with ThreadPoolExecutor(len(clients.ALL)) as readers:
        yield from readers.map(lambda c: c.consume(broker, topic, directory), clients.ALL)


def name_of(value):
    return value.name if isinstance(value, clients.Client) else str(value)


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize("client, codec", INPUTS, ids=name_of)
def test_a_part_of_the_index_comes_out_of_every_client(broker, tmp_path, client, codec, partitions):
    sent = packages.some_packages(PART)
    topic = f"part-{client.name}-{codec}-{partitions}"
    create(broker, topic, partitions)
    acks = client.produce(broker, topic, sent, tmp_path, codec=codec)
    expected = expected_by_partition(sent, partitions, by_murmur2)
    for consumed in out_of_every_client(broker, topic, tmp_path):
        assert_same(expected, consumed)
    if acks is not None:
        assert len(acks) == len(sent)
        assert_acknowledged_is_there(sent, acks, consumed)


WHOLE = [*[(clients.KCAT, codec) for codec in CODECS],
         (clients.JAVA, "none"), (clients.CONFLUENT, "lz4"), (clients.KAFKA_PYTHON, "gzip")]


@pytest.mark.parametrize("partitions", PARTITIONS)
@pytest.mark.parametrize("writer, codec", WHOLE, ids=name_of)
def test_the_whole_index_comes_out_identical(broker, tmp_path, writer, codec, partitions):
    sent = packages.packages()
    topic = f"whole-{writer.name}-{codec}-{partitions}"
    create(broker, topic, partitions)
    writer.produce(broker, topic, sent, tmp_path, codec=codec)
    expected = expected_by_partition(sent, partitions, by_murmur2)
    for consumed in out_of_every_client(broker, topic, tmp_path):
        assert_same(expected, consumed)


@pytest.mark.parametrize("client", [clients.KCAT, clients.CONFLUENT], ids=name_of)
def test_librdkafka_deals_by_crc32_unless_told_otherwise(broker, tmp_path, client):
    sent = packages.some_packages(PART)
    topic = f"crc32-{client.name}"
    create(broker, topic, 12)
    client.produce(broker, topic, sent, tmp_path, settings={"partitioner": "consistent_random"})
    assert_same(expected_by_partition(sent, 12, by_crc32),
                clients.KCAT.consume(broker, topic, tmp_path))
