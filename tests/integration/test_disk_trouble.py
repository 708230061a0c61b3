"""Disks that are full, read-only, missing, or hold something spoilt."""

import os
import random
import shutil
import subprocess
import threading

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from support import batches, disks, wire
from support.waiting import wait_until

KAFKA_STORAGE_ERROR = 56
INDEXED = 700
INDEX, TIME_INDEX = "00000000000000000000.index", "00000000000000000000.timeindex"

pytestmark = pytest.mark.own  # a Kafka broker halts when its only log directory fails


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 MiB in memory. Mounting one needs root."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "barnabas-test", folder],
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        pytest.fail("this test mounts a small tmpfs and must run as root: " + done.stderr.decode())
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_refuses_produce_and_nothing_else(small_disk, broker_factory):
    broker = broker_factory.start({
        "log.dirs": small_disk / "data", "log.segment.bytes": 4 << 20,
        "log.index.size.max.bytes": 65536, "log.retention.check.interval.ms": 500,
        "log.initial.task.delay.ms": 0,
        "log.segment.delete.delay.ms": 0})
    ballast = small_disk / "ballast"
    batch = batches.build([(b"k", os.urandom(500_000))])
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "filled")
        stored = 0
        for _ in range(20):
            assert wire.produce(connection, "filled", batch)["errorCode"] == 0
            stored += 1
        fill(ballast)

        answers = [wire.produce(connection, "filled", batch) for _ in range(10)]
        refused = [answer for answer in answers if answer["errorCode"] != 0]
        stored += len(answers) - len(refused)
        assert refused, "ten more batches cannot fit"
        for answer in refused:
            assert answer["errorCode"] == KAFKA_STORAGE_ERROR
            assert answer["errorMessage"], "a sentence says why"

        # everything else goes on
        assert offsets_of(connection, "filled") == list(range(stored))
        assert wire.end_offset(connection, "filled") == stored
        described = connection.call("DescribeConfigs", 4, resources=[
            {"resourceType": 2, "resourceName": "filled", "configurationKeys": None}])
        assert described["results"][0]["errorCode"] == 0
        assert wire.metadata(connection, ["filled"])["topics"][0]["partitions"][0]["leaderId"] == 1

        # and when there is room it recovers by itself
        ballast.unlink()
        wait_until(lambda: wire.produce(connection, "filled", batch)["errorCode"] == 0, 30,
                   "produce is taken again")
        end = wire.end_offset(connection, "filled")
        assert end == stored + 1
        last = wire.fetch(connection, "filled", offset=end - 1)
        assert batches.read_all(last["records"])[-1].offset == end - 1
    assert "space" in broker.log().lower(), "the log says what the trouble is"


def test_produce_is_refused_before_the_disk_is_full(small_disk, broker_factory):
    """log.dir.min.free.bytes stays free, and what is created meanwhile takes no records either."""
    broker = broker_factory.start({"log.dirs": small_disk / "data",
                                   "log.dir.min.free.bytes": 20 << 20})
    ballast = small_disk / "ballast"
    batch = batches.build([(b"k", b"v")])
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "early")
        assert wire.produce(connection, "early", batch)["errorCode"] == 0
        ballast.write_bytes(bytes(50 << 20))
        refused = wait_until(lambda: (a := wire.produce(connection, "early", batch))["errorCode"]
                             and a, 10, "produce is refused")
        assert refused["errorCode"] == KAFKA_STORAGE_ERROR
        assert "log.dir.min.free.bytes" in refused["errorMessage"]
        stored = wire.end_offset(connection, "early")
        assert wire.create_topic(connection, "late")["errorCode"] == 0
        wait_until(lambda: wire.produce(connection, "late", batch)["errorCode"] != 0, 10,
                   "the new topic takes no records either")
        assert offsets_of(connection, "early") == list(range(stored))
        ballast.unlink()
        for topic in ("early", "late"):
            wait_until(lambda t=topic: wire.produce(connection, t, batch)["errorCode"] == 0, 10,
                       "produce is taken again")


