"""Copiers (tests/interop/cpp/copier.cc; of foreign clients: group_copies.py) at work, the topic that
they copy, and whether the copy, as committed, is equal to it."""

from contextlib import ExitStack
from typing import NamedTuple

from support import batches, clients, serving, transactions, wire
from support.cpp_clients import IMPATIENT, program
from support.judging import by_partition
from support.programs import Program
from support.waiting import wait_until

PARTITIONS = 3
ADDED = 300  # records of each partition at a time
DEADLINE_S = 120
_COPIED_AT_ONCE = 5
_SESSION_MS = 2000
_HEARTBEAT_MS = 300
# So that a test need not wait for it.
OVERRIDES = {"group.initial.rebalance.delay.ms": 0, "group.min.session.timeout.ms": 500,
             "group.consumer.session.timeout.ms": _SESSION_MS,
             "group.consumer.min.session.timeout.ms": _SESSION_MS,
             "group.consumer.heartbeat.interval.ms": _HEARTBEAT_MS,
             "group.consumer.min.heartbeat.interval.ms": _HEARTBEAT_MS,
             "offsets.topic.num.partitions": 3, "transaction.state.log.num.partitions": 3}
PROTOCOLS = {"classic": {"session.timeout.ms": _SESSION_MS,
                         "heartbeat.interval.ms": _HEARTBEAT_MS},
             "consumer": {"group.protocol": "consumer"}}


class Names(NamedTuple):
    """What one copy is made with."""

    source: str = "source"
    copy: str = "copy"
    group: str = "copiers"

    def transactional_id(self, number):
        """Of a copier."""
        return f"{self.group}-{number}"


NAMES = Names()


class CopyingGroup:
    """Copiers in one group; how far they are is told by what the group has committed."""

    def __init__(self, broker, names, copiers):
        self.broker, self.names, self.copiers = broker, names, copiers
        self._done = 0

    def committed(self):
        """How many records are copied; while the broker is away, how many were."""
        try:
            with wire.connected(self.broker, deadline_s=5) as connection:
                answer = self._offsets(connection, require_stable=False)
        except (OSError, wire.Closed):
            return self._done
        if answer["errorCode"] == 0:
            (topic,) = answer["topics"]
            self._done = sum(max(one["committedOffset"], 0) for one in topic["partitions"])
        return self._done

    def wait_for(self, count):
        self.wait_until(lambda: self.committed() >= count, f"{count} records are copied")

    def wait_until(self, condition, what):
        """Meanwhile no copier ends by itself."""
        def come_true():
            for copier in self.copiers:
                assert not copier.ended_by_itself, f"it ended by itself\n{copier}"
            return condition()

        try:
            wait_until(come_true, DEADLINE_S, what)
        except AssertionError as error:
            raise AssertionError(
                f"{error}; {self._done} are copied\n{self}\n{self._at_broker()}") from None

    def stop(self):
        for copier in self.copiers:
            assert copier.stop() == 0, str(copier)

    def __str__(self):
        return "\n".join(map(str, self.copiers))

    def _at_broker(self):
        """What the broker has of the transactions and of the group's offsets: for a copy that
        stands still."""
        with wire.connected(self.broker, deadline_s=5) as connection:
            states = [transactions.describe(connection, self.names.transactional_id(n))
                      for n in range(2)]
            offsets = self._offsets(connection, require_stable=True)
        return f"{states}\n{offsets}"

    def _offsets(self, connection, require_stable):
        return connection.call(
            "OffsetFetch", 7, groupId=self.names.group, requireStable=require_stable,
            topics=[{"name": self.names.source, "partitionIndexes": list(range(PARTITIONS))}])


class Copying(CopyingGroup):
    """Two of our own copiers.

    They begin at `bootstrap`; `broker` is who knows what is committed (the group's coordinator).
    """

    def __init__(self, broker, bootstrap, protocol, directory, names=NAMES):
        reading = {"max.poll.records": _COPIED_AT_ONCE, **PROTOCOLS[protocol]}
        words = [*_prefixed("consumer", {**IMPATIENT, **reading}),
                 *_prefixed("producer", IMPATIENT)]
        super().__init__(broker, names, [
            Program([program("copier"), bootstrap, *names, names.transactional_id(number), *words],
                    directory, names.transactional_id(number))
            for number in range(2)])
        self._stack = ExitStack()

    def __enter__(self):
        for copier in self.copiers:
            self._stack.enter_context(copier)
        return self

    def __exit__(self, *failure):
        self._stack.__exit__(*failure)

    def kill(self, chance):
        copier = chance.choice(self.copiers)
        copier.kill()
        copier.start()

    def pause(self, chance):
        """Longer than its session: the other one copies all, and this one must not commit what it
        had."""
        asleep = chance.choice(self.copiers)
        asleep.pause()
        try:
            self._wait_for_other(asleep)
        finally:
            asleep.resume()

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

    def __init__(self, broker, topic=NAMES.source):
        self.broker, self.topic = broker, topic
        self.sent = {partition: [] for partition in range(PARTITIONS)}

    @property
    def total(self):
        return sum(map(len, self.sent.values()))

    def add(self, count=ADDED):
        """So many to each partition."""
        for partition, sent in self.sent.items():
            more = [(b"%d" % partition, b"%d/%d" % (partition, len(sent) + i))
                    for i in range(count)]
            self.store(partition, batches.build(more))
            sent += more

    def store(self, partition, batch):
        serving.wait_for_leaders(self.broker, [(self.topic, partition)])
        with wire.connected(self.broker) as connection:
            answer = wire.produce(connection, self.topic, batch, partition)
        assert answer["errorCode"] == 0, answer


def assert_exact(sent, broker, directory, copy=NAMES.copy):
    """What is committed of the copy is `sent`, {partition: [(key, value)]}. How many records of
    transactions that were cut short lie beside it."""
    copied, written = (clients.KCAT.consume(broker, copy, directory,
                                            settings={"isolation.level": level})
                       for level in ("read_committed", "read_uncommitted"))
    found = {partition: [(record.key, record.value) for record in records]
             for partition, records in by_partition(copied).items()}
    for partition, pairs in sent.items():
        _assert_equal(partition, found.get(partition, []), pairs)
    return len(written) - len(copied)


def _assert_equal(partition, found, sent):
    """Names the first that differs: the whole would be thousands."""
    for at, (have, want) in enumerate(zip(found, sent)):
        assert have == want, f"partition {partition}: {have} instead of {want} as number {at}"
    assert len(found) == len(sent), f"partition {partition} has {len(found)} of {len(sent)}"
