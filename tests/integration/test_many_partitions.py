"""A broker with hundreds of partitions in several directories, stopped and killed: what it reads at the
next start, and that everything is there."""

import os
import re

import pytest

from support import batches, wire

pytestmark = pytest.mark.own

PARTITIONS = 300
OPENED = re.compile(r"opened: (\d+) of (\d+) logs, (\d+) bytes scanned")


def opened(broker):
    """The last start's (logs that are open, logs, bytes scanned)."""
    found = OPENED.search(broker.log_of_this_run())
    assert found, broker.tail()
    return tuple(int(number) for number in found.groups())


def write(connection, number):
    for partition in range(PARTITIONS):
        answer = wire.produce(connection, "many",
                              batches.build([(b"k", b"%d-%d" % (partition, number))]), partition)
        assert answer["errorCode"] == 0, answer


def check(broker, written, partitions=range(PARTITIONS)):
    with wire.connected(broker) as connection:
        for partition in partitions:
            assert wire.end_offset(connection, "many", partition) == written, partition
            fetched = wire.fetch(connection, "many", partition, 0)
            values = [record.value for record in batches.read_all(fetched["records"])]
            assert values == [b"%d-%d" % (partition, number) for number in range(written)]


@pytest.fixture
def broker(broker_factory, tmp_path):
    # Never: else every produce waits for the disk, which is not what is tested here.
    broker = broker_factory.make({"log.dirs": f"{tmp_path}/a,{tmp_path}/b",
                                  "flush.before.ack": "never",
                                  "num.recovery.threads.per.data.dir": 3})
    broker.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "many", PARTITIONS)
        write(connection, 0)
    return broker


def test_after_an_orderly_stop_nothing_is_scanned(broker):
    assert broker.stop() == 0
    broker.start()
    assert opened(broker) == (PARTITIONS, PARTITIONS, 0)
    check(broker, 1)
    with wire.connected(broker) as connection:
        write(connection, 1)
    check(broker, 2)
    assert broker.stop() == 0
    broker.start()
    assert opened(broker) == (PARTITIONS, PARTITIONS, 0)
    check(broker, 2)


def test_killed_it_scans_and_has_everything(broker):
    for number in range(1, 4):
        broker.kill()
        broker.start()
        logs, of, scanned = opened(broker)
        assert (logs, of) == (PARTITIONS, PARTITIONS) and scanned > 0
        check(broker, number)
        with wire.connected(broker) as connection:
            write(connection, number)
    check(broker, 4)


def test_one_log_that_cannot_be_opened_leaves_the_others_alone(broker, tmp_path):
    assert broker.stop() == 0
    for directory in ("a", "b"):
        segment = tmp_path / directory / "many-7" / "00000000000000000000.log"
        if segment.exists():
            os.truncate(segment, 3 << 30)  # no segment is that long
    broker.start()
    assert opened(broker) == (PARTITIONS - 1, PARTITIONS, 0)
    assert "many-7 is offline" in broker.log_of_this_run()
    check(broker, 1, [partition for partition in range(PARTITIONS) if partition != 7])
    with wire.connected(broker) as connection:
        described = wire.metadata(connection, ["many"])["topics"][0]["partitions"]
        leaders = {partition["partitionIndex"]: partition["leaderId"] for partition in described}
    assert leaders[7] == -1 and leaders[8] != -1
    broker.stop()
    marks = [(tmp_path / directory / ".kafka_cleanshutdown").exists() for directory in ("a", "b")]
    at = [(tmp_path / directory / "many-7").exists() for directory in ("a", "b")]
    assert marks == [not there for there in at], "a log that was not opened was not closed in order"
    for directory in ("a", "b"):
        if (tmp_path / directory / "many-7").exists():
            points = (tmp_path / directory / "recovery-point-offset-checkpoint").read_text()
            assert "many 7 1" in points.split("\n")
