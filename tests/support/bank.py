"""A bank on a broker. Kafka's VerifiableProducer writes numbers to `numbers`, some before and more all
the while, its TransactionalMessageCopier copies each partition to `orders`, tellers
(java/JavaTeller.java) book each order as two records in `bookings`, and its VerifiableConsumer reads
those.

Each partition is a branch with accounts of its own; a branch's balances always have one sum.
"""

import json
import threading
from collections import defaultdict
from contextlib import ExitStack
from typing import NamedTuple

from support import batches, clients, kafka_jars, wire
from support.broker import is_kafka
from support.committed import CommittedReader, committed_transactions, read_log
from support.programs import Program
from support.waiting import wait_until

BRANCHES = 2
ACCOUNTS = 10
OPENING = 1000
COPIED_AT_ONCE = 5
BOOKED_AT_ONCE = 8
SESSION_MS = 2000
NUMBERS_A_SECOND = 20  # of the producer that runs beside the others
DEADLINE_S = 150
# A copier that is started again waits for the killed one's transaction to time out: it asks where it
# was before its producer fences the other. Kafka itself is away for longer than that when killed.
COPIER_TIMEOUT_MS = 60_000 if is_kafka() else 8_000
# So that a test need not wait for it.
BROKER = {"group.initial.rebalance.delay.ms": 0, "group.min.session.timeout.ms": 500,
          "transaction.abort.timed.out.transaction.cleanup.interval.ms": 200,
          "offsets.topic.num.partitions": 3, "transaction.state.log.num.partitions": 3}
_JAVA = ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


class Closed(NamedTuple):
    """What the bank has come to; `numbers`, `orders`, `bookings` and `told`, which is what the
    VerifiableConsumer told of, are each {partition: [(offset, key, value)]}."""

    numbers: dict
    orders: dict
    bookings: dict
    told: dict
    acknowledged: list  # (partition, offset, value) that the producer beside the others told of


