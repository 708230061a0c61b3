"""AlterReplicaLogDirs under load, and broken off by SIGKILL; cordoned directories."""

import os
import pathlib
import random
import threading
import time

import pytest
from support import batches, wire
from support.waiting import wait_until

TOPIC = "moved"
SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 32)))
KILLS = 100 if os.environ.get("BARNABAS_LONG") else 8
RATE = "replica.alter.log.dirs.io.max.bytes.per.second"
NOT_LEADER_YET = (3, 5, 6)  # after a start
LOG_DIR_NOT_FOUND, INVALID_REPLICATION_FACTOR = 57, 38

pytestmark = pytest.mark.own


@pytest.fixture
def start(broker_factory, tmp_path):
    def begin(**overrides):
        broker = broker_factory.make({
            "log.dirs": f"{tmp_path / 'a'},{tmp_path / 'b'}", "log.segment.bytes": 1 << 20,
            "log.index.size.max.bytes": 65536, "log.segment.delete.delay.ms": 100, **overrides})
        broker.dirs = [str(tmp_path / "a"), str(tmp_path / "b")]
        broker.start()
        with wire.connected(broker) as connection:
            wire.create_topic(connection, TOPIC)
        return broker
    return begin


def move(connection, directory, partition=0, topic=TOPIC, version=2):
    answer = connection.call("AlterReplicaLogDirs", version, dirs=[
        {"path": directory, "topics": [{"name": topic, "partitions": [partition]}]}])
    return answer["results"][0]["partitions"][0]["errorCode"]


def where(connection, partition=0):
    """The directory that the partition is in, and the one that it is on its way to."""
    answer = connection.call("DescribeLogDirs", 5, topics=[
        {"topic": TOPIC, "partitions": [partition]}])
    now = future = None
    for result in answer["results"]:
        assert result["errorCode"] == 0
        for log in [log for topic in result["topics"] for log in topic["partitions"]]:
            if log["isFutureKey"]:
                assert future is None
                future = result["logDir"]
            else:
                assert now is None, f"in {now} and in {result['logDir']}"
                now, size = result["logDir"], log["partitionSize"]
    assert now is not None and size >= 0
    return now, future


class Load:
    """Produces numbered records one after the other, each number once."""

    def __init__(self, broker, size=2000):
        self.broker, self.size = broker, size
        self.acknowledged, self.refused, self.sent, self.stopping = [], [], 0, False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.stopping:
            try:
                with wire.connected(self.broker, deadline_s=20) as connection:
                    while not self.stopping:
                        value = b"%08d" % self.sent + os.urandom(self.size)
                        self.sent += 1
                        answer = wire.produce(connection, TOPIC, batches.build([(b"k", value)]))
                        if answer["errorCode"] == 0:
                            self.acknowledged.append((answer["baseOffset"], value))
                        elif answer["errorCode"] not in NOT_LEADER_YET:
                            self.refused.append(answer)
            except (OSError, wire.Closed):
                time.sleep(0.01)

    def stop(self):
        self.stopping = True
        self.thread.join(60)
        assert not self.thread.is_alive()


def contents(connection):
    found, end = [], wire.end_offset(connection, TOPIC)
    while len(found) < end:
        fetched = wire.fetch(connection, TOPIC, offset=len(found), partition_max_bytes=4 << 20)
        assert fetched["errorCode"] == 0, fetched["errorCode"]
        records = [r for r in batches.read_all(fetched["records"]) if r.offset >= len(found)]
        assert records, f"nothing at {len(found)} of {end}"
        found += [(r.offset, r.value) for r in records]
    return found


def check(load, stored):
    """Every record is there once, in order, and every acknowledged one at its place."""
    assert [offset for offset, _ in stored] == list(range(len(stored)))
    assert not load.refused
    numbers = [int(value[:8]) for _, value in stored]
    assert numbers == sorted(set(numbers)), "once, and in order"
    assert set(load.acknowledged) <= set(stored)


def test_a_partition_moves_while_it_is_written_and_read(start):
    broker = start()
    load = Load(broker)
    try:
        with wire.connected(broker) as connection:
            wait_until(lambda: len(load.acknowledged) > 500, 30, "there is something to move")
            for turn in range(6):
                target = broker.dirs[1 - broker.dirs.index(where(connection)[0])]
                before = len(load.acknowledged)
                assert move(connection, target, version=1 + turn % 2) == 0
                wait_until(lambda t=target: where(connection) == (t, None), 60, f"it is in {target}")
                wait_until(lambda b=before: len(load.acknowledged) > b + 50, 30, "it goes on")
                consumed = contents(connection)
                assert [offset for offset, _ in consumed] == list(range(len(consumed)))
    finally:
        load.stop()
    with wire.connected(broker) as connection:
        stored = contents(connection)
        check(load, stored)
        here = where(connection)[0]
        wait_until(lambda: folders(broker) == [f"{here}/{TOPIC}-0"], 10, "nothing else is left")
    assert broker.stop() == 0
    broker.start()
    with wire.connected(broker) as connection:
        assert contents(connection) == stored
        assert where(connection) == (here, None)


def folders(broker):
    return sorted(entry.path for directory in broker.dirs for entry in os.scandir(directory)
                  if entry.is_dir() and entry.name.startswith(TOPIC))


