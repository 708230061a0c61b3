"""Lines of words that keep coming while a test does something else, over the broker's deaths."""

import random
import threading

from support import batches, wire

LINES = 10
WORDS_PER_LINE = 5
PAUSE_S = 0.05
_NOT_YET = (3, 5, 6)
# Some come far more often than others.
_VOCABULARY = [f"word-{i:02}" for i in range(60) for _ in range(1 + 60 // (i + 1))]


class WordFeed:
    """A thread that produces lines to the partitions of a topic in turn.

    A batch whose answer a killed broker owes may be there or not, and comes again: what the input
    holds is for the topic to say.
    """

    def __init__(self, broker, topic, partitions, seed):
        self.broker, self.topic, self.partitions = broker, topic, partitions
        self.failure = None
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def stop(self):
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise AssertionError("the feed failed") from self.failure

    def _run(self):
        try:
            turn = 0
            while not self._stop.is_set():
                try:
                    with wire.connected(self.broker) as connection:
                        turn = self._send(connection, turn)
                except (OSError, wire.Closed):
                    self._stop.wait(PAUSE_S)
        except Exception as error:
            self.failure = error

    def _send(self, connection, turn):
        while not self._stop.wait(PAUSE_S):
            lines = [" ".join(self._random.choices(_VOCABULARY, k=WORDS_PER_LINE))
                     for _ in range(LINES)]
            batch = batches.build([(None, line.encode()) for line in lines])
            answer = wire.produce(connection, self.topic, batch, turn % self.partitions)
            assert answer["errorCode"] in (0, *_NOT_YET), answer
            turn += 1
        return turn
