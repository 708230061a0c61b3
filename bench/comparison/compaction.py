"""Compaction seen from outside: a topic's log on the broker's disk, and settings that hold its cleaner
back and let it go."""

import socket
import struct
import time

from . import brokers, clients

TOPIC, BROKER = 2, 4  # org.apache.kafka.common.config.ConfigResource.Type
SET, DELETE = 0, 1  # AlterConfigOp.OpType
INCREMENTAL_ALTER_CONFIGS = 44
CHECKPOINT = "cleaner-offset-checkpoint"
POLL_S = 0.005


class CompactionFailed(clients.ClientFailed):
    """A setting was refused, or a log was not compacted in time."""


def _string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def alter(broker, kind, resource, settings):
    """IncrementalAlterConfigs, version 0; a value of None takes the setting back. The request is made
    here because librdkafka 2.0 has it not, and because a client's start is not to be measured."""
    changes = b"".join(
        _string(name) + struct.pack(">b", DELETE if value is None else SET)
        + (struct.pack(">h", -1) if value is None else _string(value))
        for name, value in settings.items())
    body = (struct.pack(">hhi", INCREMENTAL_ALTER_CONFIGS, 0, 1) + _string("bench")
            + struct.pack(">ib", 1, kind) + _string(resource)
            + struct.pack(">i", len(settings)) + changes + b"\0")
    try:
        with socket.create_connection((broker.host, broker.port), timeout=30) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            size = struct.unpack(">i", brokers.receive(connection, 4))[0]
            answer = brokers.receive(connection, size)
    except OSError as failure:
        raise CompactionFailed(f"{broker.name} did not answer {settings}: {failure}") from failure
    # correlation id, throttle time, one result: its error and sentence
    error, length = struct.unpack_from(">hh", answer, 12)
    if error != 0:
        sentence = answer[16:16 + max(length, 0)].decode()
        raise CompactionFailed(f"{broker.name} refused {settings}: error {error} {sentence}")


class PartitionLog:
    """The files of partition 0 of a topic."""

    def __init__(self, broker, topic):
        self._broker, self._name = broker, f"{topic} 0"
        self._folder = next(broker.directory.rglob(f"{topic}-0"))

    def _segments(self):
        return sorted(self._folder.glob("*.log"))

    def active_base(self):
        """Where the segment begins that is still written: no cleaner goes beyond."""
        return int(self._segments()[-1].stem)

    def sealed_bytes(self):
        return sum(segment.stat().st_size for segment in self._segments()[:-1])

    def cleaned_to(self):
        """What the checkpoint says; 0 if it knows nothing of the partition."""
        try:
            text = (self._folder.parent / CHECKPOINT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return 0
        for line in text.splitlines()[2:]:
            name, _, offset = line.rpartition(" ")
            if name == self._name:
                return int(offset)
        return 0

    def _unfinished(self):
        return any(file.suffix in (".cleaned", ".swap") for file in self._folder.iterdir())

    def await_cleaned(self, limit_s):
        """Returns when the cleaner has reached the active segment, as its checkpoint says."""
        limit, end = time.monotonic() + limit_s, self.active_base()
        while self.cleaned_to() < end or self._unfinished():
            if self._broker.ended() or time.monotonic() > limit:
                raise CompactionFailed(
                    f"{self._broker.name} compacted {self._name} up to {self.cleaned_to()} of {end} "
                    f"before it ended or {limit_s} s were over")
            time.sleep(POLL_S)
