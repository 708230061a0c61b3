"""Log directories whose disk fails while the broker runs: what goes offline, and what goes on."""

import shutil
import signal
import subprocess
import threading
import time
import urllib.request

import pytest
from support import batches, disks, wire
from support.ports import free_port
from support.waiting import wait_until

KAFKA_STORAGE_ERROR, LEADER_NOT_AVAILABLE = 56, 5
TOPIC = "spread"
STOP_S = 80  # systemd kills after 90

pytestmark = pytest.mark.own  # a Kafka broker cannot take a directory back


@pytest.fixture
def disk(tmp_path):
    with disks.disk(tmp_path / "bad") as made:
        yield made


def start(broker_factory, tmp_path, disk, first="good", **overrides):
    """A broker with a good and a bad directory, and a topic with two partitions in each."""
    good, bad = tmp_path / "good", disk.folder / "data"
    order = (good, bad) if first == "good" else (bad, good)
    broker = broker_factory.start({
        "log.dirs": ",".join(map(str, order)), "log.flush.scheduler.interval.ms": 200,
        "log.initial.task.delay.ms": 0,
        "log.dir.min.free.bytes": 0, "log.index.size.max.bytes": 65536, **overrides})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, TOPIC, 4)
    broker.good, broker.bad = good, bad
    broker.in_good = [p for p in range(4) if (good / f"{TOPIC}-{p}").exists()]
    broker.in_bad = [p for p in range(4) if (bad / f"{TOPIC}-{p}").exists()]
    assert len(broker.in_good) == len(broker.in_bad) == 2
    return broker


class Load:
    """Produces to one partition until it is told to stop, and remembers what was acknowledged."""

    def __init__(self, broker, partition):
        self.broker, self.partition = broker, partition
        self.acknowledged, self.errors, self.stopping = [], [], False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        number = 0
        with wire.connected(self.broker) as connection:
            while not self.stopping:
                value = b"%d-%d" % (self.partition, number)
                number += 1
                answer = wire.produce(connection, TOPIC, batches.build([(b"k", value)]),
                                      self.partition)
                if answer["errorCode"] == 0:
                    self.acknowledged.append((answer["baseOffset"], value))
                else:
                    self.errors.append((answer["errorCode"], answer["errorMessage"]))

    def wait_for(self, count):
        wait_until(lambda: len(self.acknowledged) >= count, 30, f"{count} acknowledgements")

    def stop(self):
        self.stopping = True
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture
def loads():
    made = []

    def begin(broker):
        made.extend(Load(broker, partition) for partition in range(4))
        return made
    yield begin
    for load in made:
        load.stop()


def contents(connection, partition):
    found, end = [], wire.end_offset(connection, TOPIC, partition)
    while (found[-1][0] + 1 if found else 0) < end:
        start_at = found[-1][0] + 1 if found else 0
        fetched = wire.fetch(connection, TOPIC, partition, offset=start_at)
        assert fetched["errorCode"] == 0
        records = batches.read_all(fetched["records"])
        assert records, f"nothing at {start_at} of {end}"
        found += [(r.offset, r.value) for r in records if r.offset >= start_at]
    return found


def recovery_points(directory):
    """What the broker knows to be on the medium, by partition of the topic."""
    file = directory / "recovery-point-offset-checkpoint"
    lines = file.read_text().splitlines()[2:] if file.exists() else []
    return {int(number): int(offset) for topic, number, offset in map(str.split, lines)
            if topic == TOPIC}


def directory_errors(connection):
    answer = connection.call("DescribeLogDirs", 4, topics=None)
    return {result["logDir"]: result["errorCode"] for result in answer["results"]}


def is_offline(connection, broker):
    return directory_errors(connection)[str(broker.bad)] == KAFKA_STORAGE_ERROR


def offline_partitions(connection):
    return sorted(p["partitionIndex"]
                  for p in wire.metadata(connection, [TOPIC])["topics"][0]["partitions"]
                  if p["errorCode"] != 0)


