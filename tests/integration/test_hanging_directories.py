"""A log directory whose disk hangs: topics come and go beside it, as if it were not there."""

import subprocess
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