def test_groups_and_transactions_go_on_where_produce_is_refused(small_disk, broker_factory):
    """A consumer that finds no coordinator could neither join nor commit what it has read."""
    broker = broker_factory.start({"log.dirs": small_disk / "data",
                                   "log.dir.min.free.bytes": 20 << 20,
                                   "group.initial.rebalance.delay.ms": 0})
    ballast = small_disk / "ballast"
    batch = batches.build([(b"k", b"v")] * 50)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "t"})
    producer.init_transactions(30)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "read")
        assert wire.produce(connection, "read", batch)["errorCode"] == 0
        producer.begin_transaction()
        producer.produce("read", b"in a transaction")
        assert producer.flush(30) == 0
        ballast.write_bytes(bytes(50 << 20))
        refused = wait_until(lambda: (a := wire.produce(connection, "read", batch))["errorCode"]
                             and a, 10, "produce is refused")
        assert f"mounted at {small_disk}, has " in refused["errorMessage"], refused
        producer.commit_transaction(30)
        end = wire.end_offset(connection, "read")
    assert consume_and_commit(broker, 0)[-1] == end - 2, "behind it is the marker"
    assert consume_and_commit(broker, 20)[0] == 20, "the group goes on where it was"


def consume_and_commit(broker, begin):
    """Reads what is committed from where the group was to the end; commits `begin` + 20."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "readers",
                         "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "enable.partition.eof": True})
    consumer.subscribe(["read"])
    found = []
    while (message := consumer.poll(30)) is not None and message.error() is None:
        found.append(message.offset())
    assert message is not None and message.error().code() == KafkaError._PARTITION_EOF, message
    consumer.commit(offsets=[TopicPartition("read", 0, begin + 20)], asynchronous=False)
    consumer.close()
    return found


def offsets_of(connection, topic):
    """The offset of every record, fetch after fetch: one brings no more than a segment has."""
    found, end = [], wire.end_offset(connection, topic)
    while len(found) < end:
        fetched = wire.fetch(connection, topic, offset=len(found), partition_max_bytes=8 << 20)
        assert fetched["errorCode"] == 0
        found += [record.offset for record in batches.read_all(fetched["records"])]
    return found


def test_room_can_be_made_through_the_protocol(small_disk, broker_factory):
    """On the full disk records are deleted, or a topic: then there is room again."""
    broker = broker_factory.start({
        "log.dirs": small_disk / "data", "log.segment.bytes": 4 << 20,
        "log.index.size.max.bytes": 65536, "log.retention.check.interval.ms": 500,
        "log.initial.task.delay.ms": 0,
        "log.segment.delete.delay.ms": 100})
    batch = batches.build([(b"k", os.urandom(500_000))])
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "old")
        wire.create_topic(connection, "new")
        for _ in range(40):
            assert wire.produce(connection, "old", batch)["errorCode"] == 0
        fill(small_disk / "ballast")
        wait_until(lambda: wire.produce(connection, "new", batch)["errorCode"] != 0, 30,
                   "the disk is full")
        answer = connection.call("DeleteTopics", 5, topicNames=["old"], timeoutMs=10_000)
        assert answer["responses"][0]["errorCode"] == 0
        wait_until(lambda: wire.produce(connection, "new", batch)["errorCode"] == 0, 60,
                   "produce is taken again")


def test_a_broker_starts_on_a_full_disk(small_disk, broker_factory):
    broker = broker_factory.start({"log.dirs": small_disk / "data",
                                   "log.index.size.max.bytes": 65536})
    batch = batches.build([(b"k", bytes(100_000))])
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept")
        for _ in range(10):
            assert wire.produce(connection, "kept", batch)["errorCode"] == 0
    fill(small_disk / "ballast")
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        fetched = wire.fetch(connection, "kept", partition_max_bytes=60 << 20)
        assert len(batches.read_all(fetched["records"])) == 10


class Load:
    """Produces numbered values to one partition, and notes what became of them."""

    def __init__(self, broker, partition):
        self.broker, self.partition = broker, partition
        self.acknowledged, self.refused, self.stopping, self.failure = {}, 0, False, None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            with wire.connected(self.broker) as connection:
                while not self.stopping:
                    value = b"%d-%d " % (self.partition, len(self.acknowledged)) + os.urandom(
                        random.randrange(50_000))
                    answer = wire.produce(connection, "filled", batches.build([(b"k", value)]),
                                          self.partition)
                    if answer["errorCode"] == 0:
                        self.acknowledged[answer["baseOffset"]] = value
                    else:
                        assert answer["errorCode"] == KAFKA_STORAGE_ERROR, answer
                        self.refused += 1
        except Exception as error:  # noqa: BLE001 shown by stop()
            self.failure = repr(error)

    def stop(self):
        self.stopping = True
        self.thread.join(60)
        assert self.failure is None and not self.thread.is_alive(), self.failure


def test_a_disk_is_filled_and_emptied_again_and_again_under_load(broker_factory, tmp_path):
    """Writes end in the middle of a batch, new segments and indexes cannot be made."""
    with disks.disk(tmp_path / "ext4") as disk:
        broker = broker_factory.start({
            "log.dirs": disk.folder / "data", "log.segment.bytes": 1 << 20,
            "log.index.size.max.bytes": 65536, "log.dir.min.free.bytes": 0,
            "log.retention.bytes": 6 << 20, "log.retention.check.interval.ms": 200,
            "log.initial.task.delay.ms": 0, "log.segment.delete.delay.ms": 0})
        ballast = disk.folder / "ballast"
        with wire.connected(broker) as connection:
            wire.create_topic(connection, "filled", 3)
            loads = [Load(broker, partition) for partition in range(3)]
            try:
                for _ in range(5):
                    stored = [len(load.acknowledged) for load in loads]
                    wait_until(lambda s=stored: all(
                        load.failure or len(load.acknowledged) > before + 60
                        for load, before in zip(loads, s)), 60, "all are taken")
                    refused = [load.refused for load in loads]
                    fill(ballast)
                    wait_until(lambda r=refused: all(
                        load.failure or load.refused > before
                        for load, before in zip(loads, r)), 60, "all are refused")
                    ballast.unlink()
            finally:
                for load in loads:
                    load.stop()
            for load in loads:
                assert_stored(connection, load)
        broker.kill()
        broker.start()
        with wire.connected(broker) as connection:
            for load in loads:
                assert_stored(connection, load)
        broker.stop()


def assert_stored(connection, load):
    """From the log's start on: each offset once, and what was acknowledged in its place."""
    at = start = wire.list_offset(connection, "filled", load.partition, -2)["offset"]
    end = wire.end_offset(connection, "filled", load.partition)
    assert start < end and max(load.acknowledged) < end
    while at < end:
        fetched = wire.fetch(connection, "filled", load.partition, at)
        assert fetched["errorCode"] == 0, fetched
        for record in batches.read_all(fetched["records"]):
            assert record.offset == at, f"{record.offset} instead of {at}"
            assert record.value == load.acknowledged.get(at, record.value)
            at += 1


