"""SIGKILL while segments are closed and given up, records are deleted, topics come and go."""

import os
import random
import re
import threading
import time

import pytest
from support import batches, wire
from support.waiting import wait_until

pytestmark = pytest.mark.own

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 32)))
KILLS = 100 if os.environ.get("BARNABAS_LONG") else 6
SEGMENT = 3000
RETENTION_MS = 400
RETENTION_BYTES = 30_000
NOT_LEADER_YET = (3, 5, 6)  # after a start
EARLIEST, OFFSET_OUT_OF_RANGE = -2, 1
FAST = {"log.retention.check.interval.ms": 20, "log.initial.task.delay.ms": 0,
        "log.segment.delete.delay.ms": 20, "replica.high.watermark.checkpoint.interval.ms": 50}
SMALL = {"internal.segment.bytes": str(SEGMENT), "index.interval.bytes": "200"}
TOPICS = {
    "kept": {**SMALL, "retention.ms": "-1"},
    "kept-by-time": {"segment.ms": "100", "retention.ms": "-1"},
    "by-size": {**SMALL, "retention.ms": "-1", "retention.bytes": str(RETENTION_BYTES)},
    "by-time": {**SMALL, "retention.ms": str(RETENTION_MS)},
    "trimmed": {**SMALL, "retention.ms": "-1"},
}


def value_of(number):
    return b"%08d " % number + b"v" * (number * 7919 % 400)


