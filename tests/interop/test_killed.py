"""SIGKILL of the broker under load: what was acknowledged is there when it is back."""

import pytest
from support import clients, packages, wire
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.partitioners import by_murmur2
from support.waiting import wait_until


def name_of(value):
    return value.name if isinstance(value, clients.Client) else str(value)


@pytest.mark.parametrize("client", clients.ALL, ids=name_of)
def test_killed_in_the_middle_nothing_acknowledged_is_missing(broker_factory, tmp_path, client):
    """SIGKILL while the index goes in; started again, the idempotent client brings it to its end.

    What came out is then the whole index: nothing missing, nothing twice, each partition in order.
    """
    broker = broker_factory.start()
    sent = packages.packages()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "killed", 12)["errorCode"] == 0
    producing = client.start_producing(broker, "killed", sent, tmp_path)
    wait_until(lambda: stored_records(broker, "killed", 12) > len(sent) // 4, 120,
               "a quarter of the index is in")
    broker.kill()
    assert producing.running, "the client had ended before the broker was killed"
    before = producing.acks()
    broker.start()
    producing.finish()

    consumed = clients.KCAT.consume(broker, "killed", tmp_path)
    if before is not None:
        assert_acknowledged_is_there(sent, before, consumed)
        assert_acknowledged_is_there(sent, producing.acks(), consumed)
    assert_same(expected_by_partition(sent, 12, by_murmur2), consumed)


def stored_records(broker, topic, partitions):
    with wire.connected(broker) as connection:
        return sum(wire.end_offset(connection, topic, p) for p in range(partitions))
