"""Fetch and ListOffsets, request by request."""

import itertools
import struct
import threading
import time

import pytest
from support import batches, wire

OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID = 1, 3, 100
FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH = 74, 75
FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH = 70, 71
_names = itertools.count()


@pytest.fixture
def topic(broker):
    """A topic of four batches: offsets 0-2, 3-5, 6-8, 9-11; timestamps 1000 + 10 * offset."""
    name = f"fetched-{next(_names)}"
    with wire.connected(broker) as connection:
        wire.create_topic(connection, name, configs={"retention.ms": "-1"})  # they are old
        for first in range(0, 12, 3):
            batch = batches.build([
                batches.Record(b"k%d" % o, bytes(100), timestamp=1000 + 10 * o)
                for o in range(first, first + 3)])
            assert wire.produce(connection, name, batch)["errorCode"] == 0
    return name


def offsets(fetched):
    return [record.offset for record in batches.read_all(fetched["records"] or b"")]


def topic_id(connection, name):
    return wire.metadata(connection, [name])["topics"][0]["topicId"]


@pytest.mark.parametrize("version", range(4, 19))
def test_every_version_of_fetch(broker, topic, version):
    with wire.connected(broker) as connection:
        options = {"topic_id": topic_id(connection, topic)} if version >= 13 else {}
        fetched = wire.fetch(connection, topic, version=version, **options)
        assert fetched["errorCode"] == 0
        assert (fetched["highWatermark"], fetched["lastStableOffset"]) == (12, 12)
        assert offsets(fetched) == list(range(12))


@pytest.mark.parametrize("codec", batches.CODECS)
def test_a_fetch_inside_a_batch_returns_the_whole_batch(broker, codec):
    name = f"inside-{codec}"
    with wire.connected(broker) as connection:
        wire.create_topic(connection, name)
        for _ in range(2):
            wire.produce(connection, name, batches.build([(b"k", b"v" * 50)] * 3, codec=codec))
        assert offsets(wire.fetch(connection, name, offset=4)) == [3, 4, 5]
        assert offsets(wire.fetch(connection, name, offset=2)) == [0, 1, 2, 3, 4, 5]


def test_byte_limits_and_the_first_batch(broker, topic):
    with wire.connected(broker) as connection:
        whole = wire.fetch(connection, topic)["records"]
        (size,) = struct.unpack_from(">i", whole, 8)
        batch = size + 12
        # A limit below the first batch still brings that one batch, whole.
        assert offsets(wire.fetch(connection, topic, partition_max_bytes=1)) == [0, 1, 2]
        assert offsets(wire.fetch(connection, topic, max_bytes=1)) == [0, 1, 2]
        # Beyond it, what comes is at most the limit.
        limited = wire.fetch(connection, topic, partition_max_bytes=2 * batch + 10)
        assert len(limited["records"]) <= 2 * batch + 10
        assert offsets(limited) == [0, 1, 2, 3, 4, 5]


def test_only_the_first_partition_with_data_may_exceed_the_limit(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "limits", 3)
        for partition in range(3):
            wire.produce(connection, "limits", batches.build([(b"k", bytes(5000))]), partition)
        request = wire.fetch_request("limits", max_bytes=1000)
        request["topics"][0]["partitions"] = [
            {"partition": p, "fetchOffset": 0, "partitionMaxBytes": 1000} for p in range(3)]
        answer = connection.call("Fetch", 12, **request)
        parts = answer["responses"][0]["partitions"]
        assert sorted(bool(part["records"]) for part in parts) == [False, False, True]


@pytest.mark.parametrize("offset, error", [(12, 0), (13, OFFSET_OUT_OF_RANGE),
                                           (-1, OFFSET_OUT_OF_RANGE), (2**62, OFFSET_OUT_OF_RANGE)])
def test_the_end_and_beyond_it(broker, topic, offset, error):
    with wire.connected(broker) as connection:
        fetched = wire.fetch(connection, topic, offset=offset, max_wait_ms=10)
        assert fetched["errorCode"] == error
        assert not fetched["records"]


