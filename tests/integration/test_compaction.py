"""Topics with cleanup.policy=compact: what stays while they are written, killed, reconfigured."""

import os
import random
import re
import struct
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from support import batches, wire
from support.ports import free_port
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 32)))
LONG = bool(os.environ.get("BARNABAS_LONG"))
KILLS = 100 if LONG else 6
SEGMENT = 64 << 10
FAST = {"log.cleaner.backoff.ms": 50, "log.segment.delete.delay.ms": 100,
        "log.retention.check.interval.ms": 200, "log.initial.task.delay.ms": 0,
        "replica.high.watermark.checkpoint.interval.ms": 200}
COMPACTED = {"cleanup.policy": "compact", "internal.segment.bytes": str(SEGMENT),
             "min.cleanable.dirty.ratio": "0.1"}


def read_topic(connection, topic, partition=0):
    """Every record from the log's start to its end, batches without records passed over."""
    start = wire.list_offset(connection, topic, partition, -2)["offset"]
    end = wire.end_offset(connection, topic, partition)
    found, at = [], start
    while at < end:
        answer = wire.fetch(connection, topic, partition, at)
        assert answer["errorCode"] == 0, answer
        data = answer["records"] or b""
        found += [record for record in batches.read_all(data) if at <= record.offset < end]
        at = max(at + 1, next_offset(data))
    offsets = [record.offset for record in found]
    assert offsets == sorted(set(offsets)), "offsets rise"
    return found


def next_offset(data):
    at, behind = 0, 0
    while at + 27 <= len(data):
        base, size = struct.unpack_from(">qi", data, at)
        if at + 12 + size > len(data):
            break
        behind = base + struct.unpack_from(">i", data, at + 23)[0] + 1
        at += 12 + size
    return behind


def latest(records):
    return {record.key: record.value for record in records}


def bytes_of_logs(broker, topic, partition=0):
    folder = broker.data / f"{topic}-{partition}"
    return sum(file.stat().st_size for file in folder.glob("*.log"))


def produce_keys(connection, topic, values, per_batch=50, codec="none"):
    """Values by key, in order; a value of None deletes."""
    pairs = list(values)
    for i in range(0, len(pairs), per_batch):
        answer = wire.produce(connection, topic,
                              batches.build(pairs[i:i + per_batch], codec=codec))
        assert answer["errorCode"] == 0, answer


def close_segment(connection, topic, size=SEGMENT // 2):
    """Three records that do not fit into one segment: what was written before is compacted."""
    produce_keys(connection, topic, [(b"filler", os.urandom(size))] * 3, per_batch=1)


def rounds(count, keys, size=100):
    for n in range(count):
        for k in range(keys):
            yield b"key %d" % k, b"%d %d " % (k, n) + b"v" * size


@pytest.mark.parametrize("codec", ["none", "zstd"])
def test_the_last_value_of_each_key_stays(broker_factory, codec):
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept", configs=COMPACTED)
        produce_keys(connection, "kept", rounds(100, 50, 200), codec=codec)
        deleted = [(b"key %d" % k, None) for k in range(10)]
        produce_keys(connection, "kept", deleted)
        close_segment(connection, "kept")
        wait_until(lambda: len(read_topic(connection, "kept")) < 500, 60,
                   "old values are compacted away")
        found = latest(read_topic(connection, "kept"))
        for k in range(50):
            want = None if k < 10 else b"%d 99 " % k + b"v" * 200
            assert found[b"key %d" % k] == want
        end = wire.end_offset(connection, "kept")
    # and after a restart, which reads the files again
    broker.stop()
    broker.start()
    with wire.connected(broker) as connection:
        assert wire.end_offset(connection, "kept") == end
        assert latest(read_topic(connection, "kept")) == found


class Load:
    """A thread that writes numbered values of random keys and notes what was acknowledged."""

    def __init__(self, broker, topic, seed):
        self.broker, self.topic = broker, topic
        self.random = random.Random(seed)
        self.acknowledged, self.sent, self.written = {}, {}, 0
        self.ended, self.failure = threading.Event(), None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def finish(self):
        self.ended.set()
        self.thread.join(60)
        assert self.failure is None, self.failure

    def _run(self):
        while not self.ended.is_set():
            try:
                with wire.connected(self.broker) as connection:
                    while not self.ended.is_set():
                        self._write(connection)
            except (OSError, wire.Closed):
                time.sleep(0.01)
            except Exception as error:  # noqa: BLE001 shown by finish()
                self.failure = error
                return

    def _write(self, connection):
        pairs = {}
        for _ in range(20):
            self.written += 1
            key = b"key %d" % self.random.randrange(300)
            value = b"%d " % self.written + b"v" * self.random.randrange(200)
            pairs[key] = None if self.random.random() < 0.1 else value
        for key in pairs:
            self.sent.setdefault(key, []).append((self.written, pairs[key]))
        answer = wire.produce(connection, self.topic, batches.build(list(pairs.items())))
        assert answer["errorCode"] == 0, answer
        for key in pairs:
            self.acknowledged[key] = self.written

    def check(self, found):
        """Each key has its last acknowledged value, or one that was sent later."""
        for key, written in self.acknowledged.items():
            possible = [value for n, value in self.sent[key] if n >= written]
            assert key in found or None in possible, f"{key} is lost"
            assert found.get(key) in possible, f"{key} has an old value"


def test_writing_goes_on_while_it_is_compacted(broker_factory):
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "busy", configs=COMPACTED)
        load = Load(broker, "busy", SEED)
        wait_until(lambda: load.written > 40_000 or load.failure, 120, "enough was written")
        read_topic(connection, "busy")
        load.finish()
        wait_until(lambda: len(read_topic(connection, "busy")) < 6_000, 60, "it was compacted")
        load.check(latest(read_topic(connection, "busy")))


