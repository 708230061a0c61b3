"""Records that keep coming while a test does something else."""

import threading
from contextlib import contextmanager

from support import batches, wire

BATCH = 4
PAUSE_S = 0.05


class Feed:
    """A thread that produces small batches to the partitions of a topic in turn.

    `sent` is {(partition, offset): key} of all that was acknowledged.
    """

    def __init__(self, broker, topic, partitions):
        self.broker, self.topic, self.partitions = broker, topic, partitions
        self.sent, self.failure = {}, None
        self._stop, self._go = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        with wire.connected(self.broker) as connection:
            created = wire.create_topic(connection, self.topic, self.partitions)
            assert created["errorCode"] == 0, created
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def stop(self):
        """Ends it; every record of `sent` is then in the log, and no other is."""
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise AssertionError("the feed failed") from self.failure

    @contextmanager
    def pause(self):
        """While it is held, nothing new comes, and `sent` says all there is."""
        with self._go:
            yield

    def ends(self):
        """{partition: the offset after the last record}"""
        ends = dict.fromkeys(range(self.partitions), 0)
        for partition, offset in self.sent:
            ends[partition] = max(ends[partition], offset + 1)
        return ends

    def _run(self):
        try:
            with wire.connected(self.broker) as connection:
                turn = 0
                while not self._stop.wait(PAUSE_S):
                    with self._go:
                        self._send(connection, turn % self.partitions, turn)
                    turn += 1
        except Exception as error:
            self.failure = error

    def _send(self, connection, partition, turn):
        keys = [f"{partition}-{turn}-{i}" for i in range(BATCH)]
        batch = batches.build([(key.encode(), b"v" * 100) for key in keys])
        answer = wire.produce(connection, self.topic, batch, partition)
        assert answer["errorCode"] == 0, answer
        for i, key in enumerate(keys):
            self.sent[partition, answer["baseOffset"] + i] = key