def fill(path):
    """Takes all the room that is left."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def test_a_missing_log_directory_is_made(broker_factory, tmp_path):
    deep = tmp_path / "not" / "there" / "yet"
    broker = broker_factory.start({"log.dirs": deep})
    assert (deep / "meta.properties").exists()
    broker.stop()


def test_a_log_directory_that_cannot_be_made_is_refused_with_a_sentence(broker_factory, tmp_path):
    (tmp_path / "file").write_text("in the way")
    broker = broker_factory.make({"log.dirs": tmp_path / "file" / "data"})
    broker.launch()
    assert broker.wait(30) != 0
    assert str(tmp_path / "file" / "data") in broker.log()


def test_a_read_only_log_directory_is_refused_with_a_sentence(broker_factory, small_disk):
    folder = small_disk / "data"
    folder.mkdir()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    broker = broker_factory.make({"log.dirs": folder})
    broker.launch()
    assert broker.wait(30) != 0
    said = broker.log()
    assert str(folder) in said and "ead-only" in said, said


def test_one_bad_log_directory_of_two_does_not_stop_the_other(broker_factory, tmp_path):
    (tmp_path / "file").write_text("in the way")
    broker = broker_factory.make({"log.dirs": f"{tmp_path / 'good'},{tmp_path / 'file' / 'bad'}"})
    broker.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept", 4)
        assert wire.produce(connection, "kept", batches.build([(b"k", b"v")]), 3)["errorCode"] == 0



def spoil_garbage(path):
    path.write_bytes(os.urandom(max(path.stat().st_size, 120)))


def spoil_empty(path):
    path.write_bytes(b"")


def spoil_missing(path):
    path.unlink()


def spoil_odd(path):
    path.write_bytes(path.read_bytes() + b"\x01\x02\x03")


def spoil_backwards(path):
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 2:] + data[:len(data) // 2])


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.parametrize("file", [INDEX, TIME_INDEX])
@pytest.mark.parametrize("spoil", [spoil_garbage, spoil_empty, spoil_missing, spoil_odd,
                                   spoil_backwards], ids=lambda f: f.__name__)
def test_a_spoilt_index_is_rebuilt(broker_factory, spoil, file, end):
    """700 entries: Barnabas writes an index in blocks of 4 KiB, and some blocks must be there."""
    broker = broker_factory.start({"log.index.interval.bytes": 100})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "indexed", configs={"retention.ms": "-1"})  # they are old
        for offset in range(INDEXED):
            batch = batches.build([batches.Record(b"k", bytes(300), timestamp=1000 + offset)])
            assert wire.produce(connection, "indexed", batch)["errorCode"] == 0
    getattr(broker, end)()
    spoil(broker.data / "indexed-0" / file)
    broker.start()
    with wire.connected(broker) as connection:
        for offset in (0, 1, INDEXED // 2, INDEXED - 1):
            fetched = wire.fetch(connection, "indexed", offset=offset, partition_max_bytes=1)
            assert batches.read_all(fetched["records"])[0].offset == offset
            found = wire.list_offset(connection, "indexed", 0, 1000 + offset)
            assert (found["offset"], found["timestamp"]) == (offset, 1000 + offset)
        answer = wire.produce(connection, "indexed", batches.build([(b"k", b"v")]))
        assert (answer["errorCode"], answer["baseOffset"]) == (0, INDEXED)


@pytest.mark.parametrize("cut", [1, 30, 61, 200])
def test_a_torn_tail_is_cut_and_said(broker_factory, cut):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "torn")
        for _ in range(10):
            wire.produce(connection, "torn", batches.build([(b"k", os.urandom(300))]))
    broker.kill()
    segment = broker.data / "torn-0" / "00000000000000000000.log"
    size = segment.stat().st_size
    os.truncate(segment, size - cut)
    broker.start()
    with wire.connected(broker) as connection:
        assert wire.end_offset(connection, "torn") == 9
        fetched = wire.fetch(connection, "torn")
        assert [r.offset for r in batches.read_all(fetched["records"])] == list(range(9))
        answer = wire.produce(connection, "torn", batches.build([(b"k", b"v")]))
        assert (answer["errorCode"], answer["baseOffset"]) == (0, 9)
    assert "torn-0" in broker.log_of_this_run(), "the log says what was cut"


def test_a_lost_checkpoint_loses_no_record(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept")
        for _ in range(10):
            wire.produce(connection, "kept", batches.build([(b"k", b"v")]))
    broker.stop()
    for path in broker.data.glob("*-checkpoint"):
        path.write_text("this is no checkpoint\n")
    broker.start()
    with wire.connected(broker) as connection:
        assert len(batches.read_all(wire.fetch(connection, "kept")["records"])) == 10


def test_a_lost_partition_folder_does_not_stop_the_others(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "lost")
        wire.create_topic(connection, "kept")
        wire.produce(connection, "kept", batches.build([(b"k", b"v")]))
    broker.stop()
    shutil.rmtree(broker.data / "lost-0")
    broker.start()
    with wire.connected(broker) as connection:
        assert len(batches.read_all(wire.fetch(connection, "kept")["records"])) == 1