def test_topics_and_partitions_that_are_not_there(broker, topic):
    with wire.connected(broker) as connection:
        assert wire.fetch(connection, "absent")["errorCode"] == UNKNOWN_TOPIC_OR_PARTITION
        assert wire.fetch(connection, topic, 1)["errorCode"] == UNKNOWN_TOPIC_OR_PARTITION
        other = topic_id(connection, topic)
        unknown = type(other)(int=other.int ^ 1)
        fetched = wire.fetch(connection, topic, version=13, topic_id=unknown)
        assert fetched["errorCode"] == UNKNOWN_TOPIC_ID


def test_an_empty_fetch_waits_as_long_as_told(broker, topic):
    with wire.connected(broker) as connection:
        start = time.monotonic()
        wire.fetch(connection, topic, offset=12, max_wait_ms=300)
        assert 0.25 <= time.monotonic() - start < 2.0
        start = time.monotonic()
        wire.fetch(connection, topic, offset=12, max_wait_ms=0)
        assert time.monotonic() - start < 0.25
        # min bytes beyond what is there waits too, and then brings what there is
        start = time.monotonic()
        fetched = wire.fetch(connection, topic, max_wait_ms=300, min_bytes=1_000_000)
        assert time.monotonic() - start >= 0.25
        assert offsets(fetched) == list(range(12))


def test_a_waiting_fetch_is_woken_by_a_produce(broker, topic):
    woken = {}

    def wait():
        with wire.connected(broker) as connection:
            fetched = wire.fetch(connection, topic, offset=12, max_wait_ms=20_000)
            woken.update(offsets=offsets(fetched), at=time.monotonic())

    waiter = threading.Thread(target=wait)
    waiter.start()
    with wire.connected(broker) as connection:
        assert wire.fetch(connection, topic, offset=12, max_wait_ms=200)["records"] in (None, b"")
        produced = time.monotonic()
        wire.produce(connection, topic, batches.build([(b"k", b"v")]))
    waiter.join(25)
    assert woken["offsets"] == [12]
    assert woken["at"] - produced < 2.0


def test_an_incremental_session_sends_only_what_changed(broker, topic):
    with wire.connected(broker) as connection:
        full = wire.fetch_request(topic, offset=12, max_wait_ms=50)
        first = connection.call("Fetch", 12, **full, sessionId=0, sessionEpoch=0)
        assert first["errorCode"] == 0 and first["sessionId"] != 0
        session = first["sessionId"]
        assert [t["topic"] for t in first["responses"]] == [topic]

        quiet = {**full, "topics": []}
        second = connection.call("Fetch", 12, **quiet, sessionId=session, sessionEpoch=1)
        assert (second["errorCode"], second["responses"]) == (0, [])

        wire.produce(connection, topic, batches.build([(b"k", b"v")]))
        third = connection.call("Fetch", 12, **quiet, sessionId=session, sessionEpoch=2)
        assert offsets(third["responses"][0]["partitions"][0]) == [12]

        wrong = connection.call("Fetch", 12, **quiet, sessionId=session, sessionEpoch=7)
        assert wrong["errorCode"] == INVALID_FETCH_SESSION_EPOCH
        gone = connection.call("Fetch", 12, **quiet, sessionId=session + 1, sessionEpoch=3)
        assert gone["errorCode"] == FETCH_SESSION_ID_NOT_FOUND

        forgotten = [{"topic": topic, "partitions": [0]}]
        last = connection.call("Fetch", 12, **quiet, sessionId=session, sessionEpoch=3,
                               forgottenTopicsData=forgotten)
        assert (last["errorCode"], last["responses"]) == (0, [])
        closed = connection.call("Fetch", 12, **quiet, sessionId=session, sessionEpoch=-1)
        assert closed["errorCode"] == 0 and closed["sessionId"] == 0


