"""A topic's settings, changed while it is in use: what each does to the files and to the answers."""

import itertools
import random
import struct
import time
import zlib

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from support import archives, batches, wire
from support.waiting import wait_until

UNKNOWN_PRODUCER_ID, UNSUPPORTED_VERSION, INVALID_CONFIG, INVALID_RECORD = 59, 35, 40, 87
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
HOUR_MS = 3_600_000
FAST = {"log.retention.check.interval.ms": 50, "replica.high.watermark.checkpoint.interval.ms": 50,
        "log.flush.start.offset.checkpoint.interval.ms": 50, "log.initial.task.delay.ms": 0,
        "log.cleaner.backoff.ms": 50}
_names = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """One broker that looks after its logs often."""
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "settings", FAST) as shared:
        yield shared


def make_topic(connection, **configs):
    """The name of a topic with these settings (`_` for `.`) that else keeps old records."""
    name = f"settings-{next(_names)}"
    created = wire.create_topic(connection, name, configs=dotted({"retention_ms": -1, **configs}))
    assert created["errorCode"] == 0, created
    return name


def dotted(configs):
    return {name.replace("_", "."): str(value) for name, value in configs.items()}


def alter(connection, topic, resource=2, **configs):
    answer = connection.call("IncrementalAlterConfigs", 1, resources=[
        {"resourceType": resource, "resourceName": topic, "configs": [
            {"name": name, "configOperation": 0, "value": value}
            for name, value in dotted(configs).items()]}])
    return answer["responses"][0]


def send(connection, topic, *timestamps, size=200, codec="none", acks=-1, **options):
    """One batch, a record for each timestamp."""
    records = [batches.Record(b"k", b"v" * size, timestamp=at) for at in timestamps]
    batch = batches.build(records, codec=codec, **options)
    answer = wire.produce(connection, topic, batch, acks=acks)
    assert answer["errorCode"] == 0, answer
    return answer["baseOffset"]


def delete_records(connection, topic, offset):
    answer = connection.call("DeleteRecords", 2, timeoutMs=10_000, topics=[
        {"name": topic, "partitions": [{"partitionIndex": 0, "offset": offset}]}])
    return answer["topics"][0]["partitions"][0]


def start_offset(connection, topic):
    return wire.list_offset(connection, topic, 0, -2)["offset"]


def folder(broker, topic):
    return broker.data / f"{topic}-0"


def segments(broker, topic):
    """{base offset: size} of the segments that count."""
    return {int(file.stem): file.stat().st_size for file in folder(broker, topic).glob("*.log")}


def deleted_files(broker, topic):
    return [file.name for file in folder(broker, topic).iterdir() if file.suffix == ".deleted"]


def stored(broker, topic):
    """The headers of the batches in the first segment: (size, magic, codec, count, producer id)."""
    data, found, at = (folder(broker, topic) / f"{0:020}.log").read_bytes(), [], 0
    while at + 61 <= len(data):
        size = struct.unpack_from(">i", data, at + 8)[0] + 12
        if size == 12:
            break  # the rest was preallocated
        (attributes,) = struct.unpack_from(">h", data, at + 21)
        (producer,) = struct.unpack_from(">q", data, at + 43)
        (count,) = struct.unpack_from(">i", data, at + 57)
        found.append((size, data[at + 16], CODECS[attributes & 7], count, producer))
        at += size
    return found


def now_ms():
    return int(time.time() * 1000)


# Retention


def test_retention_ms_takes_what_expired_and_its_files_go_later(broker, connection):
    topic = make_topic(connection, internal_segment_bytes=600, file_delete_delay_ms=1500)
    now = now_ms()
    for at in [now - 2 * HOUR_MS] * 6 + [now] * 2:
        send(connection, topic, at)
    assert sorted(segments(broker, topic)) == [0, 2, 4, 6]
    assert alter(connection, topic, retention_ms=HOUR_MS)["errorCode"] == 0
    wait_until(lambda: start_offset(connection, topic) == 6, 10, "what is old is given up")
    gone = deleted_files(broker, topic)
    assert {f"{base:020}.log.deleted" for base in (0, 2, 4)} <= set(gone), gone
    assert sorted(segments(broker, topic)) == [6]
    wait_until(lambda: not deleted_files(broker, topic), 15, "the files leave")
    assert wire.fetch(connection, topic, offset=5)["errorCode"] == 1
    assert len(batches.read_all(wire.fetch(connection, topic, offset=6)["records"])) == 2