def check_offline(broker, metrics=None):
    """Exactly the bad directory's partitions are offline, in every answer that tells."""
    with wire.connected(broker) as connection:
        wait_until(lambda: is_offline(connection, broker), 20, "the directory is offline")
        assert directory_errors(connection) == {str(broker.good): 0,
                                                str(broker.bad): KAFKA_STORAGE_ERROR}
        wait_until(lambda: offline_partitions(connection) == sorted(broker.in_bad), 20,
                   "what is in it is said to be offline soon after")
        for partition in wire.metadata(connection, [TOPIC])["topics"][0]["partitions"]:
            bad = partition["partitionIndex"] in broker.in_bad
            assert partition["errorCode"] == (LEADER_NOT_AVAILABLE if bad else 0)
            assert partition["leaderId"] == (-1 if bad else 1)
            assert partition["offlineReplicas"] == ([1] if bad else [])
        batch = batches.build([(b"k", b"v")])
        for partition in broker.in_bad:
            refused = wire.produce(connection, TOPIC, batch, partition)
            assert refused["errorCode"] == KAFKA_STORAGE_ERROR
            assert str(broker.bad) in refused["errorMessage"]
            assert wire.fetch(connection, TOPIC, partition)["errorCode"] == KAFKA_STORAGE_ERROR
            assert (wire.list_offset(connection, TOPIC, partition, -1)["errorCode"]
                    == KAFKA_STORAGE_ERROR)
        for partition in broker.in_good:
            assert wire.produce(connection, TOPIC, batch, partition)["errorCode"] == 0
    lines = [line for line in broker.log_of_this_run().splitlines() if " error " in line]
    assert len([line for line in lines if "is offline" in line and str(broker.bad) in line]) == 1
    if metrics:
        page = urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=10)
        text = page.read().decode()
        assert f'barnabas_log_dir_online{{dir="{broker.bad}"}} 0' in text
        assert f'barnabas_log_dir_online{{dir="{broker.good}"}} 1' in text


def test_a_disk_that_fails_under_load_takes_its_own_partitions_alone(
        broker_factory, tmp_path, disk, loads):
    port = free_port()
    broker = start(broker_factory, tmp_path, disk, **{
        "metrics.listeners": f"127.0.0.1:{port}", "log.flush.interval.ms": 50,
        "replica.high.watermark.checkpoint.interval.ms": 100})
    load = loads(broker)
    for one in load:
        one.wait_for(50)
    durable = wait_until(lambda: all((points := recovery_points(broker.bad)).get(p, 0) > 50
                                     for p in broker.in_bad) and points, 30, "some are durable")
    disk.fail()
    for one in load:
        if one.partition in broker.in_bad:
            wait_until(lambda one=one: one.errors, 30, "the failure is noticed")
    seen = {one.partition: len(one.acknowledged) for one in load}
    check_offline(broker, port)
    for one in load:
        if one.partition in broker.in_good:
            one.wait_for(seen[one.partition] + 50)
        one.stop()
    with wire.connected(broker) as connection:
        for one in load:
            if one.partition in broker.in_good:
                assert not one.errors
                assert set(one.acknowledged) <= set(contents(connection, one.partition))
            else:
                assert {code for code, _ in one.errors} == {KAFKA_STORAGE_ERROR}
    assert broker.stop() == 0
    disk.mend()
    assert not (broker.bad / ".kafka_cleanshutdown").exists()
    assert (broker.good / ".kafka_cleanshutdown").exists()
    broker.start()
    with wire.connected(broker) as connection:
        for one in load:
            stored = contents(connection, one.partition)
            assert [offset for offset, _ in stored] == list(range(len(stored)))
            if one.partition in broker.in_good:
                assert set(one.acknowledged) <= set(stored)
            else:
                assert len(stored) >= durable[one.partition]