def test_without_slots_there_are_no_sessions(broker_factory):
    broker = broker_factory.start({"max.incremental.fetch.session.cache.slots": 0})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        wire.produce(connection, "t", batches.build([(b"k", b"v")]))
        answer = connection.call("Fetch", 12, **wire.fetch_request("t"), sessionId=0,
                                 sessionEpoch=0)
        assert (answer["errorCode"], answer["sessionId"]) == (0, 0)
        assert offsets(answer["responses"][0]["partitions"][0]) == [0]


@pytest.mark.parametrize("epoch, error", [(0, 0), (-1, 0), (5, UNKNOWN_LEADER_EPOCH)])
def test_the_leader_epoch_of_a_fetch_is_checked(broker, topic, epoch, error):
    with wire.connected(broker) as connection:
        request = wire.fetch_request(topic)
        request["topics"][0]["partitions"][0]["currentLeaderEpoch"] = epoch
        answer = connection.call("Fetch", 12, **request)
        assert answer["responses"][0]["partitions"][0]["errorCode"] == error


@pytest.mark.parametrize("version", range(1, 12))
def test_every_version_of_list_offsets(broker, topic, version):
    with wire.connected(broker) as connection:
        def ask(timestamp):
            answer = wire.list_offset(connection, topic, 0, timestamp, version)
            assert answer["errorCode"] == 0
            return answer["offset"], answer["timestamp"]

        assert ask(-2) == (0, -1)     # earliest
        assert ask(-1) == (12, -1)    # latest
        assert ask(0) == (0, 1000)
        assert ask(1035) == (4, 1040)  # the first record at or after it
        assert ask(1110) == (11, 1110)
        assert ask(1111) == (-1, -1)
        if version >= 7:
            assert ask(-3) == (11, 1110)  # the highest timestamp
        if version >= 8:
            assert ask(-4) == (0, -1)     # earliest on this disk


def test_list_offsets_of_what_is_not_there(broker, topic):
    with wire.connected(broker) as connection:
        assert wire.list_offset(connection, topic, 9, -1)["errorCode"] == UNKNOWN_TOPIC_OR_PARTITION
        assert wire.list_offset(connection, "absent", 0, -1)["errorCode"] == \
            UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("version", range(2, 5))
def test_every_version_of_offset_for_leader_epoch(broker, topic, version):
    with wire.connected(broker) as connection:
        def ask(epoch):
            answer = connection.call("OffsetForLeaderEpoch", version, topics=[
                {"topic": topic, "partitions": [{"partition": 0, "leaderEpoch": epoch}]}])
            part = answer["topics"][0]["partitions"][0]
            return part["errorCode"], part["leaderEpoch"], part["endOffset"]

        assert ask(0) == (0, 0, 12)
        assert ask(9) == (0, -1, -1)


def test_deleted_records_are_out_of_range(broker, topic):
    with wire.connected(broker) as connection:
        for version in range(3):
            answer = connection.call("DeleteRecords", version, timeoutMs=10_000, topics=[
                {"name": topic, "partitions": [{"partitionIndex": 0, "offset": 4 + version}]}])
            part = answer["topics"][0]["partitions"][0]
            assert (part["errorCode"], part["lowWatermark"]) == (0, 4 + version)
        assert wire.fetch(connection, topic, offset=5)["errorCode"] == OFFSET_OUT_OF_RANGE
        assert offsets(wire.fetch(connection, topic, offset=6))[0] == 6
        assert wire.list_offset(connection, topic, 0, -2)["offset"] == 6
        beyond = connection.call("DeleteRecords", 2, timeoutMs=10_000, topics=[
            {"name": topic, "partitions": [{"partitionIndex": 0, "offset": 13}]}])
        assert beyond["topics"][0]["partitions"][0]["errorCode"] == OFFSET_OUT_OF_RANGE
        everything = connection.call("DeleteRecords", 2, timeoutMs=10_000, topics=[
            {"name": topic, "partitions": [{"partitionIndex": 0, "offset": -1}]}])
        assert everything["topics"][0]["partitions"][0]["lowWatermark"] == 12
