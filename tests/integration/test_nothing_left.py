"""A file system without one byte left: what still works there, and what is said of the rest."""

import os

import pytest
from support import batches, disks, wire
from support.waiting import wait_until

NONE, UNKNOWN_TOPIC, NOT_COORDINATOR, KAFKA_STORAGE_ERROR = 0, 3, 16, 56
PAGE = 4096

pytestmark = pytest.mark.own  # a Kafka broker halts when its only log directory is full


class FullDisk:
    """A broker on a disk of its own, with a topic of several segments and a group."""

    def __init__(self, disk, broker):
        self.disk, self.broker = disk, broker
        self.connection = wire.Connection(broker.address)
        self.ballasts = []
        for topic in ("kept", "doomed"):
            assert wire.create_topic(self.connection, topic)["errorCode"] == NONE
            for _ in range(6):
                assert self.produce(topic)["errorCode"] == NONE
        wait_until(lambda: self.commit(1) == NONE, 30, "the group has its coordinator")

    def produce(self, topic):
        return wire.produce(self.connection, topic, batches.build([(b"k", os.urandom(300_000))]))

    def commit(self, offset):
        """The first commit of a group finds its coordinator, as its consumer would."""
        self.connection.call("FindCoordinator", 4, keyType=0, coordinatorKeys=["readers"])
        answer = self.connection.call(
            "OffsetCommit", 8, groupId="readers", generationIdOrMemberEpoch=-1, memberId="",
            topics=[{"name": "kept", "partitions": [
                {"partitionIndex": 0, "committedOffset": offset,
                 "committedMetadata": "x" * 1000}]}])
        return answer["topics"][0]["partitions"][0]["errorCode"]

    def committed(self):
        answer = self.connection.call("OffsetFetch", 8, groups=[
            {"groupId": "readers", "topics": None}], requireStable=False)
        return answer["groups"][0]["topics"][0]["partitions"][0]["committedOffset"]

    def delete_records(self, topic, offset):
        answer = self.connection.call("DeleteRecords", 2, timeoutMs=30_000, topics=[
            {"name": topic, "partitions": [{"partitionIndex": 0, "offset": offset}]}])
        return answer["topics"][0]["partitions"][0]

    def alter(self, topic, name, value):
        answer = self.connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": 2, "resourceName": topic, "configs": [
                {"name": name, "configOperation": 0, "value": value}]}])
        return answer["responses"][0]

    def delete_topic(self, topic):
        answer = self.connection.call("DeleteTopics", 5, timeoutMs=30_000, topicNames=[topic])
        return answer["responses"][0]

    def fill(self):
        """Takes all that is left, also what somebody gave back since."""
        path = self.disk.folder / f"ballast-{len(self.ballasts)}"
        self.ballasts.append(path)
        with path.open("wb", buffering=0) as file:
            for size in (1 << 20, PAGE, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass
        assert os.statvfs(self.disk.folder).f_bavail == 0

    def give_back(self, size):
        with self.ballasts[0].open("r+b") as file:
            file.truncate(self.ballasts[0].stat().st_size - size)

    def make_room(self):
        for path in self.ballasts:
            path.unlink()
        self.ballasts = []


@pytest.fixture
def full(broker_factory, tmp_path):
    with disks.disk(tmp_path / "ext4") as disk:
        broker = broker_factory.start({
            "log.dirs": disk.folder / "data", "log.segment.bytes": 1 << 20,
            "log.index.size.max.bytes": 65536, "log.retention.check.interval.ms": 200,
            "log.initial.task.delay.ms": 0, "offsets.topic.num.partitions": 1,
            "log.cleaner.enable": "false",
            "replica.high.watermark.checkpoint.interval.ms": 100})
        at = FullDisk(disk, broker)
        wait_until((disk.folder / "data" / ".barnabas-reserve").exists, 30, "there is a reserve")
        at.fill()
        yield at
        at.connection.close()
        broker.kill()


def refused(full):
    """Produce is, early, and stays so."""
    answer = wait_until(lambda: (a := full.produce("kept"))["errorCode"] and a, 30, "it is refused")
    assert answer["errorCode"] == KAFKA_STORAGE_ERROR
    return answer


def test_groups_commit_as_long_as_there_is_a_byte(full):
    assert "log.dir.min.free.bytes" in wait_until(
        lambda: (said := refused(full)["errorMessage"]).startswith("too little space") and said, 10,
        "the limit is the reason")
    assert full.commit(2) == NOT_COORDINATOR, "which clients take for a reason to try again"
    assert full.committed() == 1
    full.give_back(64 << 10)
    for offset in range(2, 12):
        assert full.commit(offset) == NONE
    assert full.committed() == 11
    refused(full)
    assert wire.fetch(full.connection, "kept")["errorCode"] == NONE
    full.fill()
    assert full.commit(12) == NOT_COORDINATOR
    assert full.committed() == 11, "what was refused does not count"
    full.make_room()
    wait_until(lambda: full.commit(13) == NONE, 30, "commits are taken again")
    wait_until(lambda: full.produce("kept")["errorCode"] == NONE, 30, "and records")
    full.broker.kill()
    full.broker.start()
    full.connection = wire.Connection(full.broker.address)
    wait_until(lambda: full.commit(14) == NONE, 30, "the group has its coordinator")
    assert full.committed() == 14


def test_what_makes_room_goes_on_with_nothing_left(full):
    refused(full)
    deleted = full.delete_records("kept", 3)
    assert (deleted["errorCode"], deleted["lowWatermark"]) == (NONE, 3)
    full.fill()
    assert full.alter("kept", "retention.ms", "3600000")["errorCode"] == NONE
    full.fill()
    made = wire.create_topic(full.connection, "late")
    assert made["errorCode"] == KAFKA_STORAGE_ERROR
    assert "No space left on device" in made["errorMessage"], made
    assert wire.metadata(full.connection, ["late"])["topics"][0]["errorCode"] == UNKNOWN_TOPIC
    full.fill()
    assert full.delete_topic("doomed")["errorCode"] == NONE
    full.fill()
    assert wire.fetch(full.connection, "kept", offset=3)["errorCode"] == NONE
    full.broker.kill()
    full.make_room()
    full.broker.start()
    full.connection = wire.Connection(full.broker.address)
    assert wire.list_offset(full.connection, "kept", 0, -2)["offset"] == 3
    assert wire.end_offset(full.connection, "kept") == 6
    topics = {topic["name"] for topic in wire.metadata(full.connection)["topics"]}
    assert "kept" in topics and not topics & {"doomed", "late"}
    assert wire.create_topic(full.connection, "late")["errorCode"] == NONE
    described = full.connection.call("DescribeConfigs", 4, resources=[
        {"resourceType": 2, "resourceName": "kept", "configurationKeys": ["retention.ms"]}])
    assert described["results"][0]["configs"][0]["value"] == "3600000"