@pytest.mark.parametrize("first", ["good", "bad"])
def test_a_directory_that_was_mended_is_taken_back(broker_factory, tmp_path, disk, loads, first):
    """Unmounted, checked, mounted again, as an administrator does it: the broker let its files go."""
    broker = start(broker_factory, tmp_path, disk, first=first, **{
        "log.flush.interval.ms": 50, "replica.high.watermark.checkpoint.interval.ms": 100,
        "log.dir.retry.interval.ms": 300})
    load = loads(broker)
    durable = wait_until(lambda: all((points := recovery_points(broker.bad)).get(p, 0) > 50
                                     for p in broker.in_bad) and points, 30, "some are durable")
    disk.fail()
    check_offline(broker)
    wait_until(lambda: mended(disk), 20, "the disk can be unmounted")
    with wire.connected(broker) as connection:
        wait_until(lambda: set(directory_errors(connection).values()) == {0}, 30, "it is back")
        seen = {one.partition: len(one.acknowledged) for one in load}
        for one in load:
            one.wait_for(seen[one.partition] + 20)
            one.stop()
        for one in load:
            stored = contents(connection, one.partition)
            assert [offset for offset, _ in stored] == list(range(len(stored)))
            late = set(one.acknowledged[seen[one.partition]:])
            assert late and late <= set(stored)
            if one.partition in broker.in_good:
                assert set(one.acknowledged) <= set(stored) and not one.errors
            else:
                assert len(stored) >= durable[one.partition]
        assert wire.create_topic(connection, "more")["errorCode"] == 0
        for partition in wire.metadata(connection, [TOPIC])["topics"][0]["partitions"]:
            assert (partition["errorCode"], partition["leaderId"]) == (0, 1)
    assert f"log directory {broker.bad} is back with 2 partitions" in broker.log()
    assert broker.stop() == 0
    broker.start()
    with wire.connected(broker) as connection:
        assert len(wire.metadata(connection)["topics"]) == 2


def mended(disk):
    try:
        disk.mend()
    except AssertionError:
        return False  # still in use
    return True


def test_another_disk_is_not_taken_for_the_one_that_failed(broker_factory, tmp_path, disk):
    broker = start(broker_factory, tmp_path, disk, **{"log.dir.retry.interval.ms": 200})
    disk.fail()
    with wire.connected(broker) as connection:
        wire.produce(connection, TOPIC, batches.build([(b"k", b"v")]), broker.in_bad[0])
    check_offline(broker)
    wait_until(lambda: mended(disk), 20, "the disk can be unmounted")
    disk.unmount()
    broker.bad.mkdir()  # where the disk should be mounted
    wait_until(lambda: "not the directory that failed" in broker.log(), 20, "it is told apart")
    check_offline(broker)
    broker.bad.rmdir()
    disk.mount()
    with wire.connected(broker) as connection:
        wait_until(lambda: not is_offline(connection, broker), 20, "the right one is taken back")


def test_a_failed_sync_is_noticed_though_writes_succeed(broker_factory, tmp_path):
    """Under the file system there is no room: what the page cache took never reaches the medium."""
    with disks.disk(tmp_path / "thin", size_mib=96, memory_mib=24) as thin:
        broker = start(broker_factory, tmp_path, thin, **{"log.flush.interval.ms": 100})
        batch = batches.build([(b"k", bytes(900_000))])
        with wire.connected(broker) as connection:
            answer = {"errorCode": 0}
            for _ in range(80):
                if answer["errorCode"] == 0:
                    answer = wire.produce(connection, TOPIC, batch, broker.in_bad[0])
        check_offline(broker)
        assert "sync" in broker.log() or "write" in broker.log()
        broker.stop()