def test_sigkill_in_the_middle_of_a_move(start):
    """The one log or the other is there afterwards, never a mixture; the move goes on."""
    print(f"BARNABAS_SEED={SEED}")
    rng = random.Random(SEED)
    broker = start(**{RATE: 20_000_000})
    load = Load(broker, size=5000)
    try:
        wait_until(lambda: len(load.acknowledged) > 1000, 60, "there is something to move")
        interrupted = 0
        for turn in range(KILLS):
            with wire.connected(broker) as connection:
                now, future = where(connection)
                target = broker.dirs[1 - broker.dirs.index(now)]
                assert move(connection, target) == 0
                if turn % 2:
                    wait_until(lambda to=target: any("-future" in path for path in folders(broker))
                               or where(connection)[0] == to, 30, "it is moved")
                else:
                    time.sleep(rng.random() * 0.6)
            broker.kill()
            interrupted += any("-future" in path for path in folders(broker))
            broker.start()
            with wire.connected(broker) as connection:
                assert where(connection)[0] in broker.dirs
        assert interrupted >= KILLS // 3, f"{interrupted} of {KILLS} kills interrupted a move"
        with wire.connected(broker) as connection:
            wait_until(lambda: where(connection)[1] is None, 60, "what was begun is finished")
            end = wire.end_offset(connection, TOPIC)
            wait_until(lambda: len(load.acknowledged) and load.acknowledged[-1][0] > end + 5, 30,
                       "it goes on")
    finally:
        load.stop()
    with wire.connected(broker) as connection:
        check(load, contents(connection))
        here = where(connection)[0]
    wait_until(lambda: folders(broker) == [f"{here}/{TOPIC}-0"], 10, "nothing else is left")


def test_an_orderly_stop_in_the_middle_goes_on_where_it_was(start):
    broker = start(**{RATE: 50_000})  # 40 s if nobody stops it
    with wire.connected(broker) as connection:
        batch = batches.build([(b"k", os.urandom(100_000))])
        for _ in range(20):
            assert wire.produce(connection, TOPIC, batch)["errorCode"] == 0
        source = where(connection)[0]
        target = broker.dirs[1 - broker.dirs.index(source)]
        assert move(connection, target) == 0
        wait_until(lambda: where(connection) == (source, target), 10, "it is under way")
        wait_until(lambda: any(log.stat().st_size for log in pathlib.Path(target).glob(
            f"{TOPIC}-0.*-future/*.log")), 10, "some of it is copied")
    assert broker.stop() == 0
    broker.overrides[RATE] = 50_000_000
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: "goes on moving" in broker.log_of_this_run(), 10, "it goes on")
        wait_until(lambda: where(connection) == (target, None), 60, "it has moved")
        assert len(contents(connection)) == 20


def lags(connection):
    """{directory: offset lag} of the copies of the partition."""
    answer = connection.call("DescribeLogDirs", 5, topics=[
        {"topic": TOPIC, "partitions": [0]}])
    return {result["logDir"]: log["offsetLag"] for result in answer["results"]
            for topic in result["topics"] for log in topic["partitions"] if log["isFutureKey"]}


def test_a_move_waits_for_a_partition_that_is_offline_at_the_start(start, tmp_path):
    """Its copy was removed then, and the move forgotten."""
    broker = start(**{RATE: 300_000, "log.dir.retry.interval.ms": 200})
    to, origin = broker.dirs
    with wire.connected(broker) as connection:
        assert move(connection, origin) == 0
        wait_until(lambda: where(connection) == (origin, None), 60, "it is where it is to begin")
        for number in range(30):
            batch = batches.build([(b"k", b"%08d" % number + os.urandom(100_000))])
            assert wire.produce(connection, TOPIC, batch)["errorCode"] == 0
        assert move(connection, to) == 0
        assert where(connection) == (origin, to)
    assert broker.stop() == 0
    away = tmp_path / "away"
    os.rename(origin, away)
    pathlib.Path(origin).write_text("no directory")
    broker.start()
    with wire.connected(broker) as connection:
        wait_until(lambda: lags(connection) == {to: -1}, 20, "the move is known")
        pathlib.Path(origin).unlink()
        os.rename(away, origin)
        wait_until(lambda: f"{TOPIC}-0 goes on moving" in broker.log_of_this_run(), 30, "it goes on")
        wait_until(lambda: where(connection) == (to, None), 60, "it has moved")
        assert [int(value[:8]) for _, value in contents(connection)] == list(range(30))


def test_a_cordoned_directory_gets_nothing_new(start):
    broker = start()
    with wire.connected(broker) as connection:
        assert move(connection, broker.dirs[0] + "x") == LOG_DIR_NOT_FOUND
        cordon(connection, broker.dirs[0])
        answer = connection.call("DescribeLogDirs", 5, topics=None)
        assert {r["logDir"]: r["isCordoned"] for r in answer["results"]} == {
            broker.dirs[0]: True, broker.dirs[1]: False}
        for result in answer["results"]:
            assert result["totalBytes"] > result["usableBytes"] > 0
        wire.create_topic(connection, "elsewhere", 3)
        assert not list(os.scandir(broker.dirs[0])) or all(
            not entry.name.startswith("elsewhere") for entry in os.scandir(broker.dirs[0]))
        cordon(connection, "*")
        refused = wire.create_topic(connection, "nowhere")
        assert refused["errorCode"] == INVALID_REPLICATION_FACTOR
        assert "cordoned" in refused["errorMessage"]


def cordon(connection, value):
    answer = connection.call("IncrementalAlterConfigs", 1, validateOnly=False, resources=[
        {"resourceType": 4, "resourceName": "1", "configs": [
            {"name": "cordoned.log.dirs", "configOperation": 0, "value": value}]}])
    assert answer["responses"][0]["errorCode"] == 0, answer
