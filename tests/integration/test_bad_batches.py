"""Batches that must not be stored: each gets its error code, and the log stays as it is."""

import itertools
import struct

import crc32c
import pytest
from support import batches, wire

CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_COMPRESSION, TOO_LARGE = 2, 87, 76, 10
INVALID_TIMESTAMP, INVALID_REQUIRED_ACKS, UNKNOWN_TOPIC_OR_PARTITION = 32, 21, 3
GOOD = [(b"k1", b"v1"), (b"k2", b"v2"), (b"k3", b"v3")]
_names = itertools.count()


@pytest.fixture
def topic(broker):
    """A topic with three records in it, which must stay alone: in the log and on the disk."""
    name = f"bad-{next(_names)}"
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, name)["errorCode"] == 0
        assert wire.produce(connection, name, batches.build(GOOD))["errorCode"] == 0
    segment = broker.data / f"{name}-0" / "00000000000000000000.log"
    before = segment.read_bytes()
    yield name
    with wire.connected(broker) as connection:
        assert wire.end_offset(connection, name) == len(GOOD)
        assert segment.read_bytes() == before
        # and it still takes good ones, at the next offset
        answer = wire.produce(connection, name, batches.build(GOOD))
        assert (answer["errorCode"], answer["baseOffset"]) == (0, len(GOOD))


def patched(batch, at, fmt, value):
    """The batch with one field changed and the checksum made right again."""
    out = bytearray(batch)
    struct.pack_into(fmt, out, at, value)
    struct.pack_into(">I", out, 17, crc32c.crc32c(bytes(out[21:])))
    return bytes(out)


def whole():
    return batches.build(GOOD)


WRONG = [
    ("checksum", lambda: batches.build(GOOD, crc=1), {CORRUPT_MESSAGE}),
    ("one-flipped-bit", lambda: whole()[:-1] + bytes([whole()[-1] ^ 1]), {CORRUPT_MESSAGE}),
    ("count-too-high", lambda: batches.build(GOOD, count=4), {INVALID_RECORD}),
    ("count-too-low", lambda: batches.build(GOOD, count=2), {INVALID_RECORD}),
    ("count-negative", lambda: batches.build(GOOD, count=-1), {INVALID_RECORD}),
    ("count-zero", lambda: batches.build([], count=0, last_offset_delta=0), {INVALID_RECORD}),
    ("last-offset-delta", lambda: batches.build(GOOD, last_offset_delta=7), {INVALID_RECORD}),
    ("magic-0", lambda: batches.build(GOOD, magic=0), {INVALID_RECORD, CORRUPT_MESSAGE}),
    ("magic-1", lambda: batches.build(GOOD, magic=1), {INVALID_RECORD, CORRUPT_MESSAGE}),
    ("magic-3", lambda: batches.build(GOOD, magic=3), {CORRUPT_MESSAGE, INVALID_RECORD}),
    ("magic-127", lambda: batches.build(GOOD, magic=127), {CORRUPT_MESSAGE, INVALID_RECORD}),
    # Kafka fails with UNKNOWN_SERVER_ERROR (-1) here: any refusal that names a reason will do.
    ("codec-5", lambda: batches.build(GOOD, attributes=5),
     {UNSUPPORTED_COMPRESSION, INVALID_RECORD, CORRUPT_MESSAGE, -1}),
    ("codec-7", lambda: batches.build(GOOD, attributes=7),
     {UNSUPPORTED_COMPRESSION, INVALID_RECORD, CORRUPT_MESSAGE, -1}),
    ("not-gzip", lambda: batches.build(GOOD, attributes=1), {CORRUPT_MESSAGE, INVALID_RECORD, -1}),
    ("not-snappy", lambda: batches.build(GOOD, attributes=2), {CORRUPT_MESSAGE, INVALID_RECORD, -1}),
    ("not-lz4", lambda: batches.build(GOOD, attributes=3), {CORRUPT_MESSAGE, INVALID_RECORD, -1}),
    ("not-zstd", lambda: batches.build(GOOD, attributes=4), {CORRUPT_MESSAGE, INVALID_RECORD, -1}),
    ("compressed-count-too-high", lambda: batches.build(GOOD, codec="gzip", count=4),
     {INVALID_RECORD}),
    ("control-batch", lambda: batches.build(GOOD, attributes=0x20), {INVALID_RECORD}),
    ("record-length-beyond-the-end", lambda: patched(whole(), 61, ">B", 0x7E), {INVALID_RECORD}),
    ("two-batches", lambda: whole() + whole(), {INVALID_RECORD}),
    ("half-a-batch", lambda: whole()[:-5], {CORRUPT_MESSAGE, INVALID_RECORD}),
    ("batch-length-negative", lambda: patched(whole(), 8, ">i", -1), {CORRUPT_MESSAGE}),
    ("batch-length-tiny", lambda: patched(whole(), 8, ">i", 5), {CORRUPT_MESSAGE}),
    ("no-batch", lambda: b"", {INVALID_RECORD}),
    ("eleven-bytes", lambda: whole()[:11], {CORRUPT_MESSAGE, INVALID_RECORD}),
]


