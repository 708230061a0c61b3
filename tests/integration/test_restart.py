"""Ends and beginnings: SIGTERM, SIGKILL under load, two brokers on one directory."""

import os
import random
import shutil
import threading
import time

import pytest
from support import batches, wire
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 32)))
KILLS = 50
PARTITIONS = 3
KAFKA_STORAGE_ERROR = 56
FENCED_LEADER_EPOCH = 74


def test_sigterm_closes_in_order(broker_factory):
    broker = broker_factory.start()
    marker = broker.data / ".kafka_cleanshutdown"
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept", 2)
        wire.produce(connection, "kept", batches.build([(b"k", b"v")] * 10))
        assert not marker.exists()
        broker.stop()
        with pytest.raises(wire.Closed):
            connection.receive_frame()
    assert marker.exists()
    broker.start()
    with wire.connected(broker) as connection:
        kept = wait_until(lambda: batches.read_all(wire.fetch(connection, "kept")["records"] or b""),
                          30, "the records are served again")
        assert [record.offset for record in kept] == list(range(10))
        assert not marker.exists(), "a crash from now on is no clean shutdown"


def leader_epoch(connection, topic):
    def known():
        partition = wire.metadata(connection, [topic])["topics"][0]["partitions"][0]
        return partition if partition["errorCode"] == 0 else None
    return wait_until(known, 30, f"{topic} has a leader")["leaderEpoch"]


def test_a_crash_begins_a_new_leader_epoch(broker_factory):
    """So that consumers hear of it, and find out whether records are gone (KIP-320)."""
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        wire.produce(connection, "t", batches.build([(b"k", b"v")] * 3))
        before = leader_epoch(connection, "t")
    for kill in (1, 2):  # between the second and the third nothing is written
        broker.kill()
        broker.start()
        with wire.connected(broker) as connection:
            after = leader_epoch(connection, "t")
            assert after > before, kill
            request = wire.fetch_request("t", max_wait_ms=0)
            request["topics"][0]["partitions"][0]["currentLeaderEpoch"] = before
            fetched = connection.call("Fetch", 12, **request)
            assert fetched["responses"][0]["partitions"][0]["errorCode"] == FENCED_LEADER_EPOCH
            answer = connection.call("OffsetForLeaderEpoch", 4, replicaId=-1, topics=[
                {"topic": "t", "partitions": [{"partition": 0, "currentLeaderEpoch": after,
                                               "leaderEpoch": before}]}])
            ended = answer["topics"][0]["partitions"][0]
            assert (ended["errorCode"], ended["endOffset"]) == (0, 3)
            before = after


@pytest.mark.own
def test_an_orderly_stop_keeps_the_leader_epochs(broker_factory):
    """Kafka begins new ones; nothing is lost here, and consumers go on as they are."""
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        wire.produce(connection, "t", batches.build([(b"k", b"v")]))
        before = leader_epoch(connection, "t")
    broker.stop()
    broker.start()
    with wire.connected(broker) as connection:
        assert leader_epoch(connection, "t") == before


@pytest.mark.own
def test_the_exit_status_of_sigterm_is_0(broker_factory):
    broker = broker_factory.start()
    assert broker.stop() == 0