def test_the_active_segment_is_rolled_when_all_of_it_expired(broker, connection):
    topic = make_topic(connection, file_delete_delay_ms=0)
    send(connection, topic, *[now_ms() - 2 * HOUR_MS] * 3)
    assert alter(connection, topic, retention_ms=HOUR_MS)["errorCode"] == 0
    wait_until(lambda: start_offset(connection, topic) == 3, 10, "everything is given up")
    assert wire.end_offset(connection, topic) == 3
    wait_until(lambda: segments(broker, topic) == {3: 0}, 15, "an empty segment is what is left")
    assert send(connection, topic, now_ms()) == 3


def test_retention_bytes_keeps_at_least_as_much(broker, connection):
    topic = make_topic(connection, internal_segment_bytes=600, file_delete_delay_ms=0)
    for _ in range(10):
        send(connection, topic, now_ms())
    sizes = segments(broker, topic)
    size = next(iter(sizes.values()))
    assert sizes == {base: size for base in (0, 2, 4, 6, 8)}
    # A segment goes only if what is left is not less than the limit.
    assert alter(connection, topic, retention_bytes=2 * size + 1)["errorCode"] == 0
    wait_until(lambda: start_offset(connection, topic) == 4, 10, "the oldest two are given up")
    assert alter(connection, topic, retention_bytes=2 * size)["errorCode"] == 0
    wait_until(lambda: start_offset(connection, topic) == 6, 10, "and a third")
    assert sorted(segments(broker, topic)) == [6, 8]
    assert alter(connection, topic, retention_bytes=0)["errorCode"] == 0
    wait_until(lambda: start_offset(connection, topic) == 10, 10, "and the active one")


def test_a_compacted_topic_gives_up_by_age_only_with_delete(broker, connection):
    configs = {"internal_segment_bytes": 600, "retention_ms": HOUR_MS, "file_delete_delay_ms": 0,
               "min_cleanable_dirty_ratio": 1}
    policies = {policy: make_topic(connection, cleanup_policy=policy, **configs)
                for policy in ("compact", "", "compact,delete", "delete")}
    for topic in policies.values():
        for _ in range(4):
            send(connection, topic, now_ms() - 2 * HOUR_MS)
    for policy in ("compact,delete", "delete"):
        wait_until(lambda t=policies[policy]: start_offset(connection, t) == 4, 10, policy)
    for policy in ("compact", ""):
        assert start_offset(connection, policies[policy]) == 0, policy
        assert alter(connection, policies[policy], cleanup_policy="delete")["errorCode"] == 0
        wait_until(lambda t=policies[policy]: start_offset(connection, t) == 4, 10, policy)


def test_the_brokers_own_setting_counts_where_a_topic_has_none(broker_factory):
    broker = broker_factory.start({**FAST, "log.retention.ms": -1})
    with wire.connected(broker) as connection:
        kept = make_topic(connection)
        wire.create_topic(connection, "follows")
        for topic in (kept, "follows"):
            send(connection, topic, now_ms() - 2 * HOUR_MS)
        assert alter(connection, "", 4, log_retention_ms=HOUR_MS)["errorCode"] == 0
        wait_until(lambda: start_offset(connection, "follows") == 1, 10, "the default has changed")
        assert start_offset(connection, kept) == 0
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": 2, "resourceName": kept, "configs": [
                {"name": "retention.ms", "configOperation": 1, "value": None}]}])
        assert answer["responses"][0]["errorCode"] == 0
        wait_until(lambda: start_offset(connection, kept) == 1, 10, "its own one was taken away")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_deleted_records_stay_deleted_and_take_their_segments(broker_factory, end):
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        topic = make_topic(connection, internal_segment_bytes=600, file_delete_delay_ms=0)
        for _ in range(8):
            send(connection, topic, now_ms())
        assert delete_records(connection, topic, 5)["lowWatermark"] == 5
        wait_until(lambda: sorted(segments(broker, topic)) == [4, 6], 10,
                   "the segments before go, the one with the start stays")
        checkpoint = broker.data / "log-start-offset-checkpoint"
        wait_until(lambda: checkpoint.exists() and f"{topic} 0 5\n" in checkpoint.read_text(), 10,
                   "it is written down")
    getattr(broker, end)()
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: start_offset(connection, topic) == 5, 30, "it begins there again")
        assert wire.end_offset(connection, topic) == 8
        assert alter(connection, topic, cleanup_policy="compact")["errorCode"] == 0
        assert delete_records(connection, topic, 6)["errorCode"] == 44  # POLICY_VIOLATION