@pytest.mark.parametrize("make, wanted", [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_batch_is_refused(broker, topic, make, wanted):
    with wire.connected(broker) as connection:
        answer = wire.produce(connection, topic, make())
        assert answer["errorCode"] in wanted, answer
        assert answer["baseOffset"] == -1


@pytest.mark.own  # Kafka runs into a null pointer and never answers
def test_no_records_at_all_is_refused(broker, topic):
    with wire.connected(broker) as connection:
        assert wire.produce(connection, topic, None)["errorCode"] == INVALID_RECORD


@pytest.mark.own
@pytest.mark.parametrize("make, wanted", [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_refusal_names_its_reason(broker, topic, make, wanted):
    with wire.connected(broker) as connection:
        answer = wire.produce(connection, topic, make())
        assert answer["errorCode"] in wanted - {-1}, answer
        assert answer["errorMessage"], "from version 8 on a sentence says why"


def test_zstd_needs_version_7(broker, topic):
    with wire.connected(broker) as connection:
        answer = wire.produce(connection, topic, batches.build(GOOD, codec="zstd"), version=6)
        assert answer["errorCode"] == UNSUPPORTED_COMPRESSION


@pytest.mark.parametrize("acks", [2, -2, 100])
def test_acks_other_than_minus_1_0_and_1_are_refused(broker, topic, acks):
    with wire.connected(broker) as connection:
        answer = wire.produce(connection, topic, whole(), acks=acks)
        assert answer["errorCode"] == INVALID_REQUIRED_ACKS


def test_a_batch_above_max_message_bytes_is_refused(broker, topic):
    with wire.connected(broker) as connection:
        answer = wire.produce(connection, topic, batches.build([(b"k", bytes(1_048_600))]))
        assert answer["errorCode"] == TOO_LARGE


def test_a_partition_that_is_not_there(broker, topic):
    with wire.connected(broker) as connection:
        for name, partition in ((topic, 1), (topic, -1), ("absent", 0)):
            answer = wire.produce(connection, name, whole(), partition=partition)
            assert answer["errorCode"] == UNKNOWN_TOPIC_OR_PARTITION


def test_one_bad_partition_does_not_keep_the_others_out(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "mixed", 3)
        request = wire.produce_request("mixed", whole())
        request["topicData"][0]["partitionData"] = [
            {"index": 0, "records": whole()},
            {"index": 1, "records": batches.build(GOOD, crc=1)},
            {"index": 2, "records": whole()}]
        answer = connection.call("Produce", 9, **request)
        codes = {part["index"]: part["errorCode"]
                 for part in answer["responses"][0]["partitionResponses"]}
        assert codes == {0: 0, 1: CORRUPT_MESSAGE, 2: 0}


def test_with_acks_0_an_error_closes_the_connection(broker, topic):
    with wire.connected(broker) as connection:
        connection.send("Produce", 9, **wire.produce_request(
            topic, batches.build(GOOD, crc=1), acks=0))
        assert connection.is_closed_by_peer()


def test_a_keyless_record_on_a_compacted_topic_is_refused_by_its_index(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "compacted", configs={"cleanup.policy": "compact"})
        batch = batches.build([(b"a", b"1"), (None, b"2"), (b"c", b"3"), (None, b"4")])
        answer = wire.produce(connection, "compacted", batch)
        assert answer["errorCode"] == INVALID_RECORD
        assert [error["batchIndex"] for error in answer["recordErrors"]] == [1, 3]
        assert answer["errorMessage"]
        assert wire.end_offset(connection, "compacted") == 0


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_timestamps_too_far_off_are_refused(broker, codec):
    limits = {"message.timestamp.before.max.ms": 1000, "message.timestamp.after.max.ms": 1000}
    name = f"timestamps-{codec}"
    with wire.connected(broker) as connection:
        wire.create_topic(connection, name, configs=limits)
        for timestamp in (1_000, 4_000_000_000_000):
            batch = batches.build(GOOD, codec=codec, timestamp=timestamp)
            assert wire.produce(connection, name, batch)["errorCode"] == INVALID_TIMESTAMP
        assert wire.end_offset(connection, name) == 0
