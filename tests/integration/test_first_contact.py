"""A broker answers: the framework's own first test."""

from support import batches, wire


def test_a_record_comes_back(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "first")["errorCode"] == 0
        batch = batches.build([(b"key", b"value")])
        answer = wire.produce(connection, "first", batch)
        assert (answer["errorCode"], answer["baseOffset"]) == (0, 0)
        fetched = wire.fetch(connection, "first")
        (record,) = batches.read_all(fetched["records"])
        assert (record.offset, record.key, record.value) == (0, b"key", b"value")