# Segments


@pytest.mark.parametrize("configs, steps, bases", [
    ({"segment_ms": 1000}, [0, 1000, 1001, 500, 2001, 2002], [0, 2, 5]),
    ({"segment_ms": 1000, "segment_jitter_ms": 2**63 - 1}, [0, 0, 0, 0], [0]),
    ({"cleanup_policy": "compact", "min_compaction_lag_ms": 9000, "max_compaction_lag_ms": 9000},
     [0, 9000, 9001], [0, 2]),
    ({"segment_index_bytes": 24, "index_interval_bytes": 0}, [0] * 6, [0, 2, 4]),
    ({"segment_index_bytes": 48, "index_interval_bytes": 0}, list(range(12)), [0, 4, 8]),
    ({"internal_segment_bytes": 1000}, [0] * 8, [0, 3, 6]),
], ids=["ms", "jitter-beyond-ms", "max-compaction-lag", "offset-index", "time-index", "bytes"])
def test_segments_are_rolled(broker, connection, configs, steps, bases):
    """By the records' own time, by their size, and by what their indexes hold."""
    topic = make_topic(connection, **configs)
    begin = now_ms()
    for step in steps:
        send(connection, topic, begin + step)
    assert sorted(segments(broker, topic)) == bases
    found = [record.offset for base in bases for record in batches.read_all(
        wire.fetch(connection, topic, offset=base, max_bytes=1 << 20)["records"])]
    assert sorted(set(found)) == list(range(len(steps)))


@pytest.mark.own  # Kafka draws at random, for each segment
def test_room_is_taken_for_a_segment_and_given_back(broker, connection):
    topic = make_topic(connection, preallocate="true", segment_bytes=2 << 20)
    first = folder(broker, topic) / f"{0:020}.log"

    def taken(file):
        return file.stat().st_blocks * 512
    assert taken(first) == 0, "of a log without records"
    send(connection, topic, now_ms(), size=1000)
    if f"{topic}-0: no room of 2097152 bytes is reserved" in broker.log():
        pytest.skip("the file system of this place reserves none, or has little")
    assert taken(first) >= 2 << 20 and first.stat().st_size < 2000
    wire.set_topic_config(connection, topic, segment_ms=1)
    wait_until(lambda: len(segments(broker, topic)) == 2, 20, "it is rolled")
    assert taken(first) < 1 << 20
    wire.set_topic_config(connection, topic, segment_ms=None, preallocate="false")
    send(connection, topic, now_ms(), size=1000)
    assert taken(folder(broker, topic) / f"{1:020}.log") < 1 << 20, "the setting counts at once"


def test_jitter_spreads_the_partitions_of_a_topic(broker, connection):
    name, begin = "jittered", now_ms()
    wire.create_topic(connection, name, 24, configs={"segment.ms": 1000, "segment.jitter.ms": 1000})
    rolled_after = set()
    for partition in range(24):
        for step in range(0, 1002, 91):
            record = batches.Record(b"k", b"v", timestamp=begin + step)
            wire.produce(connection, name, batches.build([record]), partition)
            if len(list((broker.data / f"{name}-{partition}").glob("*.log"))) > 1:
                rolled_after.add(step)
                break
        else:
            raise AssertionError(f"partition {partition} has not rolled after segment.ms")
    assert len(rolled_after) > 4, rolled_after


@pytest.mark.parametrize("name, value", [
    ("segment.bytes", "1048575"), ("segment.ms", "0"), ("segment.jitter.ms", "-1"),
    ("segment.index.bytes", "3"), ("file.delete.delay.ms", "-1"), ("retention.ms", "-2"),
    ("cleanup.policy", "shrink"), ("message.timestamp.type", "Now"), ("flush.messages", "0"),
    ("flush.ms", "-1"), ("message.timestamp.before.max.ms", "-1"),
    ("compression.type", "brotli"), ("compression.gzip.level", "0"),
    ("compression.gzip.level", "10"), ("compression.lz4.level", "0"),
    ("compression.lz4.level", "18"), ("compression.zstd.level", "23"),
    ("compression.zstd.level", "-131073"), ("max.decompressed.message.bytes", "0"),
    pytest.param("flush.before.ack", "sometimes", marks=pytest.mark.own)])
def test_a_value_out_of_range_is_refused_with_a_sentence(connection, name, value):
    topic = make_topic(connection)
    for answer in (wire.create_topic(connection, "never", configs={name: value}),
                   alter(connection, topic, **{name: value})):
        assert answer["errorCode"] == INVALID_CONFIG
        assert name in answer["errorMessage"] and value in answer["errorMessage"], answer


