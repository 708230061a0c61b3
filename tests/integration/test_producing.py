"""Produce, request by request: versions, acknowledgements, idempotence, order."""

import itertools

import pytest
from support import batches, groups, wire
from support.waiting import wait_until

OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH = 45, 59, 47
COORDINATOR_LOAD_IN_PROGRESS = 14
_names = itertools.count()


@pytest.fixture
def topic(broker):
    name = f"produced-{next(_names)}"
    with wire.connected(broker) as connection:
        wire.create_topic(connection, name)
    return name


def init_producer(connection, version=4):
    def ask():
        answer = connection.call("InitProducerId", version, transactionalId=None,
                                 transactionTimeoutMs=60_000)
        return None if answer["errorCode"] == COORDINATOR_LOAD_IN_PROGRESS else answer

    answer = wait_until(ask, 30, "producer ids are handed out")
    assert answer["errorCode"] == 0, answer
    return answer["producerId"], answer["producerEpoch"]


def sequenced(producer, sequence, count=1):
    return batches.build([(b"k", b"%d" % i) for i in range(count)], producer_id=producer[0],
                         producer_epoch=producer[1], base_sequence=sequence)


@pytest.mark.parametrize("version", range(3, 14))
@pytest.mark.parametrize("acks", [-1, 1])
def test_every_version_of_produce(broker, topic, version, acks):
    with wire.connected(broker) as connection:
        options = {}
        if version >= 13:
            options["topic_id"] = wire.metadata(connection, [topic])["topics"][0]["topicId"]
        batch = batches.build([(b"k", b"v"), (b"k", b"w")])
        for expected in (0, 2):
            answer = connection.call("Produce", version, **wire.produce_request(
                topic, batch, acks=acks, **options))
            part = answer["responses"][0]["partitionResponses"][0]
            assert (part["errorCode"], part["baseOffset"]) == (0, expected)
            assert part["logAppendTimeMs"] == -1
        assert wire.end_offset(connection, topic) == 4


def test_log_append_time_is_answered_and_stored(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "append-time",
                          configs={"message.timestamp.type": "LogAppendTime"})
        answer = wire.produce(connection, "append-time", batches.build([(b"k", b"v")], timestamp=5))
        assert answer["errorCode"] == 0 and answer["logAppendTimeMs"] > 1_600_000_000_000
        (record,) = batches.read_all(wire.fetch(connection, "append-time")["records"])
        assert record.timestamp == answer["logAppendTimeMs"]


def test_acks_0_is_not_answered_and_stored(broker, topic):
    with wire.connected(broker) as connection:
        connection.send("Produce", 9, **wire.produce_request(
            topic, batches.build([(b"k", b"v")]), acks=0))
        # The next answer is the next request's own: nothing came for the produce.
        assert connection.call("ApiVersions", 0)["errorCode"] == 0
        wait_until(lambda: wire.end_offset(connection, topic) == 1, 10, "the record is stored")