def test_a_stop_does_not_wait_for_a_disk_that_hangs(broker_factory, tmp_path, disk, loads):
    """The file system is frozen: nothing that is written to it ends. The others stop in order."""
    broker = start(broker_factory, tmp_path, disk)
    load = loads(broker)
    for one in load:
        one.wait_for(20)
    for one in load:
        one.stop()  # what a shard appends would not even reach the page cache
    subprocess.run(["fsfreeze", "--freeze", disk.folder], check=True)
    try:
        began = time.monotonic()
        broker.process.send_signal(signal.SIGTERM)
        # It cannot be gone before its threads are, which the kernel keeps.
        wait_until(lambda: "the process ends without waiting" in broker.log(), STOP_S,
                   "the broker gives up the disk")
        took = time.monotonic() - began
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", disk.folder], check=True)
    assert broker.wait(20) == 1
    assert took < STOP_S
    last = [line for line in broker.log().splitlines() if "the process ends" in line][-1]
    assert str(broker.bad) in last and str(broker.good) not in last
    assert (broker.good / ".kafka_cleanshutdown").exists()
    assert not (broker.bad / ".kafka_cleanshutdown").exists()
    broker.start()
    with wire.connected(broker) as connection:
        for one in load:
            assert set(one.acknowledged) <= set(contents(connection, one.partition))


def test_a_disk_that_is_taken_away_under_load_comes_back_with_what_was_acknowledged(
        broker_factory, tmp_path, disk, loads):
    """acks=all and one replica: what was acknowledged is on the disk, wherever the disk is."""
    broker = start(broker_factory, tmp_path, disk, **{"log.dir.retry.interval.ms": 300})
    load = loads(broker)
    for one in load:
        one.wait_for(100)
    disk.take_away()
    check_offline(broker)
    seen = {one.partition: len(one.acknowledged) for one in load}
    for one in load:
        if one.partition in broker.in_good:
            one.wait_for(seen[one.partition] + 50)
    disk.mount()
    with wire.connected(broker) as connection:
        wait_until(lambda: not is_offline(connection, broker), 30, "it is back")
    for one in load:
        one.wait_for(seen[one.partition] + 100)
        one.stop()
    with wire.connected(broker) as connection:
        for one in load:
            stored = contents(connection, one.partition)
            assert [offset for offset, _ in stored] == list(range(len(stored)))
            assert set(one.acknowledged) <= set(stored)
            codes = {code for code, _ in one.errors}
            assert codes == (set() if one.partition in broker.in_good else {KAFKA_STORAGE_ERROR})


def test_a_directory_that_is_removed_is_missed_at_once(broker_factory, tmp_path, disk):
    broker = start(broker_factory, tmp_path, disk)
    shutil.rmtree(broker.bad)
    check_offline(broker)
    assert broker.stop() == 0


def test_the_directory_of_the_clusters_state_fails(broker_factory, tmp_path, disk):
    broker = start(broker_factory, tmp_path, disk, first="bad")
    assert (broker.bad / "cluster.db").exists()
    disk.fail()
    with wire.connected(broker) as connection:
        wire.produce(connection, TOPIC, batches.build([(b"k", b"v")]), broker.in_bad[0])
    check_offline(broker)
    with wire.connected(broker) as connection:
        refused = wire.create_topic(connection, "more")
        assert refused["errorCode"] == KAFKA_STORAGE_ERROR
        assert str(broker.bad) in refused["errorMessage"]
        refused = connection.call("DeleteTopics", 5, topicNames=[TOPIC], timeoutMs=10_000)
        assert refused["responses"][0]["errorCode"] == KAFKA_STORAGE_ERROR
        described = connection.call("DescribeConfigs", 4, resources=[
            {"resourceType": 2, "resourceName": TOPIC, "configurationKeys": None}])
        assert described["results"][0]["errorCode"] == 0
    assert broker.stop() == 0
    # It does not begin as a new cluster in what is left.
    disk.unmount()
    broker.launch()
    assert broker.wait(30) != 0
    assert "cluster.db" in broker.log_of_this_run()


def test_the_broker_ends_when_its_last_directory_fails(broker_factory, tmp_path, disk):
    broker = broker_factory.start({"log.dirs": disk.folder / "data"})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, TOPIC)
        disk.fail()
        try:
            wire.produce(connection, TOPIC, batches.build([(b"k", b"v")]))
        except (wire.Closed, OSError):
            pass  # it was faster
    assert broker.wait(30) == 1
    assert "every log directory has failed" in broker.log()