# Timestamps


_past_the_start = pytest.mark.own  # Kafka looks into one segment, deleted records or not


@pytest.mark.parametrize("start", [0, pytest.param(1, marks=_past_the_start),
                                   pytest.param(60, marks=_past_the_start)])
def test_lookup_by_timestamp_agrees_with_a_model(broker, connection, start):
    """The first offset with at least that timestamp, over segments whose times run back."""
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    topic = make_topic(connection, internal_segment_bytes=900, index_interval_bytes=0)
    times = []
    while len(times) < 120:
        batch = [1_000_000 + rng.randrange(5000) for _ in range(rng.randrange(1, 6))]
        send(connection, topic, *batch, size=50, codec=rng.choice(CODECS))
        times += batch
    assert len(segments(broker, topic)) > 3
    assert delete_records(connection, topic, start)["errorCode"] == 0
    served = list(enumerate(times))[start:]
    for asked in [0, 2_000_000, *rng.sample(times, 40), *(t + 1 for t in rng.sample(times, 40))]:
        want = next(((o, t) for o, t in served if t >= asked), (-1, -1))
        got = wire.list_offset(connection, topic, 0, asked)
        assert (got["offset"], got["timestamp"]) == want, f"{asked}, seed {seed}"
    top = max(t for _, t in served)
    got = wire.list_offset(connection, topic, 0, -3)
    assert (got["timestamp"], got["offset"]) == \
        (top, next(o for o, t in served if t == top)), f"seed {seed}"


def test_lookup_by_the_time_of_the_append(broker, connection):
    topic = make_topic(connection, message_timestamp_type="LogAppendTime",
                       internal_segment_bytes=1500)
    for codec in CODECS * 2:
        send(connection, topic, 5, 4, 3, size=300 if codec == "none" else 4000, codec=codec)
    found, at = [], 0
    while at < 30:
        found += [r for r in batches.read_all(wire.fetch(connection, topic, offset=at)["records"])
                  if r.offset >= at]
        at = found[-1].offset + 1
    for record in found:
        got = wire.list_offset(connection, topic, 0, record.timestamp)
        assert got["offset"] == next(r.offset for r in found if r.timestamp >= record.timestamp)
    assert alter(connection, topic, message_timestamp_type="CreateTime")["errorCode"] == 0
    at = now_ms() + 1000
    offset = send(connection, topic, at)
    assert wire.list_offset(connection, topic, 0, at)["offset"] == offset


@pytest.mark.parametrize("special, since, want", [
    (-3, 7, (1, 7)), (-4, 8, (0, -1)), (-5, 9, (-1, -1)), (-6, 11, (-1, -1))],
    ids=["max-timestamp", "earliest-local", "latest-tiered", "earliest-pending-upload"])
def test_special_timestamps_from_their_version_on(connection, special, since, want):
    """Without tiered storage all is local, and nothing was or will be uploaded."""
    topic = make_topic(connection)
    send(connection, topic, 5, 7, 6)
    got = wire.list_offset(connection, topic, 0, special, since)
    assert (got["errorCode"], got["offset"], got["timestamp"]) == (0, *want)
    got = wire.list_offset(connection, topic, 0, special, since - 1)
    assert (got["errorCode"], got["offset"]) == (UNSUPPORTED_VERSION, -1)


def test_the_limits_of_timestamps_change_at_run_time(connection):
    topic = make_topic(connection)
    old = batches.build([batches.Record(b"k", b"v", timestamp=now_ms() - HOUR_MS)])
    young = batches.build([batches.Record(b"k", b"v", timestamp=now_ms() + 60_000)])
    for configs, codes in (({}, (0, 0)), ({"message_timestamp_before_max_ms": 1000}, (32, 0)),
                           ({"message_timestamp_after_max_ms": 1000}, (32, 32)),
                           ({"message_timestamp_type": "LogAppendTime"}, (0, 0))):
        assert not configs or alter(connection, topic, **configs)["errorCode"] == 0
        got = tuple(wire.produce(connection, topic, b)["errorCode"] for b in (old, young))
        assert got == codes, configs


# Codecs