class Bank:
    """Its programs, and an auditor that reads the bookings all the while."""

    def __init__(self, broker, directory, orders):
        self.broker, self.directory, self.orders = broker, directory, orders
        self.auditor = Auditor(broker)
        self.copiers = [Program(self._copier(p), directory, f"copier-{p}") for p in range(BRANCHES)]
        self.tellers = [Program(self._teller(i), directory, f"teller-{i}") for i in range(2)]
        self.consumer = Program(self._consumer(), directory, "consumer")
        self.producer = Program(self._producer("--throughput", NUMBERS_A_SECOND), directory,
                                "producer")
        self._staying = [*self.tellers, self.consumer, self.producer]
        self._stack = ExitStack()

    def __enter__(self):
        with wire.connected(self.broker) as connection:
            for topic in ("numbers", "orders", "bookings"):
                assert wire.create_topic(connection, topic, BRANCHES)["errorCode"] == 0
            for branch in range(BRANCHES):
                opening = batches.build([(b"%d" % account, b"-1 %d" % OPENING)
                                         for account in range(ACCOUNTS)])
                answer = wire.produce(connection, "bookings", opening, branch)
                assert answer["errorCode"] == 0, answer
        with Program(self._producer("--max-messages", self.orders), self.directory,
                     "first-producer") as producer:
            assert producer.wait(DEADLINE_S) == 0, str(producer)
        for program in (*self._staying, *self.copiers):
            self._stack.enter_context(program)
        self._stack.enter_context(self.auditor)
        return self

    def __exit__(self, *failure):
        self._stack.__exit__(*failure)

    def booked(self):
        return self.auditor.records - BRANCHES * ACCOUNTS

    def wait_until(self, condition, what):
        """Meanwhile every program goes on: none ends, but a copier whose work is done."""
        def come_true():
            self._assert_all_go_on()
            return condition()

        try:
            return wait_until(come_true, DEADLINE_S, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self}") from None

    def wait_for_bookings(self, more):
        wanted = min(self.booked() + more, 2 * self.orders)
        self.wait_until(lambda: self.booked() >= wanted, f"{wanted} bookings are there")

    def close(self):
        """No number comes any more, all get booked, the programs are stopped: answers Closed."""
        self._staying.remove(self.producer)
        assert self.producer.stop() in (0, 143), str(self.producer)
        self._copy_all()
        topics = {topic: self._consume(topic) for topic in ("numbers", "orders")}
        all_bookings = 2 * sum(map(len, topics["orders"].values()))
        self.wait_until(lambda: self.booked() >= all_bookings, f"all {all_bookings} are booked")
        topics["bookings"] = self._consume("bookings")
        wanted = {(p, at) for p, found in topics["bookings"].items() for at, _, _ in found}
        self.wait_until(lambda: self._told().keys() >= wanted, "the consumer has all bookings")
        assert self.consumer.stop() in (0, 143), str(self.consumer)
        told = defaultdict(list)
        for (partition, offset), (key, value) in sorted(self._told().items()):
            told[partition].append((offset, key, value))
        return Closed(told=dict(told), acknowledged=self._acknowledged(), **topics)

    def _copy_all(self):
        """A copier ends where its partition ended when it was started."""
        for copier in self.copiers:
            assert copier.wait() == 0, str(copier)
            copier.start()
        for copier in self.copiers:
            assert copier.wait() == 0, str(copier)

    def kill_consumer(self):
        """Once it has committed something, it goes on from there."""
        self.wait_until(lambda: committed_by(self.consumer.lines()), "the consumer has committed")
        self.consumer.kill()
        self.consumer.start()

    def assigned(self, teller):
        """The partitions that a teller has in this run of it."""
        events = [json.loads(line) for line in teller.lines() if line.startswith("{")]
        changes = [event for event in events if event["event"] in ("assigned", "revoked")]
        return changes[-1]["partitions"] if changes and changes[-1]["event"] == "assigned" else []

    def _assert_all_go_on(self):
        self.auditor.assert_content()
        for program in self._staying:
            assert program.running, f"it ended by itself\n{program}"
        for copier in self.copiers:
            assert copier.running or copier.process.returncode == 0, f"it failed\n{copier}"

    def _told(self):
        """{(partition, offset): (key, value)}. Told twice is told alike: a consumer that was killed,
        or whose commit a killed broker did not take, reads again, from what it has committed."""
        told, committed = {}, {}
        for lines in self.consumer.runs():
            positions = dict(committed)  # each run goes on there
            for event in events(lines):
                if event["name"] == "record_data":
                    partition, offset = at = event["partition"], event["offset"]
                    assert offset >= positions.get(partition, 0), f"{event} was committed before"
                    record = event["key"], event["value"]
                    assert told.setdefault(at, record) == record, f"{at}: {told[at]}, now {record}"
            committed |= committed_by(lines)
        return told

    def _acknowledged(self):
        return [(event["partition"], event["offset"], int(event["value"]))
                for event in events(self.producer.lines())
                if event["name"] == "producer_send_success"]

    def _consume(self, topic):
        found = {p: [] for p in range(BRANCHES)}
        for record in clients.JAVA.consume(self.broker, topic, self.directory,
                                           {"isolation.level": "read_committed"}):
            found[record.partition].append(
                (record.offset, record.key.decode(), record.value.decode()))
        return found

    def _producer(self, *options):
        """It would send nothing again, so that a killed broker costs it records."""
        settings = self.directory / "producer.properties"
        settings.write_text("retries=2147483647\nenable.idempotence=true\n")
        return [*_kafka("VerifiableProducer"), "--bootstrap-server", self.broker.bootstrap,
                "--topic", "numbers", "--repeating-keys", 16, "--command-config", settings, *options]

    def _copier(self, partition):
        return [*_kafka("TransactionalMessageCopier"), "--broker-list", self.broker.bootstrap,
                "--input-topic", "numbers", "--input-partition", partition,
                "--output-topic", "orders", "--consumer-group", "copiers",
                "--transactional-id", f"copier-{partition}", "--use-group-metadata",
                "--transaction-size", COPIED_AT_ONCE,
                "--transaction-timeout", COPIER_TIMEOUT_MS, "--enable-random-aborts"]

    def _teller(self, number):
        settings = {"max.poll.records": BOOKED_AT_ONCE, "session.timeout.ms": SESSION_MS,
                    "heartbeat.interval.ms": 300, "fetch.max.wait.ms": 50}
        words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        jars = f"{clients.java_classes()}:{kafka_jars.class_path('clients')}"
        return [*_JAVA, "-cp", jars, "JavaTeller", self.broker.bootstrap, "tellers",
                f"teller-{number}", "orders", "bookings", ACCOUNTS, *words]

    def _consumer(self):
        settings = self.directory / "consumer.properties"
        settings.write_text("isolation.level=read_committed\nheartbeat.interval.ms=300\n")
        return [*_kafka("VerifiableConsumer"), "--bootstrap-server", self.broker.bootstrap,
                "--topic", "bookings", "--group-id", "auditors", "--verbose",
                "--session-timeout", SESSION_MS, "--command-config", settings]

    def __str__(self):
        return "\n".join(map(str, (*self.copiers, *self._staying)))