@pytest.mark.own
def test_sigterm_does_not_wait_for_idle_or_waiting_clients(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as idle, wire.connected(broker) as waiting:
        wire.create_topic(idle, "quiet")
        waiting.send("Fetch", 12, **wire.fetch_request("quiet", max_wait_ms=30_000))
        start = time.monotonic()
        assert broker.stop() == 0
        assert time.monotonic() - start < 5


class Load:
    """Threads that produce numbered records with acks=all and note what was acknowledged.

    A batch that was sent but not acknowledged when the broker went is sent again, so it may be
    there twice; what was acknowledged must be there at the offset that was named.
    """

    def __init__(self, broker, topic):
        self.broker, self.topic = broker, topic
        self.acknowledged = [[] for _ in range(PARTITIONS)]
        self.ended = threading.Event()
        self.failures = []
        self.threads = [threading.Thread(target=self._produce, args=(p,), daemon=True)
                        for p in range(PARTITIONS)]
        for thread in self.threads:
            thread.start()

    def total(self):
        return sum(len(acked) for acked in self.acknowledged)

    def finish(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)
        assert not self.failures, self.failures

    def _produce(self, partition):
        try:
            while not self.ended.is_set():
                try:
                    self._produce_until_closed(partition)
                except (OSError, wire.Closed):
                    time.sleep(0.005)  # the broker is down: ask again soon
        except Exception as error:  # noqa: BLE001  reported by the test itself
            self.failures.append(repr(error))

    def _produce_until_closed(self, partition):
        acknowledged = self.acknowledged[partition]
        with wire.connected(self.broker) as connection:
            while not self.ended.is_set():
                number = len(acknowledged)
                value = b"%d-%d " % (partition, number) + bytes(random.randrange(2000))
                codec = ("none", "lz4", "zstd")[number % 3]
                answer = wire.produce(connection, self.topic,
                                      batches.build([(b"%d" % number, value)] * 3, codec=codec),
                                      partition)
                if answer["errorCode"] in (3, 5, 6):  # not its leader yet, after a start
                    continue
                assert answer["errorCode"] == 0, answer
                acknowledged.append((answer["baseOffset"], value))


def everything(broker, topic, partition):
    """Every record from the beginning to the end, by offset, each checksum proven."""
    found, offset = {}, 0
    with wire.connected(broker) as connection:
        end = wire.end_offset(connection, topic, partition)
        while offset < end:
            fetched = wire.fetch(connection, topic, partition, offset, partition_max_bytes=8 << 20)
            assert fetched["errorCode"] == 0, fetched
            for record in batches.read_all(fetched["records"]):
                found[record.offset] = record.value
            assert max(found) >= offset, "a fetch below the end brought nothing"
            offset = max(found) + 1
    assert sorted(found) == list(range(end)), "there are gaps"
    return found


def test_killed_at_random_moments_under_load(broker_factory):
    """SIGKILL again and again; BARNABAS_SEED repeats a run."""
    print("seed", SEED)
    chance = random.Random(SEED)
    broker = broker_factory.start({"log.segment.bytes": 1 << 20, "log.index.interval.bytes": 512})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "killed", PARTITIONS)
    load = Load(broker, "killed")
    try:
        for _ in range(KILLS):
            before = load.total()
            wait_until(lambda b=before: load.total() > b + 20 or load.failures, 60,
                       "the load goes on")
            time.sleep(chance.uniform(0, 0.3))  # the moment is what is random here
            broker.kill()
            broker.start()
    finally:
        load.finish()
    for partition in range(PARTITIONS):
        there = everything(broker, "killed", partition)
        for base_offset, value in load.acknowledged[partition]:
            for offset in range(base_offset, base_offset + 3):
                assert there.get(offset) == value, f"seed {SEED}: {partition}/{offset} is lost"
    print(f"{load.total()} batches acknowledged, {KILLS} kills")


@pytest.mark.own
def test_killed_while_it_starts(broker_factory):
    """A recovery that is itself cut off leaves what the next one needs."""
    chance = random.Random(SEED)
    print("seed", SEED)
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept")
        for _ in range(20):
            wire.produce(connection, "kept", batches.build([(b"k", bytes(10_000))]))
    broker.kill()
    for _ in range(10):
        broker.launch()
        time.sleep(chance.uniform(0, 0.03))
        broker.kill()
    broker.start()
    assert len(everything(broker, "kept", 0)) == 20


@pytest.mark.own
def test_a_second_broker_on_the_same_directory_is_refused(broker_factory):
    first = broker_factory.start()
    second = broker_factory.make({"log.dirs": first.data})
    second.launch()
    assert second.wait(30) != 0
    said = second.log()
    assert str(first.data) in said and ("another" in said or "already" in said or "use" in said), said
    with wire.connected(first) as connection:
        wire.create_topic(connection, "unharmed")
        assert wire.produce(connection, "unharmed", batches.build([(b"k", b"v")]))["errorCode"] == 0