@pytest.mark.parametrize("wanted", ["producer", "uncompressed", *CODECS[1:]])
def test_the_topics_codec_is_what_lies_in_the_file(broker, connection, wanted):
    topic = make_topic(connection, compression_type=wanted)
    sent = [batches.Record(b"k%d" % i if i % 3 else None, None if i % 5 == 0 else b"v" * 100 * i,
                           [("h", b"x"), ("n", None)], timestamp=1_700_000_000_000 + i * 7 % 5)
            for i in range(10)]
    for sequence, codec in enumerate(CODECS):
        batch = batches.build(sent, codec=codec, producer_id=77, producer_epoch=0,
                              base_sequence=sequence * len(sent))
        assert wire.produce(connection, topic, batch)["errorCode"] == 0
    codecs = [codec for _, _, codec, _, _ in stored(broker, topic)]
    assert codecs == {"producer": CODECS, "uncompressed": ["none"] * 5}.get(wanted, [wanted] * 5)
    assert all(batch[3:] == (10, 77) for batch in stored(broker, topic))
    found = batches.read_all(wire.fetch(connection, topic)["records"])
    assert [(r.key, r.value, r.headers, r.timestamp) for r in found] == \
        [(r.key, r.value, r.headers, r.timestamp) for r in sent] * 5
    # A repeated batch is recognised though it is stored in another form.
    assert wire.produce(connection, topic, batch)["baseOffset"] == 40


@pytest.mark.parametrize("codec, low, high", [("gzip", 1, 9), ("zstd", 1, 19), ("lz4", 3, 12)])
def test_a_codecs_level_has_its_effect_at_run_time(broker, connection, codec, low, high):
    words = [b"%x" % random.Random(7).randrange(1 << 30) for _ in range(2000)]
    rng = random.Random(8)
    text = b" ".join(rng.choice(words) + b"%d" % rng.randrange(99) for _ in range(20_000))
    topic = make_topic(connection, compression_type=codec)
    for level in (low, high, low):
        assert alter(connection, topic, **{f"compression_{codec}_level": level})["errorCode"] == 0
        assert wire.produce(connection, topic, batches.build([(b"k", text)]))["errorCode"] == 0
    first, second, third = (batch[0] for batch in stored(broker, topic))
    assert first == third and second < 0.98 * first, (first, second, third)


@pytest.mark.parametrize("codec", CODECS[1:])
def test_a_batch_that_unfolds_too_far_is_refused(broker, connection, codec):
    """Whether it would be rebuilt or stay as it is; nothing that a client should send again."""
    bomb = batches.build([(b"k", bytes(3 << 20))], codec=codec)
    topic = make_topic(connection, max_decompressed_message_bytes=1 << 20)
    for configs in ({}, {"compression_type": "uncompressed", "max_message_bytes": 8 << 20}):
        assert not configs or alter(connection, topic, **configs)["errorCode"] == 0
        answer = wire.produce(connection, topic, bomb)
        assert (answer["errorCode"], wire.end_offset(connection, topic)) == (INVALID_RECORD, 0)
    assert alter(connection, topic, max_decompressed_message_bytes=4 << 20)["errorCode"] == 0
    assert wire.produce(connection, topic, bomb)["errorCode"] == 0


# Old formats


def old_message(magic, value, attributes=0, offset=0):
    body = struct.pack(">bb", magic, attributes) + (struct.pack(">q", 1000) if magic else b"")
    body += struct.pack(">i", 1) + b"k" + struct.pack(">i", len(value)) + value
    return struct.pack(">qiI", offset, len(body) + 4, zlib.crc32(body)) + body


@pytest.mark.own  # Kafka 4 closes the connection
@pytest.mark.parametrize("version, magic, codec", [
    (0, 0, "none"), (1, 0, "gzip"), (2, 1, "none"), (2, 1, "gzip"), (2, 0, "snappy")])
def test_what_old_producers_send_is_stored_in_format_2(broker, connection, version, magic, codec):
    topic = make_topic(connection)
    inner = b"".join(old_message(magic, b"%d" % i, offset=i) for i in range(3))
    if codec != "none":
        inner = old_message(magic, batches.compress(codec, inner), batches.CODECS[codec], offset=2)
    answer = wire.produce(connection, topic, inner, version=version)
    assert (answer["errorCode"], answer["baseOffset"]) == (0, 0)
    assert [batch[1:4] for batch in stored(broker, topic)] == [(2, codec, 3)]
    found = batches.read_all(wire.fetch(connection, topic)["records"])
    assert [(r.offset, r.key, r.value, r.timestamp) for r in found] == \
        [(i, b"k", b"%d" % i, 1000 if magic else -1) for i in range(3)]


