"""A log directory whose disk hangs: topics come and go beside it, as if it were not there."""

import subprocess
import threading
import time

import pytest
from support import batches, disks, wire
from support.waiting import wait_until

KAFKA_STORAGE_ERROR = 56
ASKED_S = 3  # so long a disk is waited for, once

pytestmark = pytest.mark.own  # Kafka's broker waits for the disk


@pytest.fixture
def disk(tmp_path):
    with disks.disk(tmp_path / "bad") as made:
        yield made


def delete(connection, topic):
    answer = connection.call("DeleteTopics", 5, topicNames=[topic], timeoutMs=20_000)
    return answer["responses"][0]["errorCode"]


def timed(call, *arguments):
    """What it answers, and after how many seconds."""
    began = time.monotonic()
    answer = call(*arguments)
    return answer, time.monotonic() - began


def test_topics_come_and_go_beside_a_disk_that_hangs(broker_factory, tmp_path, disk):
    """The file system is frozen: looks at it may be answered from memory, no change of it ends."""
    good, bad = tmp_path / "good", disk.folder / "data"
    broker = broker_factory.start({"log.dirs": f"{good},{bad}", "log.dir.min.free.bytes": 0,
                                   "log.index.size.max.bytes": 65536})
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "spread", 4)["errorCode"] == 0
        assert sum((bad / f"spread-{p}").exists() for p in range(4)) == 2
        subprocess.run(["fsfreeze", "--freeze", disk.folder], check=True)
        try:
            made, took = timed(wire.create_topic, connection, "beside", 4)
            assert made["errorCode"] == 0, made
            assert took < ASKED_S + 5
            assert all((good / f"beside-{p}").exists() for p in range(4))
            made, took = timed(wire.create_topic, connection, "again", 4)
            assert made["errorCode"] == 0, made
            assert took < ASKED_S, "it is not waited for again"
            batch = batches.build([(b"k", b"v")])
            assert wire.produce(connection, "again", batch, 3)["errorCode"] == 0
            refused, took = timed(delete, connection, "spread")
            assert refused == KAFKA_STORAGE_ERROR
            assert took < ASKED_S + 5
            assert delete(connection, "beside") == 0
            described, took = timed(lambda: connection.call("DescribeLogDirs", 4, topics=None))
            assert took < ASKED_S + 5
            well = next(one for one in described["results"] if one["logDir"] == str(good))
            assert well["errorCode"] == 0
            assert sorted(topic["name"] for topic in well["topics"]) == ["again", "spread"]
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", disk.folder], check=True)
        wait_until(lambda: delete(connection, "spread") == 0, 20, "its disk goes on")
        wait_until(lambda: "answers again" in broker.log(), 20, "that is said")
        assert wire.create_topic(connection, "after", 2)["errorCode"] == 0
        assert (bad / "after-0").exists() and (bad / "after-1").exists(), "where the fewest are"
    assert broker.stop() == 0


def slowest_beside(connection, topic, partition, how_long_s):
    """Of produces to a disk that works, one after the other for so long: in seconds."""
    batch = batches.build([(b"k", b"v")])
    slowest, until = 0.0, time.monotonic() + how_long_s
    while time.monotonic() < until:
        answer, took = timed(wire.produce, connection, topic, batch, partition)
        assert answer["errorCode"] == 0, answer
        slowest = max(slowest, took)
    return slowest


def produce_in_the_background(broker, topic, partition, acks):
    """On a connection of its own; the answer is put into what is returned."""
    answers = []

    def work():
        with wire.connected(broker) as connection:
            request = wire.produce_request(topic, batches.build([(b"k", b"v")] * 3), partition,
                                           acks, timeout_ms=3000)
            answers.append(connection.call("Produce", 9, **request))

    thread = threading.Thread(target=work)
    thread.start()
    return thread, answers


def error_of(answers):
    return answers[0]["responses"][0]["partitionResponses"][0]["errorCode"]


def test_records_for_a_disk_that_hangs_hold_up_nobody(broker_factory, tmp_path, disk):
    """Everything is on one shard: what is written, and what retention gives up meanwhile."""
    good, bad = tmp_path / "good", disk.folder / "data"
    broker = broker_factory.start({"log.dirs": f"{good},{bad}", "log.dir.min.free.bytes": 0,
                                   "shards": 1, "log.retention.check.interval.ms": 300,
                                   "log.initial.task.delay.ms": 0})
    request_timed_out = 7
    with wire.connected(broker) as connection:
        for topic in ("kept", "short"):
            assert wire.create_topic(connection, topic, 4)["errorCode"] == 0
        stuck = next(p for p in range(4) if (bad / f"kept-{p}").exists())
        well = next(p for p in range(4) if (good / f"kept-{p}").exists())
        given_up = next(p for p in range(4) if (bad / f"short-{p}").exists())
        batch = batches.build([(b"k", b"v")])
        assert wire.produce(connection, "kept", batch, stuck)["errorCode"] == 0
        assert wire.produce(connection, "kept", batch, stuck, acks=1)["errorCode"] == 0
        assert wire.produce(connection, "short", batch, given_up)["errorCode"] == 0
        wire.set_topic_config(connection, "short", retention_ms=100)
        subprocess.run(["fsfreeze", "--freeze", disk.folder], check=True)
        try:
            all_acks = produce_in_the_background(broker, "kept", stuck, acks=-1)
            assert slowest_beside(connection, "kept", well, 1.5) < 1
            # By now the disk is known to be slow: nothing is written there but by the pool.
            one_ack = produce_in_the_background(broker, "kept", stuck, acks=1)
            assert slowest_beside(connection, "kept", well, 3) < 1
            for thread, answers in (all_acks, one_ack):
                thread.join(20)
                assert error_of(answers) == request_timed_out
            answer, took = timed(wire.fetch, connection, "kept", stuck)
            assert took < 1
            assert answer["highWatermark"] == 2, "what is not written is not read"
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", disk.folder], check=True)
        wait_until(lambda: wire.list_offset(connection, "kept", stuck, -1)["offset"] == 8, 20,
                   "what was waited for in vain is written")
        wait_until(lambda: wire.list_offset(connection, "short", given_up, -2)["offset"] == 1, 20,
                   "retention goes on")
    assert broker.stop() == 0
