"""A topic that is copied exactly once by the C++ clients (cpp/copier.cc) while copiers are killed and
paused, connections are cut (tests/support/proxy.py) and the broker is killed: the copy, as committed,
is equal.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka). BARNABAS_SEED, which is printed, repeats the
moments.
"""

import os
import random
from contextlib import ExitStack

import pytest
from support import batches, clients, serving, transactions, wire
from support.cpp_clients import IMPATIENT, program
from support.judging import by_partition
from support.programs import Program
from support.proxy import Catcher, Cutter, Proxy, pass_all
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
PARTITIONS = 3
ADDED = 300  # records of each partition before each happening
COPIED_AT_ONCE = 5
SESSION_MS = 2000
HEARTBEAT_MS = 300
DEADLINE_S = 120
CUT_EVERY = 60
# So that a test need not wait for it.
OVERRIDES = {"group.initial.rebalance.delay.ms": 0, "group.min.session.timeout.ms": 500,
             "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS,
             "group.consumer.heartbeat.interval.ms": HEARTBEAT_MS,
             "group.consumer.min.heartbeat.interval.ms": HEARTBEAT_MS,
             "offsets.topic.num.partitions": 3, "transaction.state.log.num.partitions": 3}
PROTOCOLS = {"classic": {"session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS},
             "consumer": {"group.protocol": "consumer"}}


class Copying:
    """Two copiers in one group; how far they are is told by what the group has committed."""

    def __init__(self, broker, proxy, protocol, directory):
        self.broker, self.proxy = broker, proxy
        self.source, self.copy = "source", "copy"
        reading = {"max.poll.records": COPIED_AT_ONCE, **PROTOCOLS[protocol]}
        words = [*_prefixed("consumer", {**IMPATIENT, **reading}),
                 *_prefixed("producer", IMPATIENT)]
        self.copiers = [
            Program([program("copier"), proxy.bootstrap, self.source, self.copy, "copiers",
                     f"copier-{number}", *words], directory, f"copier-{number}")
            for number in range(2)]
        self._stack = ExitStack()
        self._done = 0

    def __enter__(self):
        for copier in self.copiers:
            self._stack.enter_context(copier)
        return self

    def __exit__(self, *failure):
        self._stack.__exit__(*failure)

    def committed(self):
        """How many records are copied; while the broker is away, how many were."""
        try:
            with wire.connected(self.broker, deadline_s=5) as connection:
                answer = connection.call(
                    "OffsetFetch", 7, groupId="copiers", requireStable=False,
                    topics=[{"name": self.source, "partitionIndexes": list(range(PARTITIONS))}])
        except (OSError, wire.Closed):
            return self._done
        if answer["errorCode"] == 0:
            (topic,) = answer["topics"]
            self._done = sum(max(one["committedOffset"], 0) for one in topic["partitions"])
        return self._done

    def wait_for(self, count):
        def come_true():
            for copier in self.copiers:
                assert copier.running, f"it ended by itself\n{copier}"
            return self.committed() >= count

        try:
            wait_until(come_true, DEADLINE_S, f"{count} records are copied")
        except AssertionError as error:
            raise AssertionError(f"{error}; {self._done} are\n{self}\n{self._at_broker()}") from None

    def kill(self, chance):
        copier = chance.choice(self.copiers)
        copier.kill()
        copier.start()

    def kill_broker(self, _):
        self.broker.kill()
        self.broker.start()

    def kill_all(self, _):
        """While a transaction is open that has records and offsets in it."""
        faults, catcher = self.proxy.faults, Catcher("EndTxn")
        self.proxy.faults = catcher
        assert catcher.caught.wait(DEADLINE_S), f"nothing is copied\n{self}"
        self.proxy.faults = faults
        self.broker.kill()
        for copier in self.copiers:
            copier.kill()
            copier.start()
        self.broker.start()

    def pause(self, chance):
        """Longer than its session: the other one copies all, and this one must not commit what it
        had."""
        asleep = chance.choice(self.copiers)
        asleep.pause()
        try:
            self._wait_for_other(asleep)
        finally:
            asleep.resume()

    def __str__(self):
        return "\n".join(map(str, self.copiers))

    def _at_broker(self):
        """What the broker has of the transactions and of the group's offsets: for a copy that
        stands still."""
        with wire.connected(self.broker, deadline_s=5) as connection:
            states = [transactions.describe(connection, f"copier-{n}") for n in range(2)]
            offsets = connection.call(
                "OffsetFetch", 7, groupId="copiers", requireStable=True,
                topics=[{"name": self.source, "partitionIndexes": list(range(PARTITIONS))}])
        return f"{states}\n{offsets}"

    def _wait_for_other(self, asleep):
        """Until the other one has all partitions."""
        other = next(one for one in self.copiers if one is not asleep)
        wait_until(lambda: assigned(other) == set(range(PARTITIONS)), DEADLINE_S,
                   f"the other one has all\n{other}")


def assigned(copier):
    mine = set()
    for line in copier.lines():
        what, *rest = line.split()
        if what == "assigned":
            mine |= set(map(int, rest))
        elif what in ("revoked", "lost"):
            mine -= set(map(int, rest))
    return mine


def _prefixed(side, settings):
    return [f"{side}.{name}={value}" for name, value in settings.items()]


class Source:
    """What is copied; more of it comes with each `add`. `sent` is {partition: [(key, value)]}."""

    def __init__(self, broker, topic):
        self.broker, self.topic = broker, topic
        self.sent = {partition: [] for partition in range(PARTITIONS)}

    @property
    def total(self):
        return sum(map(len, self.sent.values()))

    def add(self):
        serving.wait_for_leaders(self.broker, [(self.topic, p) for p in self.sent])
        with wire.connected(self.broker) as connection:
            for partition, sent in self.sent.items():
                more = [(b"%d" % partition, b"%d/%d" % (partition, len(sent) + i))
                        for i in range(ADDED)]
                answer = wire.produce(connection, self.topic, batches.build(more), partition)
                assert answer["errorCode"] == 0, answer
                sent += more


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_under_kills_the_copy_is_exact(broker_factory, tmp_path, protocol):
    chance = random.Random(SEED)
    print(f"BARNABAS_SEED={SEED}")
    with Proxy() as proxy:
        broker = broker_factory.start({**OVERRIDES, **proxy.overrides()})
        proxy.target = broker.address
        create_topics(broker)
        source = Source(broker, "source")
        cutter = proxy.faults = Cutter(SEED, CUT_EVERY)
        with Copying(broker, proxy, protocol, tmp_path) as copying:
            happenings = [copying.kill, copying.kill_broker, copying.kill, copying.pause,
                          copying.kill_all]
            chance.shuffle(happenings)
            for happening in happenings:
                before = source.total
                source.add()
                copying.wait_for(before + chance.randrange(1, ADDED * PARTITIONS * 2 // 3))
                happening(chance)
            copying.wait_for(source.total)
            proxy.faults = pass_all
            for copier in copying.copiers:
                assert copier.stop() == 0, str(copier)
        cutter.assert_cut(20)
        copied, written = (clients.KCAT.consume(broker, "copy", tmp_path,
                                                settings={"isolation.level": level})
                           for level in ("read_committed", "read_uncommitted"))
    assert len(written) > len(copied), "no transaction was cut short"
    found = {partition: [(record.key, record.value) for record in records]
             for partition, records in by_partition(copied).items()}
    for partition, pairs in source.sent.items():
        assert_equal(partition, found.get(partition, []), pairs)


def create_topics(broker):
    with wire.connected(broker) as connection:
        for topic in ("source", "copy"):
            assert wire.create_topic(connection, topic, PARTITIONS)["errorCode"] == 0


def assert_equal(partition, found, sent):
    """Names the first that differs: the whole would be thousands."""
    for at, (have, want) in enumerate(zip(found, sent)):
        assert have == want, f"partition {partition}: {have} instead of {want} as number {at}"
    assert len(found) == len(sent), f"partition {partition} has {len(found)} of {len(sent)}"