def test_which_old_versions_are_offered(connection):
    """Produce from 0, as Kafka 4 lists it too; Fetch where clients can read what is stored."""
    topic = make_topic(connection)
    offered = {api["apiKey"]: api["minVersion"]
               for api in connection.call("ApiVersions", 0)["apiKeys"]}
    assert (offered[0], offered[1]) == (0, 4)
    answer = wire.produce(connection, topic, old_message(1, b"v"), version=3)
    assert answer["errorCode"] == INVALID_RECORD
    connection.send("Fetch", 3, **wire.fetch_request(topic))
    assert connection.is_closed_by_peer()


@pytest.mark.own
@pytest.mark.parametrize("magic", [0, 1])
def test_old_messages_in_the_files_are_served_and_appended_to(broker_factory, magic):
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        topic = make_topic(connection)
    broker.stop()
    (broker.data / ".kafka_cleanshutdown").unlink()
    wrapped = b"".join(old_message(magic, b"%d" % i, offset=i if magic else i + 2)
                       for i in range(3))
    old = (old_message(magic, b"a", offset=0) + old_message(magic, b"b", offset=1) +
           old_message(magic, batches.compress("gzip", wrapped), 1, offset=4))
    (folder(broker, topic) / f"{0:020}.log").write_bytes(old)
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: wire.end_offset(connection, topic) == 5, 30, "they are recovered")
        assert wire.fetch(connection, topic)["records"] == old
        assert wire.list_offset(connection, topic, 0, 1)["offset"] == (0 if magic else -1)
        assert send(connection, topic, now_ms()) == 5
        assert len(batches.read_all(wire.fetch(connection, topic, offset=5)["records"])) == 1
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "unused",
                         "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = [consumer.poll(20) for _ in range(6)]
    consumer.close()
    assert [(m.offset(), m.value()) for m in found[:5]] == \
        [(0, b"a"), (1, b"b"), (2, b"0"), (3, b"1"), (4, b"2")]


# Producers


def test_a_forgotten_producer_is_told_so_and_its_client_goes_on(broker_factory):
    """The setting counts from when it is changed; Kafka's clients go on with another epoch."""
    broker = broker_factory.start({**FAST, "producer.id.expiration.check.interval.ms": 50})
    with wire.connected(broker) as connection:
        topic = make_topic(connection)
        told, acknowledged = [], []
        producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True,
                             "linger.ms": 0, "error_cb": told.append})

        def produce(value):
            producer.produce(topic, value, on_delivery=lambda error, message:
                             acknowledged.append((error, message.offset())))
            assert producer.flush(20) == 0

        for i in range(3):
            produce(b"%d" % i)
        batch = batches.build([(b"k", b"v")], producer_id=990, producer_epoch=0, base_sequence=0)
        assert [wire.produce(connection, topic, batch)["baseOffset"] for _ in range(2)] == [3, 3]
        # Deleted records do not make it forgotten.
        assert delete_records(connection, topic, -1)["lowWatermark"] == 4
        assert wire.produce(connection, topic, batch)["baseOffset"] == 3
        assert len(active_producers(connection, topic)) == 2
        assert alter(connection, "", 4, producer_id_expiration_ms=1)["errorCode"] == 0
        wait_until(lambda: not active_producers(connection, topic), 20, "both are forgotten")
        for i in range(3):
            produce(b"%d" % i)
        assert [error for error, _ in acknowledged] == [None] * 6 and not told
        assert [offset for _, offset in acknowledged] == [0, 1, 2, 4, 5, 6]


@pytest.mark.own  # Kafka takes any first sequence
def test_expiry_has_its_own_interval(broker_factory):
    broker = broker_factory.start({**FAST, "producer.id.expiration.ms": 1,
                                   "producer.id.expiration.check.interval.ms": 600_000})
    with wire.connected(broker) as connection:
        topic = make_topic(connection, retention_ms=HOUR_MS)
        batch = batches.build([(b"k", b"v")], producer_id=990, producer_epoch=0, base_sequence=0,
                              timestamp=now_ms() - 2 * HOUR_MS)
        assert wire.produce(connection, topic, batch)["errorCode"] == 0
        wait_until(lambda: start_offset(connection, topic) == 1, 10, "a round has passed")
        assert len(active_producers(connection, topic)) == 1
        following = batches.build([(b"k", b"v")], producer_id=991, producer_epoch=0,
                                  base_sequence=1)
        answer = wire.produce(connection, topic, following)
        assert (answer["errorCode"], answer["logStartOffset"]) == (UNKNOWN_PRODUCER_ID, 1)
        assert "producer.id.expiration.ms" in answer["errorMessage"]