def test_a_broker_killed_while_it_compacts_loses_nothing(broker_factory):
    """Every other life compacts slowly and is killed while it does, the others at any moment."""
    print(f"repeat with BARNABAS_SEED={SEED}")
    chance = random.Random(SEED)
    rates = (500_000, 5_000_000, 1e9)
    broker = broker_factory.start({**FAST, "log.cleaner.io.max.bytes.per.second": rates[0]})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "killed", configs=COMPACTED)
    interrupted, slow = 0, True
    load = Load(broker, "killed", SEED)
    for _ in range(KILLS):
        before = load.written
        wait_until(lambda before=before: load.written > before + 3_000 or load.failure, 60,
                   "more was written")
        folder = broker.data / "killed-0"
        if slow:
            wait_until(lambda folder=folder: list(folder.glob("*.cleaned")), 60, "it is compacted")
        time.sleep(chance.random() * 0.2)  # the moment is what the test is about
        broker.kill()
        interrupted += any(file.suffix in (".cleaned", ".swap") for file in folder.iterdir())
        slow = not slow
        rate = rates[0] if slow else chance.choice(rates[1:])
        broker.overrides["log.cleaner.io.max.bytes.per.second"] = rate
        broker.start()
        with wire.connected(broker) as connection:
            read_topic(connection, "killed")  # every checksum is right, offsets rise
        # The next compaction has begun already: what it swaps in is gone within milliseconds.
        wait_until(lambda folder=folder: not list(folder.glob("*.swap")), 20,
                   "no swap is left half done")
    load.finish()
    with wire.connected(broker) as connection:
        load.check(latest(read_topic(connection, "killed")))
    assert interrupted >= KILLS // 4, f"{interrupted} of {KILLS} kills interrupted a compaction"
    assert "compacted [" in broker.log()


def test_the_policy_changes_at_run_time(broker_factory):
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "turned", configs={**COMPACTED, "cleanup.policy": "delete"})
        produce_keys(connection, "turned", rounds(40, 50))
        close_segment(connection, "turned")
        before = len(read_topic(connection, "turned"))
        assert before == 2003
        wire.set_topic_config(connection, "turned", cleanup_policy="compact")
        wait_until(lambda: len(read_topic(connection, "turned")) < 600, 60, "it is compacted")
        wire.set_topic_config(connection, "turned", cleanup_policy="compact,delete",
                         retention_bytes="1")
        wait_until(lambda: wire.list_offset(connection, "turned", 0, -2)["offset"] > 0, 60,
                   "old segments are deleted")


class Peak:
    """How much more memory the broker took at most than when this was made. Whatever it needs for
    requests it has had by then: what is added is the cleaner's."""

    # Beside the cleaner's own: what the allocator keeps for later, tables of the segments, code
    # that runs for the first time. Measured of all: 4.8 MiB at most in the first test below, of
    # whose 7.3 MiB this is a part, and 15.2 MiB in the second one, of 21.3.
    SLACK = 4 << 20

    def __init__(self, broker):
        self.status = Path(f"/proc/{broker.process.pid}/status")
        (self.status.parent / "clear_refs").write_text("5")  # the peak is what there is now
        self.begin = self._read("VmRSS")

    def _read(self, name):
        return int(re.search(rf"{name}:\s+(\d+) kB", self.status.read_text())[1]) << 10

    def more(self):
        return self._read("VmHWM") - self.begin


def cleaner_bytes(dedupe, batch):
    """What a compaction may have at a time: the map, buffers to read and to write through, a batch
    as it is read, one as its records are looked at, one as it is written."""
    io_buffers = 512 << 10  # log.cleaner.io.buffer.size
    return dedupe + io_buffers + 3 * batch