def test_pipelined_requests_are_answered_in_order(broker, topic):
    with wire.connected(broker) as connection:
        sent = []
        for index in range(300):
            if index % 3 == 0:
                sent.append(("Produce", 9, connection.send("Produce", 9, **wire.produce_request(
                    topic, batches.build([(b"k", b"%d" % index)])))))
            elif index % 3 == 1:
                sent.append(("Metadata", 12, connection.send("Metadata", 12, topics=[])))
            else:
                sent.append(("Fetch", 12, connection.send("Fetch", 12, **wire.fetch_request(
                    topic, offset=index // 3, max_wait_ms=1))))
        base_offsets = []
        for name, version, correlation_id in sent:
            got, answer = connection.receive(name, version)
            assert got == correlation_id
            if name == "Produce":
                base_offsets.append(answer["responses"][0]["partitionResponses"][0]["baseOffset"])
        assert base_offsets == list(range(100))


@pytest.mark.parametrize("version", range(0, 6))
def test_every_version_of_init_producer_id(broker, version):
    with wire.connected(broker) as connection:
        first, second = init_producer(connection, version), init_producer(connection, version)
        assert first[0] >= 0 and first[1] == 0
        assert first[0] != second[0]


def test_a_repeated_batch_is_answered_with_its_first_offset(broker, topic):
    with wire.connected(broker) as connection:
        producer = init_producer(connection)
        for index in range(5):
            answer = wire.produce(connection, topic, sequenced(producer, index * 3, 3))
            assert (answer["errorCode"], answer["baseOffset"]) == (0, index * 3)
        for index in range(5):  # any of the last five
            answer = wire.produce(connection, topic, sequenced(producer, index * 3, 3))
            assert (answer["errorCode"], answer["baseOffset"]) == (0, index * 3)
        assert wire.end_offset(connection, topic) == 15


def test_a_gap_in_the_sequence_is_refused(broker, topic):
    with wire.connected(broker) as connection:
        producer = init_producer(connection)
        assert wire.produce(connection, topic, sequenced(producer, 0))["errorCode"] == 0
        answer = wire.produce(connection, topic, sequenced(producer, 2))
        assert answer["errorCode"] == OUT_OF_ORDER_SEQUENCE
        assert wire.produce(connection, topic, sequenced(producer, 1))["errorCode"] == 0
        assert wire.end_offset(connection, topic) == 2


def test_an_older_epoch_is_refused(broker, topic):
    with wire.connected(broker) as connection:
        producer_id, _ = init_producer(connection)
        assert wire.produce(connection, topic, sequenced((producer_id, 1), 0))["errorCode"] == 0
        answer = wire.produce(connection, topic, sequenced((producer_id, 0), 0))
        assert answer["errorCode"] == INVALID_PRODUCER_EPOCH
        # a higher one begins at sequence 0 again, and only there
        answer = wire.produce(connection, topic, sequenced((producer_id, 2), 5))
        assert answer["errorCode"] == OUT_OF_ORDER_SEQUENCE
        assert wire.produce(connection, topic, sequenced((producer_id, 2), 0))["errorCode"] == 0


@pytest.mark.own  # Kafka takes any first sequence
def test_the_first_sequence_of_an_unknown_producer_must_be_0(broker, topic):
    """Otherwise the second of two batches in flight could overtake the first."""
    with wire.connected(broker) as connection:
        producer = init_producer(connection)
        answer = wire.produce(connection, topic, sequenced(producer, 3))
        assert answer["errorCode"] in (OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER_ID)
        assert wire.end_offset(connection, topic) == 0
        assert wire.produce(connection, topic, sequenced(producer, 0))["errorCode"] == 0


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_producer_state_outlives_a_restart(broker_factory, end):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "state")
        producer = init_producer(connection)
        for sequence in range(3):
            assert wire.produce(connection, "state", sequenced(producer, sequence))["errorCode"] == 0
    getattr(broker, end)()
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: wire.list_offset(connection, "state", 0, -1)["errorCode"] == 0, 30,
                   "the partition has its leader again")
        again = wire.produce(connection, "state", sequenced(producer, 2))
        assert (again["errorCode"], again["baseOffset"]) == (0, 2)
        assert wire.produce(connection, "state", sequenced(producer, 5))["errorCode"] == \
            OUT_OF_ORDER_SEQUENCE
        following = wire.produce(connection, "state", sequenced(producer, 3))
        assert (following["errorCode"], following["baseOffset"]) == (0, 3)
        assert init_producer(connection)[0] != producer[0], "ids are never handed out twice"


def test_min_insync_replicas_asks_for_no_more_replicas_than_there_are(broker_factory):
    """The file of one broker among three has it; a topic's own setting is no other case."""
    broker = broker_factory.start({"min.insync.replicas": 2})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        wire.create_topic(connection, "own", configs={"min.insync.replicas": "3"})
        for topic in ("t", "own"):
            answer = wire.produce(connection, topic, batches.build([(b"k", b"v")]), acks=-1)
            assert (answer["errorCode"], answer["baseOffset"]) == (0, 0)
        groups.ready(connection, "readers")
        assert groups.commit(connection, "readers", {("t", 0): 1}) == {("t", 0): 0}