def active_producers(connection, topic):
    answer = connection.call("DescribeProducers", 0,
                             topics=[{"name": topic, "partitionIndexes": [0]}])
    return answer["topics"][0]["partitions"][0]["activeProducers"]


# Durability


@pytest.mark.own  # flush.before.ack; and Kafka writes this checkpoint on its own schedule
def test_flushes_move_the_recovery_point(broker, connection):
    never = {"flush_before_ack": "never"}
    topics = {"none": make_topic(connection, **never),
              "messages": make_topic(connection, **never, flush_messages=5),
              "ms": make_topic(connection, **never, flush_ms=60),
              "single-replica": make_topic(connection),
              "acks-1": make_topic(connection),
              "acks-1-always": make_topic(connection, flush_before_ack="always"),
              "later": make_topic(connection, **never)}

    def recovery_point(kind):
        lines = (broker.data / "recovery-point-offset-checkpoint").read_text().splitlines()[2:]
        points = {line.split()[0]: int(line.split()[2]) for line in lines}
        return points.get(topics[kind], 0)

    for kind, topic in topics.items():
        for _ in range(7):
            send(connection, topic, now_ms(), acks=1 if kind.startswith("acks-1") else -1)
    for kind, want in (("messages", 5), ("ms", 7), ("single-replica", 7), ("acks-1-always", 7)):
        wait_until(lambda k=kind, w=want: recovery_point(k) == w, 10, f"{kind}: {want}")
    assert [recovery_point(kind) for kind in ("none", "later", "acks-1")] == [0, 0, 0]
    assert alter(connection, topics["later"], flush_ms=0)["errorCode"] == 0
    wait_until(lambda: recovery_point("later") == 7, 10, "the change counts for what is there")
    assert recovery_point("none") == 0


# Leader epochs


def end_of_epoch(connection, topic, epoch, partition=0):
    answer = connection.call("OffsetForLeaderEpoch", 4, topics=[
        {"topic": topic, "partitions": [{"partition": partition, "leaderEpoch": epoch}]}])
    found = answer["topics"][0]["partitions"][0]
    assert found["errorCode"] == 0, found
    return found["leaderEpoch"], found["endOffset"]


@pytest.mark.own  # Kafka's controller would name the epoch
def test_epochs_of_former_leaders_are_answered_and_follow_the_logs_start(broker_factory):
    """A checkpoint as several leaders leave it: epoch 0 from 0, 3 from 2, 5 from 5."""
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        topic = make_topic(connection)
        for _ in range(8):
            send(connection, topic, now_ms())
    broker.stop()
    checkpoint = folder(broker, topic) / "leader-epoch-checkpoint"
    checkpoint.write_text("0\n3\n0 0\n3 2\n5 5\n")
    broker.start()
    with wire.connected(broker) as connection:
        (partition,) = wire.metadata(connection, [topic])["topics"][0]["partitions"]
        assert partition["leaderEpoch"] == 5
        want = {-1: (-1, -1), 0: (0, 2), 1: (0, 2), 2: (0, 2), 3: (3, 5), 4: (3, 5), 5: (5, 8),
                6: (-1, -1)}
        assert {epoch: end_of_epoch(connection, topic, epoch) for epoch in want} == want
        assert [wire.list_offset(connection, topic, 0, at)["leaderEpoch"]
                for at in (-2, -1, 0)] == [0, 5, 0]
        request = wire.fetch_request(topic, offset=7)
        request["topics"][0]["partitions"][0].update(currentLeaderEpoch=5, lastFetchedEpoch=3)
        answer = connection.call("Fetch", 12, **request)["responses"][0]["partitions"][0]
        assert answer["divergingEpoch"] == {"epoch": 3, "endOffset": 5} and not answer["records"]
        assert delete_records(connection, topic, 4)["lowWatermark"] == 4
        want = {0: (0, 4), 2: (2, 4), 3: (3, 5), 5: (5, 8)}
        assert {epoch: end_of_epoch(connection, topic, epoch) for epoch in want} == want
        send(connection, topic, now_ms())
    assert checkpoint.read_text() == "0\n2\n3 4\n5 5\n"
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        assert end_of_epoch(connection, topic, 3) == (3, 5)


# What Kafka left


