"""Records that keep coming while leaders come and go, by librdkafka's producer."""

import threading

from confluent_kafka import Producer
from support import clients

BATCH = 4
PAUSE_S = 0.05
FLUSH_S = 60


class ClusterFeed:
    """Idempotent: what it sends is in the log once, whoever is killed meanwhile.

    `sent`, which is known when it has stopped, is {(partition, offset): key} of all that is there.
    """

    def __init__(self, cluster, topic, partitions, directory):
        self.cluster, self.topic, self.partitions = cluster, topic, partitions
        self.directory, self.sent, self._errors = directory, {}, []
        self._keys = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._producer = Producer({"bootstrap.servers": cluster.bootstrap, "acks": "all",
                                   "enable.idempotence": True, "linger.ms": 5})

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    @property
    def count(self):
        """How many it has sent so far."""
        return len(self._keys)

    def stop(self):
        """Ends it, and looks at the log: all that was sent is there, once, in its order."""
        self._stop.set()
        self._thread.join()
        left = self._producer.flush(FLUSH_S)
        assert not self._errors and left == 0, f"{left} are left, {self._errors[:3]}"
        stored = clients.KCAT.consume(self.cluster, self.topic, self.directory)
        self.sent = {(record.partition, record.offset): record.key.decode() for record in stored}
        for partition in range(self.partitions):
            found = [key for (one, _), key in sorted(self.sent.items()) if one == partition]
            assert found == [key for one, key in self._keys if one == partition], \
                f"the log of {self.topic}-{partition} is not what was sent"

    def ends(self):
        """{partition: the offset after the last record}"""
        return {partition: max(offset for one, offset in self.sent if one == partition) + 1
                for partition in range(self.partitions)}

    def _run(self):
        turn = 0
        while not self._stop.wait(PAUSE_S):
            partition = turn % self.partitions
            for i in range(BATCH):
                self._keys.append((partition, f"{partition}-{turn}-{i}"))
                self._producer.produce(self.topic, b"v" * 100, self._keys[-1][1],
                                       partition=partition, on_delivery=self._delivered)
            self._producer.poll(0)
            turn += 1

    def _delivered(self, error, _message):
        if error is not None:
            self._errors.append(str(error))
