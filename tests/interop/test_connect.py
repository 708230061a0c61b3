"""Kafka Connect's distributed worker with exactly-once sources: a file's lines go into a topic and
from there into another file."""

import pytest
from support import connect, wire
from support.committed import CommittedReader
from support.packages import some_packages
from support.waiting import wait_until

TOPIC = "lines"
DEADLINE_S = 60
# So that tests need not wait for it.
BROKER = {"group.initial.rebalance.delay.ms": 0, "offsets.topic.num.partitions": 3,
          "transaction.state.log.num.partitions": 3}
SETTINGS = {"exactly.once.source.support": "enabled", "offset.storage.partitions": 3,
            "status.storage.partitions": 1}


@pytest.fixture
def copying(broker_factory, tmp_path):
    copy = Copying(broker_factory.start(BROKER), tmp_path)
    with copy.worker:
        yield copy


class Copying:
    """The lines `sent` into the source file so far, and where they have come to."""

    def __init__(self, broker, directory):
        self.sent = []
        self.source, self.sink = directory / "source", directory / "sink"
        self.source.touch()
        self.sink.touch()
        with wire.connected(broker) as connection:
            assert wire.create_topic(connection, TOPIC, 1)["errorCode"] == 0
        self.reader = CommittedReader(broker, TOPIC, 0)
        self.worker = connect.ConnectWorker(broker, directory, SETTINGS)

    def configure(self, name, connector, file, **config):
        """Made, or made anew: then Connect fences what the source's old task may still do."""
        body = {"connector.class": connector, "tasks.max": 1, "file": str(file), **config}
        self.wait_until(lambda: self.worker.ask("PUT", f"/connectors/{name}/config", body),
                        f"{name} is configured")

    def send(self, lines):
        self.sent += lines
        with self.source.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))

    def wait_until_copied(self):
        self.wait_until(lambda: len(self.reader.read_on()) >= len(self.sent),
                        "all lines are in the topic")
        self.wait_until(lambda: self.sink.read_bytes().count(b"\n") >= len(self.sent),
                        "all lines are in the other file")

    def wait_until(self, condition, what):
        try:
            return wait_until(condition, DEADLINE_S, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.worker}") from None


def test_a_file_is_copied_through_a_topic_each_line_once(copying):
    # The source counts characters where it means bytes.
    lines = [line for package in some_packages(300) for line in package.value.split(b"\n")
             if line.isascii()]
    half = len(lines) // 2
    source = {"topic": TOPIC, "exactly.once.support": "required"}
    copying.send(lines[:half])
    copying.configure("in", connect.FILE_SOURCE, copying.source, **source)
    copying.configure("out", connect.FILE_SINK, copying.sink, topics=TOPIC)
    copying.wait_until_copied()

    copying.send(lines[half:])
    copying.configure("in", connect.FILE_SOURCE, copying.source, **source, **{"batch.size": 9999})
    copying.wait_until_copied()
    assert [record.value for record in copying.reader.shown] == lines
    assert copying.sink.read_bytes() == copying.source.read_bytes()