def _kafka(tool):
    return [*_JAVA, "-cp", kafka_jars.class_path("tools"), f"org.apache.kafka.tools.{tool}"]


def events(lines):
    """That a verifiable client told of."""
    return [json.loads(line) for line in lines if line.startswith("{")]


def committed_by(lines):
    """{partition: offset} that a VerifiableConsumer told to be committed."""
    return {one["partition"]: one["offset"] for event in events(lines)
            if event["name"] == "offsets_committed" and event["success"]
            for one in event["offsets"]}


class Auditor:
    """A thread that reads the bookings as they are committed and adds up each branch.

    `cuts` has for each branch the offsets that a reader of committed records came to, with the sum
    of what it had been shown.
    """

    def __init__(self, broker):
        self.broker = broker
        self.readers = [CommittedReader(broker, "bookings", p) for p in range(BRANCHES)]
        self.cuts = [{} for _ in range(BRANCHES)]
        self.sums = [0] * BRANCHES
        self.records, self.failure = 0, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def assert_content(self):
        if self.failure is not None:
            raise AssertionError(f"the audit failed: {self.failure!r}")

    def finish(self):
        """All is booked: judges the sums, and answers {branch: [(offset, key, value)]}, what it was
        shown in the course of time."""
        self.__exit__()
        self.assert_content()
        for branch, cuts in enumerate(self.cuts):
            assert len(cuts) > 20, f"too few looks at branch {branch} to judge it: {len(cuts)}"
            log = read_log(self.broker, "bookings", branch)
            committed = committed_transactions(log)
            for offset, shown in cuts.items():
                assert_sum(log, committed, offset, shown)
        return {branch: [(r.offset, r.key.decode(), r.value.decode()) for r in reader.shown]
                for branch, reader in enumerate(self.readers)}

    def _run(self):
        try:
            while not self._stop.wait(0.01):
                for branch, reader in enumerate(self.readers):
                    self._audit(branch, reader)
        except Exception as error:
            self.failure = error

    def _audit(self, branch, reader):
        before = len(reader.shown)
        if not reader.read():
            return
        new = reader.shown[before:]
        self.sums[branch] += sum(map(amount_of, new))
        self.records += len(new)
        if reader.whole and reader.shown:
            self.cuts[branch][reader.offset] = self.sums[branch]


def amount_of(record):
    return int(record.value.split()[1])


def assert_sum(log, committed, offset, shown):
    """A reader of committed records that came to `offset` was shown whole transactions, which sum up
    to what the branch has.

    One may be cut there if one of another producer begins there: that was open, and holds readers.
    A teller that has lost its orders writes such a one before it hears that it may not commit.
    """
    for cut in committed:
        if cut.is_cut_at(offset):
            holding = next(batch for batch in log if batch.last_offset >= offset)
            assert holding.base_offset == offset and holding.producer[0] != cut.producer, \
                f"a transaction is cut at {offset} by {holding}"
            shown += sum(amount_of(record) for record in cut.records if record.offset >= offset)
    assert shown == ACCOUNTS * OPENING, f"at {offset} the sum is {shown}"