@pytest.mark.own
def test_keys_that_do_not_fit_take_several_passes_within_the_memory(broker_factory):
    keys, dedupe = 150_000, (1 << 20) + 64
    broker = broker_factory.start({**FAST, "log.cleaner.dedupe.buffer.size": dedupe})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "many", configs={
            **COMPACTED, "cleanup.policy": "delete", "internal.segment.bytes": str(1 << 20),
            "min.cleanable.dirty.ratio": "0.01"})
        for n in range(2):
            produce_keys(connection, "many",
                         ((b"%d" % k, b"%d" % n) for k in range(keys)), per_batch=5000)
        close_segment(connection, "many", 600 << 10)
        read_topic(connection, "many")
        peak = Peak(broker)
        wire.set_topic_config(connection, "many", cleanup_policy="compact")

        def compacted():
            return len(re.findall(r"compacted \[", broker.log())) >= 4 and len(
                read_topic(connection, "many")) < keys + 10_000

        wait_until(compacted, 120, "every pass is done", poll_s=0.2)
        more = peak.more()
        found = latest(read_topic(connection, "many"))
        assert all(found[b"%d" % k] == b"1" for k in range(keys))
        assert "did not fit into log.cleaner.dedupe.buffer.size" in broker.log()
        most = cleaner_bytes(dedupe, batch=600 << 10) + Peak.SLACK
        assert more < most, f"{more >> 10} KiB more, not {most >> 10}"


@pytest.mark.own
@pytest.mark.skipif(not LONG, reason="half a gigabyte: with BARNABAS_LONG=1")
def test_five_million_records_over_a_hundred_thousand_keys(broker_factory):
    """Written while it is compacted; each key ends with a value or a tombstone."""
    keys, times, dedupe = 100_000, 50, 16 << 20
    broker = broker_factory.start({**FAST, "log.cleaner.dedupe.buffer.size": dedupe})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "large", configs={
            **COMPACTED, "cleanup.policy": "delete", "internal.segment.bytes": str(32 << 20),
            "min.cleanable.dirty.ratio": "0.3"})

        def write(n):
            produce_keys(connection, "large", (
                (b"%d" % k, None if n == times - 1 and k % 10 == 0 else b"%d " % n + bytes(80))
                for k in range(keys)), per_batch=2000)

        write(0)
        peak = Peak(broker)
        wire.set_topic_config(connection, "large", cleanup_policy="compact")
        for n in range(1, times):
            write(n)
        assert "compacted [" in broker.log(), "it is compacted while it is written"
        wire.set_topic_config(connection, "large", segment_ms="1000",
                              min_cleanable_dirty_ratio="0.01")
        wait_until(lambda: bytes_of_logs(broker, "large") < 40 << 20, 120, "all is compacted")
        more = peak.more()
        found = latest(read_topic(connection, "large"))
    for k in range(keys):
        want = None if k % 10 == 0 else b"%d " % (times - 1) + bytes(80)
        assert found[b"%d" % k] == want, k
    most = cleaner_bytes(dedupe, batch=256 << 10) + Peak.SLACK
    assert more < most, f"{more >> 10} KiB more, not {most >> 10}"


def metric(port, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        lines = page.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines
               if re.match(rf"{name}(\{{|\s)", line))


@pytest.mark.own
def test_what_cannot_be_read_is_left_alone_and_reported(broker_factory):
    port = free_port()
    broker = broker_factory.start({**FAST, "metrics.listeners": f"127.0.0.1:{port}",
                                   "log.cleaner.backoff.ms": 600_000})
    with wire.connected(broker) as connection:
        for topic in ("spoilt", "sound"):
            wire.create_topic(connection, topic, configs=COMPACTED)
            produce_keys(connection, topic, rounds(40, 50))
            close_segment(connection, topic)
    broker.stop()
    segment = sorted((broker.data / "spoilt-0").glob("*.log"))[0]
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0x55
    segment.write_bytes(data)
    broker.overrides["log.cleaner.backoff.ms"] = 50
    broker.start()
    wait_until(lambda: metric(port, "barnabas_cleaner_uncleanable_partitions") == 1, 60,
               "the spoilt partition is reported")
    assert metric(port, "barnabas_cleaner_uncleanable_bytes") > 0
    assert metric(port, "barnabas_cleaner_failures_total") == 1
    wait_until(lambda: metric(port, "barnabas_cleaner_compactions_total") >= 1, 60,
               "the other one is compacted")
    assert metric(port, "barnabas_cleaner_removed_records_total") >= 1000
    assert metric(port, "barnabas_cleaner_written_bytes_total") > 0
    runs = metric(port, "barnabas_cleaner_read_bytes_total")
    wait_until(lambda: metric(port, "barnabas_cleaner_since_last_run_seconds") < 0.05, 60,
               "it is looked for work again")
    assert metric(port, "barnabas_cleaner_failures_total") == 1, "it is not tried again and again"
    assert metric(port, "barnabas_cleaner_read_bytes_total") == runs
    assert len(re.findall(r"spoilt-0 cannot be compacted: ", broker.log())) == 1