@pytest.fixture(scope="module", params=["kafka-4.4-crashed", "kafka-3.9-clean"])
def from_kafka(request, tmp_path_factory):
    """A broker on directories of Kafka, and the folders of its transactional partitions."""
    from conftest import BrokerFactory
    place = tmp_path_factory.mktemp(request.param)
    directories = archives.unpack(request.param, place)
    folders = [f for d in directories for f in sorted(d.glob("transactional-*"))]
    factory = BrokerFactory(place)
    yield factory.start({"log.dirs": ",".join(map(str, directories)), "log.retention.ms": -1}), \
        folders
    factory.close()


def transactions(data):
    """What the batches tell: the last stable offset, the end, and {(producer, first offset)} that
    were aborted."""
    begun, aborted, at, end = {}, set(), 0, 0
    while at + 61 <= len(data) and data[at + 16] == 2:
        base, size = struct.unpack_from(">qi", data, at)
        (attributes,), (producer,) = (struct.unpack_from(">h", data, at + 21),
                                      struct.unpack_from(">q", data, at + 43))
        end = base + struct.unpack_from(">i", data, at + 23)[0] + 1
        if attributes & 0x20:
            # One record: its length, attributes and two deltas in a byte each, then its key.
            (kind,) = struct.unpack_from(">h", data, at + 61 + 5 + 2)
            first = begun.pop(producer, None)
            if kind == 0 and first is not None:
                aborted.add((producer, first))
        elif attributes & 0x10:
            begun.setdefault(producer, base)
        at += 12 + size
    return min(begun.values(), default=end), end, aborted


@pytest.mark.own
def test_read_committed_stops_at_the_last_stable_offset_and_names_what_was_aborted(from_kafka):
    broker, folders = from_kafka
    told = {f: transactions((f / f"{0:020}.log").read_bytes()) for f in folders}
    assert any(aborted for _, _, aborted in told.values())
    assert any(stable < end for stable, end, _ in told.values()) == ("crashed" in str(folders[0]))
    for restarted in (False, True):
        if restarted:
            broker.kill()
            broker.start()
        with wire.connected(broker) as connection:
            for partition, (stable, end, aborted) in told.items():
                check_isolation(connection, int(partition.name[-1]), stable, end, aborted)


def check_isolation(connection, partition, stable, end, aborted):
    topic = "transactional"
    for isolation, want in ((0, end), (1, stable)):
        answer = wire.fetch(connection, topic, partition, isolation=isolation)
        assert (answer["lastStableOffset"], answer["highWatermark"]) == (stable, end)
        assert next_offset(answer["records"]) == want
        assert wire.list_offset(connection, topic, partition, -1,
                                isolation=isolation)["offset"] == want
        named = answer["abortedTransactions"]
        assert (named if isolation == 0 else
                {(one["producerId"], one["firstOffset"]) for one in named}) == \
            (None if isolation == 0 else {one for one in aborted if one[1] < stable})


def next_offset(data):
    at = behind = 0
    while at + 27 <= len(data):
        base, size = struct.unpack_from(">qi", data, at)
        behind = base + struct.unpack_from(">i", data, at + 23)[0] + 1
        at += 12 + size
    return behind


# The layout


@pytest.mark.own
@pytest.mark.parametrize("name", ["log-start-offset-checkpoint", "cleaner-offset-checkpoint",
                                  "replication-offset-checkpoint"])
def test_every_checkpoint_of_another_version_is_refused(broker_factory, name):
    """test_log_tools.py has the recovery points, meta.properties and the partitions' files."""
    broker = broker_factory.start(FAST)
    broker.stop()
    (broker.data / name).write_text("7\n0\n")
    broker.launch()
    assert broker.wait(30) == 1
    assert name in broker.tail(5) and "version 7" in broker.tail(5), broker.tail(5)
    assert (broker.data / name).read_text() == "7\n0\n"


@pytest.mark.own
@pytest.mark.parametrize("file", ["version-2/log.1", "base/1/1247", "photos-delete/one.jpg"])
def test_another_programs_directory_is_refused(broker_factory, file):
    """ZooKeeper's version-2 was taken for a topic, and a folder called ...-delete removed."""
    broker = broker_factory.make()
    path = broker.data / file
    path.parent.mkdir(parents=True)
    path.write_text("not ours")
    broker.launch()
    assert broker.wait(30) == 1
    said = broker.tail(5)
    assert str(broker.data) in said and file.split("/")[0] in said and "another program" in said
    assert path.read_text() == "not ours"
    assert sorted(entry.name for entry in broker.data.iterdir()) == [".lock", file.split("/")[0]]
