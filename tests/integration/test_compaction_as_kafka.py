"""Log directories that Kafka left, compacted by Barnabas and by Apache Kafka: the same survives."""

import base64
import os
import time

import pytest
from support import archives, batches, kraft_metadata, log_directories, serving, wire
from support.waiting import wait_until

pytestmark = pytest.mark.own

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = int(time.time() * 1000)
ROUNDS = 3  # what one pass gives a delete horizon, a later one removes
FAST = {"log.cleaner.backoff.ms": 50, "log.retention.ms": -1,
        "replica.high.watermark.checkpoint.interval.ms": 100}
# Kafka's coordinator would abort the transaction that the archive's producer left open.
KAFKA = {**FAST, "transaction.abort.timed.out.transaction.cleanup.interval.ms": 3_600_000}
BEYOND = 1_000_000


def write_round(connection, topic, partition, number):
    """Begins a segment, by its timestamps: Barnabas would begin one by the clock as well. Answers
    where. Of producer 7000001 the only batch loses its record, of 7000002 all but the last one."""
    timestamp = NOW - (10 - 2 * number) * HOUR
    sent = [batches.build([(b"round", b"%d" % number), (b"gone %d" % number, None)],
                          timestamp=timestamp),
            batches.build([(b"of two", b"%d" % number)], timestamp=timestamp, base_sequence=number,
                          producer_id=7_000_002, producer_epoch=1)]
    if number == 0:
        sent.append(batches.build([(b"round", b"soon replaced")], timestamp=timestamp,
                                  base_sequence=0, producer_id=7_000_001, producer_epoch=0))
    answers = [wire.produce(connection, topic, batch, partition) for batch in sent]
    assert not any(answer["errorCode"] for answer in answers), answers
    return answers[0]["baseOffset"]


def compact(broker, directories, partitions, delete_retention_ms):
    """All topics are compacted up to their last segment, round by round."""
    serving.wait_for_leaders(broker, partitions)
    with wire.connected(broker) as connection:
        for topic in {topic for topic, _ in partitions}:
            wire.set_topic_config(
                connection, topic, cleanup_policy="compact", min_cleanable_dirty_ratio=0,
                segment_ms=HOUR, message_timestamp_type="CreateTime",
                delete_retention_ms=delete_retention_ms)
        for number in range(ROUNDS):
            due = {}
            for topic, partition in partitions:
                offsets = serving.offsets(connection, topic, partition, [])
                base = write_round(connection, topic, partition, number)
                start, stable = offsets[serving.EARLIEST, 0][0], offsets[serving.LATEST, 1][0]
                # Else a transaction is open, or there was nothing.
                if start < stable == base:
                    due[topic, partition] = stable
            wait_until(lambda due=due: due.items() <= log_directories.compacted_up_to(directories).items(), 30,
                       f"round {number} is compacted")


def forget_producers(broker, partitions):
    """Kafka has forgotten the archive's producers, whose records are days old; Barnabas counts from
    when it heard of them last. Who has an open transaction stays."""
    with wire.connected(broker) as connection:
        wait_until(lambda: all(state[3] >= 0 for partition in partitions
                               for state in serving.producers(connection, *partition).values()),
                   30, "old producers are forgotten")
        wire.set_broker_config(connection, producer_id_expiration_ms=DAY)


def survivors(directories):
    """{(topic, partition): [batch]}: what tells the time of the compaction is not in a Batch."""
    found = {}
    for directory in directories:
        for partition, folder in log_directories.partitions(directory).items():
            segments = sorted(folder.glob("*.log"))
            found[partition] = [batch for segment in segments
                                for batch in batches.read_batches(segment.read_bytes())]
    return found


def records_in(logs):
    return sum(len(batch.records) for found in logs.values() for batch in found)


def as_kraft(directories):
    """A ZooKeeper broker's directories, as Kafka 4.x opens them."""
    for directory in directories:
        old = log_directories.properties(directory)
        identity = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        (directory / "meta.properties").write_text(
            f"version=1\ncluster.id={old['cluster.id']}\nnode.id={old['broker.id']}\n"
            f"directory.id={identity}\n")


CASES = [("kafka-4.4-clean", 0), ("kafka-4.4-crashed", DAY), ("kafka-3.9-clean", 0),
         ("kafka-3.9-crashed", DAY)]


@pytest.mark.parametrize("name,delete_retention_ms", CASES)
def test_the_same_records_survive(broker_factory, tmp_path, name, delete_retention_ms):
    directories = archives.unpack(name, tmp_path / "ours")
    partitions = sorted(partition for directory in directories
                        for partition in log_directories.partitions(directory)
                        if not partition[0].startswith("__"))
    theirs = archives.unpack(name, tmp_path / "theirs")
    before = survivors(theirs)
    if name.startswith("kafka-3.9"):
        as_kraft(theirs)
        kraft_metadata.write(theirs, {}, BEYOND, tmp_path)

    kafka = broker_factory.start(
        {**KAFKA, "node.id": log_directories.properties(theirs[0])["node.id"],
         "log.dirs": ",".join(map(str, theirs))}, kind="kafka", name="kafka")
    compact(kafka, theirs, partitions, delete_retention_ms)
    kafka.stop()
    ours = broker_factory.start({**FAST, "producer.id.expiration.ms": 1,
                                 "producer.id.expiration.check.interval.ms": 100,
                                 "log.dirs": ",".join(map(str, directories))})
    forget_producers(ours, partitions)
    compact(ours, directories, partitions, delete_retention_ms)
    ours.stop()

    wanted, found = survivors(theirs), survivors(directories)
    for partition in partitions:
        for have, want in zip(found[partition], wanted[partition]):
            assert have == want, partition
        assert len(found[partition]) == len(wanted[partition]), partition
    assert 10 * records_in(wanted) < records_in(before)