@pytest.mark.own
def test_the_throttle_holds_and_can_be_lifted_at_run_time(broker_factory):
    port = free_port()
    broker = broker_factory.start({**FAST, "metrics.listeners": f"127.0.0.1:{port}",
                                   "log.cleaner.io.buffer.size": 32 << 10,
                                   "log.cleaner.io.max.bytes.per.second": 20_000})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "slow", configs=COMPACTED)
        start = time.monotonic()
        produce_keys(connection, "slow", rounds(100, 50))
        close_segment(connection, "slow")
        wait_until(lambda: metric(port, "barnabas_cleaner_read_bytes_total") > 20_000, 60,
                   "it has begun")
        used = (metric(port, "barnabas_cleaner_read_bytes_total")
                + metric(port, "barnabas_cleaner_written_bytes_total"))
        assert used < 20_000 * (time.monotonic() - start + 2) + 32_000
        assert metric(port, "barnabas_cleaner_running") == 1
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": 4, "resourceName": "", "configs": [
                {"name": "log.cleaner.io.max.bytes.per.second", "configOperation": 0,
                 "value": "1e9"}]}])
        assert answer["responses"][0]["errorCode"] == 0, answer
        wait_until(lambda: len(read_topic(connection, "slow")) < 500, 60, "it is compacted")


@pytest.mark.own
def test_a_stop_does_not_wait_for_a_compaction(broker_factory):
    broker = broker_factory.start({**FAST, "log.cleaner.io.max.bytes.per.second": 1000})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "long", configs=COMPACTED)
        produce_keys(connection, "long", rounds(40, 50))
        close_segment(connection, "long")
        wait_until(lambda: "long-0: compacting" in broker.log(), 60, "it has begun")
    start = time.monotonic()
    assert broker.stop() == 0
    assert time.monotonic() - start < 10
    assert not [file for file in (broker.data / "long-0").iterdir()
                if file.name.endswith((".cleaned", ".swap"))]


@pytest.mark.own
def test_log_cleaner_enable_false_leaves_logs_alone(broker_factory):
    broker = broker_factory.start({**FAST, "log.cleaner.enable": "false"})
    assert "log.cleaner.enable=false" in broker.log()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "grown", configs=COMPACTED)
        produce_keys(connection, "grown", rounds(40, 50))
        close_segment(connection, "grown")
        assert len(read_topic(connection, "grown")) == 2003
    assert "compacting" not in broker.log()


@pytest.mark.own
def test_a_partition_moves_without_being_compacted_and_is_compacted_then(broker_factory, tmp_path):
    dirs = [str(tmp_path / name) for name in ("one", "two")]
    broker = broker_factory.start({
        **FAST, "log.dirs": ",".join(dirs), "replica.alter.log.dirs.io.max.bytes.per.second": 0})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "moved", configs={**COMPACTED, "cleanup.policy": "delete"})
        produce_keys(connection, "moved", rounds(40, 50))
        close_segment(connection, "moved")
        here = dirs[0] if os.path.isdir(dirs[0] + "/moved-0") else dirs[1]
        there = dirs[1 - dirs.index(here)]
        answer = connection.call("AlterReplicaLogDirs", 2, dirs=[
            {"path": there, "topics": [{"name": "moved", "partitions": [0]}]}])
        assert answer["results"][0]["partitions"][0]["errorCode"] == 0
        wire.set_topic_config(connection, "moved", cleanup_policy="compact")
        wire.create_topic(connection, "other", configs=COMPACTED)
        for _ in range(2):  # the cleaner has looked at all topics, and again
            produce_keys(connection, "other", rounds(40, 50))
            close_segment(connection, "other")
            wait_until(lambda: len(read_topic(connection, "other")) < 500, 60, "it compacts others")
        assert len(read_topic(connection, "moved")) == 2003, "it waits for the move"
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": 4, "resourceName": "", "configs": [
                {"name": "replica.alter.log.dirs.io.max.bytes.per.second", "configOperation": 0,
                 "value": "1000000000"}]}])
        assert answer["responses"][0]["errorCode"] == 0, answer
        wait_until(lambda: len(read_topic(connection, "moved")) < 500, 60, "it is compacted")
        assert os.path.isdir(there + "/moved-0")
        found = latest(read_topic(connection, "moved"))
        assert all(found[b"key %d" % k].startswith(b"%d 39 " % k) for k in range(50))