def fetched(connection, topic, partition=0):
    answer = wire.fetch(connection, topic, partition)
    return answer["errorCode"], [r.value for r in batches.read_all(answer["records"] or b"")]


@pytest.mark.own
def test_a_folder_that_was_set_aside_is_not_begun_anew(broker_factory):
    """Apache Kafka renames the folders of topics that it does not know when it starts."""
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t", 2)
        for partition in range(2):
            wire.produce(connection, "t", batches.build([(b"k", b"v")]), partition)
    broker.stop()
    folder = broker.data / "t-0"
    aside = broker.data / f"t-0.{'0a' * 16}-stray"
    folder.rename(aside)
    broker.start()
    (line,) = [line for line in broker.log_of_this_run().splitlines() if str(aside) in line]
    assert " warn" in line and f"rename that to {folder} and start" in line, line
    with wire.connected(broker) as connection:
        refused = wire.produce(connection, "t", batches.build([(b"k", b"w")]), 0)
        assert refused["errorCode"] == KAFKA_STORAGE_ERROR
        assert str(aside) in refused["errorMessage"]
        assert fetched(connection, "t") == (KAFKA_STORAGE_ERROR, [])
        assert fetched(connection, "t", 1) == (0, [b"v"])
        partitions = wire.metadata(connection, ["t"])["topics"][0]["partitions"]
        assert {p["partitionIndex"]: p["leaderId"] for p in partitions} == {0: -1, 1: 1}
    assert not folder.exists()
    assert broker.stop() == 0
    assert (broker.data / ".kafka_cleanshutdown").exists(), "nothing has to be recovered"
    aside.rename(folder)
    broker.start()
    with wire.connected(broker) as connection:
        assert fetched(connection, "t") == (0, [b"v"])
    broker.stop()
    folder.rename(aside)
    broker.start()
    with wire.connected(broker) as connection:
        connection.call("DeleteTopics", 4, topicNames=["t"], timeoutMs=30_000)
        wire.create_topic(connection, "t")  # another one: the folder is not its own
        assert fetched(connection, "t") == (0, [])
    broker.stop()
    broker.start()
    with wire.connected(broker) as connection:
        assert fetched(connection, "t") == (0, [])
    assert aside.exists()


@pytest.mark.own
def test_a_folder_that_is_gone_is_reported(broker_factory):
    broker = broker_factory.start({"replica.high.watermark.checkpoint.interval.ms": 100})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t", 2)
        wire.produce(connection, "t", batches.build([(b"k", b"v")] * 7), 1)
    broker.stop()
    for partition in range(2):
        shutil.rmtree(broker.data / f"t-{partition}")
    broker.start()
    said = broker.log_of_this_run()
    assert "t-1 has no folder any more, and had records up to offset 7" in said, broker.tail()
    assert "t-0 has no folder" not in said, "there is nothing to miss"
    with wire.connected(broker) as connection:
        assert fetched(connection, "t", 1) == (0, [])


def without_epochs(topics):
    """A crash begins new ones."""
    return [{**topic, "partitions": [{**partition, "leaderEpoch": None}
                                     for partition in topic["partitions"]]} for topic in topics]


@pytest.mark.own
def test_topics_ids_and_settings_outlive_a_restart(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "a", 3, {"retention.ms": 12345678})
        before = wire.metadata(connection)
    for end in (broker.stop, broker.kill):
        end()
        broker.start()
        with wire.connected(broker) as connection:
            after = wire.metadata(connection)
            assert after["clusterId"] == before["clusterId"]
            assert without_epochs(after["topics"]) == without_epochs(before["topics"])
            described = connection.call("DescribeConfigs", 4, resources=[
                {"resourceType": 2, "resourceName": "a", "configurationKeys": ["retention.ms"]}])
            assert described["results"][0]["configs"][0]["value"] == "12345678"