class Client:
    """A thread that does its work over and over; a broker that is down is waited for."""

    def __init__(self, broker):
        self.broker, self.ended, self.failure = broker, threading.Event(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def finish(self):
        self.ended.set()
        self.thread.join(60)
        assert self.failure is None and not self.thread.is_alive(), self.failure

    def _run(self):
        while not self.ended.is_set():
            try:
                with wire.connected(self.broker) as connection:
                    while not self.ended.is_set():
                        self.work(connection)
            except (OSError, wire.Closed):
                time.sleep(0.005)
            except Exception as error:  # noqa: BLE001 shown by finish()
                self.failure = repr(error)
                return


class Load(Client):
    """An idempotent producer with acks=all and one batch in flight: what was sent and not answered
    is sent again, with its sequence. So record n, of value_of(n), is at offset n, whatever happens.
    """

    def __init__(self, broker, topic, seed):
        super().__init__(broker)
        self.topic, self.random = topic, random.Random(seed)
        self.acknowledged, self.times = 0, []  # of batches: (first offset, timestamp)
        self.pending = None
        with wire.connected(broker) as connection:
            answer = connection.call("InitProducerId", 4, transactionalId=None,
                                     transactionTimeoutMs=60_000, producerId=-1, producerEpoch=-1)
        assert answer["errorCode"] == 0, answer
        self.producer = {"producer_id": answer["producerId"],
                         "producer_epoch": answer["producerEpoch"]}
        self.thread.start()

    def work(self, connection):
        if self.pending is None:
            numbers = range(self.acknowledged, self.acknowledged + self.random.randrange(1, 6))
            timestamp = int(time.time() * 1000)
            self.pending = numbers, timestamp, batches.build(
                [(b"%d" % n, value_of(n)) for n in numbers], timestamp=timestamp,
                base_sequence=numbers.start, **self.producer)
        numbers, timestamp, batch = self.pending
        answer = wire.produce(connection, self.topic, batch)
        if answer["errorCode"] in NOT_LEADER_YET:
            return
        assert (answer["errorCode"], answer["baseOffset"]) == (0, numbers.start), answer
        self.times.append((numbers.start, timestamp))
        self.acknowledged = numbers.stop
        self.pending = None


class Trimmer(Client):
    """Deletes records up to somewhere between what is there and what was acknowledged."""

    def __init__(self, broker, load, seed):
        super().__init__(broker)
        self.load, self.random = load, random.Random(seed)
        self.asked = self.answered = 0
        self.thread.start()

    def work(self, connection):
        before = self.random.randint(self.answered, self.load.acknowledged)
        self.asked = max(self.asked, before)
        answer = connection.call("DeleteRecords", 2, timeoutMs=30_000, topics=[
            {"name": self.load.topic, "partitions": [{"partitionIndex": 0, "offset": before}]}])
        (partition,) = answer["topics"][0]["partitions"]
        if partition["errorCode"] in NOT_LEADER_YET:
            return
        assert partition["errorCode"] == 0 and partition["lowWatermark"] >= before, answer
        self.answered = max(self.answered, partition["lowWatermark"])
        time.sleep(self.random.random() * 0.02)


def bounds(connection, topic, partition=0):
    start = wire.list_offset(connection, topic, partition, EARLIEST)
    assert start["errorCode"] == 0, start
    return start["offset"], wire.end_offset(connection, topic, partition)


def assert_records(connection, topic, start, end, partition=0):
    """Record n is at offset n. Where retention goes on meanwhile, it may begin later."""
    at = start
    while at < end:
        fetched = wire.fetch(connection, topic, partition, at)
        if fetched["errorCode"] == OFFSET_OUT_OF_RANGE:
            start, _ = bounds(connection, topic, partition)
            assert start > at, f"{topic}: {at} is not there, and the log begins at {start}"
            at = start
            continue
        assert fetched["errorCode"] == 0, fetched
        found = [r for r in batches.read_all(fetched["records"] or b"") if r.offset >= at]
        assert found, f"{topic}: nothing at {at} of {end}"
        for record in found:
            assert (record.offset, record.value) == (at, value_of(at)), f"{topic}: {record}, not {at}"
            at += 1


def size_of(connection, topic):
    answer = connection.call("DescribeLogDirs", 4, topics=[{"topic": topic, "partitions": [0]}])
    return answer["results"][0]["topics"][0]["partitions"][0]["partitionSize"]


class Watch:
    """What was seen of one topic: its start never goes back, and what is there is right."""

    def __init__(self, load):
        self.load, self.start, self.read_to = load, 0, 0

    def look(self, connection):
        acknowledged = self.load.acknowledged
        start, end = bounds(connection, self.load.topic)
        assert start >= self.start, f"{self.load.topic}: began at {self.start}, now at {start}"
        assert end >= acknowledged, f"{self.load.topic}: {acknowledged} acknowledged, {end} there"
        self.start = start
        return start, end

    def check(self, connection, trimmer):
        start, end = self.look(connection)
        topic, now = self.load.topic, time.time() * 1000
        if topic.startswith("kept"):
            assert start == 0
        elif topic == "by-size":
            assert start == 0 or size_of(connection, topic) >= RETENTION_BYTES
        elif topic == "by-time":
            young = [first for first, timestamp in self.load.times if timestamp >= now - RETENTION_MS]
            assert not young or start <= young[0], f"{start}, and {young[0]} is young"
        else:
            assert trimmer.answered <= start <= trimmer.asked
        assert_records(connection, topic, max(start, self.read_to - 200), end)
        self.read_to = end


def names_of(directory, *suffixes):
    return {f"{folder.name}/{name}" for folder in directory.iterdir() if folder.is_dir()
            for name in os.listdir(folder) if name.endswith(suffixes)}


def leftovers(directory):
    """Files of deleted segments, and what belongs to segments that are not there."""
    logs = {name[:-len(".log")] for name in names_of(directory, ".log")}
    starts = {}
    for folder, base in (name.split("/") for name in logs):
        starts[folder] = min(starts.get(folder, base), base)
    found = names_of(directory, ".deleted", ".swap", ".cleaned", ".tmp")
    for name in names_of(directory, ".index", ".timeindex", ".txnindex"):
        found |= set() if name.rpartition(".")[0] in logs else {name}
    for name in names_of(directory, ".snapshot"):
        folder, base = name.removesuffix(".snapshot").split("/")
        found |= set() if base >= starts[folder] else {name}
    return found


def assert_no_errors(broker):
    assert not [line for line in broker.log().splitlines() if " error " in line]


def test_killed_while_segments_are_closed_and_given_up(broker_factory):
    print(f"repeat with BARNABAS_SEED={SEED}")
    chance = random.Random(SEED)
    broker = broker_factory.start(FAST)
    with wire.connected(broker) as connection:
        for topic, configs in TOPICS.items():
            assert wire.create_topic(connection, topic, configs=configs)["errorCode"] == 0
    loads = [Load(broker, topic, SEED) for topic in TOPICS]
    watches = [Watch(load) for load in loads]
    trimmer = Trimmer(broker, loads[-1], SEED)
    try:
        for _ in range(KILLS):
            before = [load.acknowledged for load in loads]
            wait_until(lambda was=before: all(
                load.acknowledged > acknowledged + 30 or load.failure
                for load, acknowledged in zip(loads, was)), 60, "the load goes on")
            with wire.connected(broker) as connection:
                for watch in watches:
                    watch.look(connection)
            time.sleep(chance.random() * 0.1)  # the moment is what the test is about
            broker.kill()
            dead = names_of(broker.data, ".deleted")
            broker.start()
            with wire.connected(broker) as connection:
                for watch in watches:
                    watch.check(connection, trimmer)
            wait_until(lambda names=dead: not names & names_of(broker.data, ".deleted"), 20,
                       f"of {dead} nothing is left")
    finally:
        for client in (*loads, trimmer):
            client.finish()
    with wire.connected(broker) as connection:
        for watch in watches:
            watch.read_to = 0
            watch.check(connection, trimmer)
    wait_until(lambda: not leftovers(broker.data), 20, "nothing is left of deleted segments")
    for why in ("retention.bytes", "retention.ms", "log start offset"):
        assert re.search(rf"giving up the segment .* by its {why}", broker.log()), why
    assert len(names_of(broker.data, ".log")) > 20
    assert_no_errors(broker)


class Churn(Client):
    """Makes topics, writes to them, deletes them, and makes them again. What was under way when
    the broker ended, `doing`, has happened or not."""

    NAMES = ("a", "b", "c.d", "e-1")

    def __init__(self, broker, seed):
        super().__init__(broker)
        self.random = random.Random(seed)
        self.topics = {}  # name: [records per partition]
        self.doing = None
        self.deletions = 0

    def begin(self):
        self.ended.clear()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            with wire.connected(self.broker) as connection:
                while not self.ended.is_set():
                    self.work(connection)
        except (OSError, wire.Closed):
            pass  # it was killed
        except Exception as error:  # noqa: BLE001 shown by finish()
            self.failure = repr(error)

    def work(self, connection):
        name = self.random.choice(self.NAMES)
        if name not in self.topics:
            partitions = self.random.randrange(1, 5)
            self.doing = "create", name, partitions
            answer = wire.create_topic(connection, name, partitions, {
                **SMALL, "file.delete.delay.ms": self.random.choice((0, 20))})
            assert answer["errorCode"] == 0, answer
            self.topics[name] = [0] * partitions
        elif self.random.random() < 0.3:
            self.doing = "delete", name, None
            answer = connection.call("DeleteTopics", 4, topicNames=[name], timeoutMs=30_000)
            assert answer["responses"][0]["errorCode"] == 0, answer
            del self.topics[name]
            self.deletions += 1
        else:
            partition = self.random.randrange(len(self.topics[name]))
            self.doing = "produce", name, partition
            first = self.topics[name][partition]
            answer = wire.produce(connection, name, batches.build(
                [(b"k", value_of(first + i)) for i in range(10)]), partition)
            assert (answer["errorCode"], answer["baseOffset"]) == (0, first), answer
            self.topics[name][partition] += 10
        self.doing = None

    def adopt(self, connection):
        """Takes what was under way as it is found."""
        there = {topic["name"]: len(topic["partitions"])
                 for topic in wire.metadata(connection)["topics"]}
        what, name, number = self.doing or (None, None, None)
        if what == "create" and name in there:
            self.topics[name] = [0] * number
        elif what == "delete" and name not in there:
            del self.topics[name]
        elif what == "produce":
            self.topics[name][number] = wire.end_offset(connection, name, number)
        self.doing = None
        assert there == {name: len(ends) for name, ends in self.topics.items()}, (what, name)

    def check(self, connection):
        for name, ends in self.topics.items():
            for partition, end in enumerate(ends):
                assert bounds(connection, name, partition) == (0, end)
                assert_records(connection, name, 0, end, partition)

    def folders(self):
        return sorted(f"{name}-{partition}" for name, ends in self.topics.items()
                      for partition in range(len(ends)))


def folders_in(directories):
    return sorted(entry.name for directory in directories for entry in os.scandir(directory)
                  if entry.is_dir())


def test_killed_while_topics_are_deleted(broker_factory, tmp_path):
    print(f"repeat with BARNABAS_SEED={SEED}")
    chance = random.Random(SEED)
    directories = [tmp_path / "one", tmp_path / "two"]
    broker = broker_factory.start({**FAST, "log.dirs": ",".join(map(str, directories))})
    churn = Churn(broker, SEED)
    for _ in range(KILLS):
        kind = chance.choice(("delete", "delete", "create"))
        churn.begin()
        time.sleep(chance.random() * 0.1)
        wait_until(lambda k=kind: (churn.doing or (None,))[0] == k or churn.failure, 30,
                   f"a topic is to {kind}", poll_s=0.0002)
        time.sleep(chance.random() * 0.01)  # the moment is what the test is about
        broker.kill()
        churn.finish()
        broker.start()
        with wire.connected(broker) as connection:
            churn.adopt(connection)
            churn.check(connection)
        wait_until(lambda: folders_in(directories) == churn.folders(), 20,
                   f"{folders_in(directories)} become {churn.folders()}")
    assert churn.deletions > 0
    said = broker.log()
    assert "left alone" not in said and "set aside" not in said, broker.tail()
    assert_no_errors(broker)
