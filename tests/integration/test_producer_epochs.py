"""What becomes of a transactional producer whose epochs are used up: it goes on under another id.

An epoch has 16 bits and each transaction takes one (KIP-890), so a busy producer gets there within
a day. The last epochs are reached here by one InitProducerId after the other.
Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import shutil

import pytest
from support import wire
from support.transactions import (CONCURRENT, LOADING, NOT_AVAILABLE, NOT_COORDINATOR, RawProducer,
                                  values, wait_for_state)

INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, INVALID_PRODUCER_ID_MAPPING = 47, 48, 49
LAST_EPOCH = 2**15 - 2  # the one behind it is for markers and fences alone
IN_FLIGHT = 1000
SETTINGS = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "100",
            "transaction.state.log.num.partitions": "3"}


def use_up(producer):
    """It is one epoch before the last. Its id stays the same."""
    producer.init()
    connection = producer.connection
    request = wire.frame("InitProducerId", 5, {
        "transactionalId": producer.id, "transactionTimeoutMs": producer.timeout_ms})
    left = LAST_EPOCH - 1 - producer.epoch
    while left > 0:
        count = min(left, IN_FLIGHT)
        connection.send_bytes(request * count)
        for _ in range(count):
            connection.receive_frame()
        left -= count


@pytest.fixture(scope="module")
def used_up(tmp_path_factory):
    """What a broker has stored of such a producer, "id", and of a topic, "t": a directory."""
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "used-up", SETTINGS) as broker:
        with wire.connected(broker) as connection:
            wire.create_topic(connection, "t")
            use_up(RawProducer(connection, "id"))
        broker.stop()
        copy = tmp_path_factory.mktemp("stored") / "data"
        shutil.copytree(broker.data, copy)
        broker.start()  # shared_broker() wants it to have lived
    return copy


@pytest.fixture
def broker(broker_factory, used_up):
    """One that goes on from there."""
    made = broker_factory.make(SETTINGS)
    shutil.copytree(used_up, made.data)
    return made.start()


def in_last_epoch(connection, timeout_ms=60_000):
    producer = RawProducer(connection, "id", timeout_ms=timeout_ms).init()
    assert producer.epoch == LAST_EPOCH
    return producer


def copy_of(producer):
    """The same producer before what comes now."""
    same = RawProducer(producer.connection, producer.id)
    same.producer_id, same.epoch = producer.producer_id, producer.epoch
    return same


@pytest.mark.parametrize("commit", [True, False])
def test_a_transaction_ends_under_another_id(broker, commit):
    done = "CompleteCommit" if commit else "CompleteAbort"
    with wire.connected(broker) as connection:
        producer = in_last_epoch(connection)
        old = copy_of(producer)
        producer.send("t", [b"x"])
        producer.end(commit)
        assert producer.producer_id != old.producer_id and producer.epoch == 0
        found = wait_for_state(connection, "id", done)
        assert (found["producerId"], found["producerEpoch"]) == (producer.producer_id, 0)
        # Its answer was lost: it is told once more, and nothing else.
        again = old.try_end(commit)
        assert (again["errorCode"], again["producerId"], again["producerEpoch"]) == (
            0, producer.producer_id, 0)
        assert old.try_end(not commit)["errorCode"] == INVALID_TXN_STATE
        shown = [b"x"] if commit else []
        assert values(connection, "t") == shown

        producer.send("t", [b"y"])
        assert old.try_end(commit)["errorCode"] == INVALID_PRODUCER_ID_MAPPING
        producer.end(True)
        assert producer.epoch == 1
        wait_for_state(connection, "id", "CompleteCommit")
        assert old.try_end(commit)["errorCode"] == INVALID_PRODUCER_ID_MAPPING
        assert old.produce("t", [b"late"])["errorCode"] == INVALID_PRODUCER_EPOCH
        assert values(connection, "t") == shown + [b"y"]


def test_a_crash_leaves_the_other_id(broker):
    """SIGKILL as soon as the end is answered."""
    with wire.connected(broker) as connection:
        producer = in_last_epoch(connection)
        old = copy_of(producer)
        producer.send("t", [b"x"])
        producer.end(True)
        broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        producer.connection = old.connection = connection
        wait_for_state(connection, "id", "CompleteCommit")
        again = old.try_end(True)
        assert (again["errorCode"], again["producerId"], again["producerEpoch"]) == (
            0, producer.producer_id, 0)
        producer.send("t", [b"y"])
        producer.end(True)
        wait_for_state(connection, "id", "CompleteCommit")
        assert values(connection, "t") == [b"x", b"y"]
        another = RawProducer(connection, "id").init()
        assert (another.producer_id, another.epoch) == (producer.producer_id, 2)


def test_a_second_producer_gets_another_id(broker):
    with wire.connected(broker) as connection:
        producer = in_last_epoch(connection)
        producer.send("t", [b"lost"])
        second = RawProducer(connection, "id")
        asked = second.retry((LOADING, NOT_AVAILABLE, NOT_COORDINATOR), second.try_init)
        assert asked["errorCode"] == CONCURRENT  # the first one's is aborted first
        second.init()
        assert second.producer_id != producer.producer_id and second.epoch == 1
        assert producer.produce("t", [b"late"])["errorCode"] == INVALID_PRODUCER_EPOCH
        for commit in (True, False):
            assert producer.try_end(commit)["errorCode"] == INVALID_PRODUCER_ID_MAPPING
        second.send("t", [b"kept"])
        second.end(True)
        wait_for_state(connection, "id", "CompleteCommit")
        assert values(connection, "t") == [b"kept"]


def test_who_takes_too_long_may_abort_and_go_on(broker):
    """Its end is the coordinator's abort, which gave the client another id."""
    with wire.connected(broker) as connection:
        producer = in_last_epoch(connection, timeout_ms=2_000)
        late = copy_of(producer)
        producer.send("t", [b"lost"])
        found = wait_for_state(connection, "id", "CompleteAbort")
        assert found["producerId"] != late.producer_id and found["producerEpoch"] == 0
        assert late.produce("t", [b"late"])["errorCode"] == INVALID_PRODUCER_EPOCH
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        producer.connection = late.connection = connection
        wait_for_state(connection, "id", "CompleteAbort")
        assert late.try_end(True)["errorCode"] == INVALID_TXN_STATE
        producer.end(False)
        assert (producer.producer_id, producer.epoch) == (found["producerId"], 0)
        assert late.produce("t", [b"late"])["errorCode"] == INVALID_PRODUCER_EPOCH
        producer.send("t", [b"kept"])
        producer.end(True)
        wait_for_state(connection, "id", "CompleteCommit")
        assert values(connection, "t") == [b"kept"]
