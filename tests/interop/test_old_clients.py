"""Apache Kafka's own client of release 2.1, the oldest that Kafka 4 promises to serve (KIP-896)."""

import pytest
from support import clients, packages, wire
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.partitioners import by_murmur2

OLD, NEW = clients.Java("2.1.1"), clients.JAVA
PARTITIONS = 4
RECORDS = 2_000


@pytest.mark.parametrize("writer, codec, reader", [(OLD, "zstd", NEW), (NEW, "lz4", OLD)],
                         ids=["written-by-the-old-one", "read-by-the-old-one"])
def test_old_and_new_read_each_other(broker, tmp_path, writer, codec, reader):
    sent = packages.some_packages(RECORDS)
    topic = f"by-{writer.name}"
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, PARTITIONS)["errorCode"] == 0
    acks = writer.produce(broker, topic, sent, tmp_path, codec=codec)
    found = reader.consume(broker, topic, tmp_path)
    assert len(acks) == len(sent)
    assert_same(expected_by_partition(sent, PARTITIONS, by_murmur2), found)
    assert_acknowledged_is_there(sent, acks, found)
