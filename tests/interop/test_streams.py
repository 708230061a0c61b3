"""Kafka Streams' word count with exactly_once_v2, killed again and again: each count is exact."""

import os
import random
from collections import Counter, defaultdict

import pytest
from support import clients, java_programs, kafka_jars, wire
from support.committed import CommittedReader
from support.programs import Program
from support.waiting import wait_until
from support.word_feed import WordFeed

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
KILLS = 10
PARTITIONS = 2
DEADLINE_S = 150
# So that tests need not wait for it.
BROKER = {"group.initial.rebalance.delay.ms": 0, "group.min.session.timeout.ms": 500,
          "offsets.topic.num.partitions": 3, "transaction.state.log.num.partitions": 3}
SETTINGS = {"num.stream.threads": 2, "commit.interval.ms": 50, "poll.ms": 20,
            "session.timeout.ms": 2000, "heartbeat.interval.ms": 300, "fetch.max.wait.ms": 50,
            "num.standby.replicas": 0}


@pytest.fixture
def word_count(broker_factory, tmp_path):
    with WordCount(broker_factory.start(BROKER), tmp_path) as running:
        yield running


class WordCount:
    """The application and its broker, lines that keep coming, and what they made so far."""

    def __init__(self, broker, directory):
        self.broker, self.directory, self.random = broker, directory, random.Random(SEED)
        print(f"BARNABAS_SEED={SEED}")
        with wire.connected(broker) as connection:
            for topic in ("lines", "counts"):
                assert wire.create_topic(connection, topic, PARTITIONS)["errorCode"] == 0
        self.readers = [CommittedReader(broker, "counts", p) for p in range(PARTITIONS)]
        self.feed = WordFeed(broker, "lines", PARTITIONS, SEED)
        self.program = Program(self._command(), directory, "word-count")

    def __enter__(self):
        self.feed.__enter__()
        return self

    def __exit__(self, *failure):
        self.program.__exit__(*failure)
        self.feed.__exit__(*failure)

    def counted(self):
        return sum(len(reader.read_on()) for reader in self.readers)

    def wait_for(self, condition, what):
        try:
            return wait_until(lambda: condition() or not self.program.running, DEADLINE_S, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.program}") from None
        finally:
            assert self.program.running, f"the application ended by itself\n{self.program}"

    def wait_for_counts(self, more):
        """Waits until it has counted that many more words than now."""
        wanted = self.counted() + more
        self.wait_for(lambda: self.counted() >= wanted, f"{more} more words are counted")

    def wait_for_state(self, state):
        self.wait_for(lambda: f"state {state}" in self.program.lines(), f"it is {state}")

    def finish(self):
        """Lets it count all that came, and judges that."""
        self.feed.stop()
        lines = clients.JAVA.consume(self.broker, "lines", self.directory)
        expected = Counter(word for line in lines for word in line.value.decode().split(" "))
        self.wait_for(lambda: self.counted() >= expected.total(),
                      f"all {expected.total()} words are counted")
        assert self.program.stop() == 143, f"it did not end well\n{self.program}"
        found = clients.JAVA.consume(self.broker, "counts", self.directory,
                                     {"isolation.level": "read_committed"})
        assert_counts(expected, found)
        assert_same_shown(self.readers, found)

    def _command(self):
        temporary = self.directory / "tmp"  # RocksDB unpacks its library; a killed one leaves it
        temporary.mkdir()
        words = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
        jars = kafka_jars.class_path("streams")
        made = java_programs.classes(clients.ROOT / "tests" / "interop" / "java" / "streams",
                                     "streams")
        return ["java", "-Xmx256m", "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                f"-Djava.io.tmpdir={temporary}", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp", f"{made}:{jars}", "StreamsWordCount", self.broker.bootstrap, "word-count",
                "lines", "counts", self.directory / "state", *words]


def assert_counts(expected, found):
    """Each word's counts are 1, 2, 3, ... up to how often it came: none missing, none twice."""
    counts = defaultdict(list)
    for record in sorted(found, key=lambda one: (one.partition, one.offset)):
        counts[record.key.decode()].append(int(record.value))
    for word, got in counts.items():
        wrong = next((i for i, count in enumerate(got) if count != i + 1), None)
        assert wrong is None, f"{word}: after {got[:wrong][-3:]} comes {got[wrong:][:3]}"
    assert {word: got[-1] for word, got in counts.items()} == expected


def assert_same_shown(readers, found):
    """What was shown while all that happened is what is there in the end."""
    for reader in readers:
        reader.read_on()
        assert [(r.offset, r.key, r.value) for r in reader.shown] == [
            (r.offset, r.key, r.value) for r in found if r.partition == reader.partition]


def test_killed_and_started_ten_times_it_counts_exactly(word_count):
    """Killed in a rebalance, as soon as it runs, and at moments while it counts."""
    for kill in range(KILLS):
        word_count.program.start()
        if kill % 5 == 1:
            word_count.wait_for_state("REBALANCING")
        elif kill % 5 == 3:
            word_count.wait_for_state("RUNNING")
        else:
            word_count.wait_for_counts(more=word_count.random.randrange(1, 400))
        word_count.program.kill()
    word_count.program.start()
    word_count.finish()


def test_with_the_broker_killed_too_it_counts_exactly(word_count):
    """First the broker alone, then both at once."""
    word_count.program.start()
    word_count.wait_for_counts(more=word_count.random.randrange(1, 400))
    word_count.broker.kill()
    word_count.broker.start()
    word_count.wait_for_counts(more=word_count.random.randrange(1, 400))
    word_count.broker.kill()
    word_count.program.kill()
    word_count.broker.start()
    word_count.program.start()
    word_count.wait_for_counts(more=word_count.random.randrange(1, 400))
    word_count.finish()
