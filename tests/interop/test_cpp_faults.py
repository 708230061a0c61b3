"""The C++ clients when the way to the broker is bad: connections that are cut anywhere, a broker that
is slow, says nothing or is away (tests/support/proxy.py).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka). BARNABAS_SEED, which is printed, repeats the
places of the cuts.
"""

import os
import random
import re
import subprocess

import pytest
from support import clients, group_clients, packages, share_members, wire
from support.cpp_clients import IMPATIENT, PRODUCER, CppMember, program
from support.feeding import Feed
from support.group_judging import assert_goes_on_from_what_was_committed, assert_in_order
from support.group_members import Group
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.partitioners import by_murmur2
from support.proxy import Cut, Cutter, Proxy, Slow, pass_all
from support.share_members import ShareGroup, fill, share_lag
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
PARTITIONS = 3
SESSION_MS = 6000
OVERRIDES = {**group_clients.FAST, **share_members.SETTINGS,
             "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS}
FOR_EVER_S = 3600


class Way:
    """A broker as clients see it behind a proxy; `address` is the broker's own, for judges."""

    def __init__(self, broker, proxy):
        self.broker, self.proxy = broker, proxy
        self.address, self.bootstrap = broker.address, proxy.bootstrap

    def cut(self, every, apis=None):
        print(f"BARNABAS_SEED={SEED}")
        self.proxy.faults = Cutter(SEED, every, apis)
        return self.proxy.faults

    def mend(self):
        self.proxy.faults = pass_all
        self.proxy.accept()
        self.proxy.go_on()


@pytest.fixture(scope="module")
def proxy():
    with Proxy() as made:
        yield made


@pytest.fixture(scope="module")
def broker(tmp_path_factory, proxy):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "faults", {**OVERRIDES, **proxy.overrides()}) as shared:
        proxy.target = shared.address
        yield shared


@pytest.fixture
def way(broker, proxy):
    made = Way(broker, proxy)
    yield made
    made.mend()


def create(broker, topic, partitions=PARTITIONS):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0


def stored_records(broker, topic, partitions=PARTITIONS):
    with wire.connected(broker) as connection:
        return sum(wire.end_offset(connection, topic, p) for p in range(partitions))


def produce(way, topic, sent, directory, **settings):
    """By the C++ producer; and nothing is missing, nothing there twice, nothing out of its order."""
    acks = PRODUCER.produce(way, topic, sent, directory, settings={**IMPATIENT, **settings})
    way.mend()
    assert len(acks) == len(sent)
    consumed = clients.KCAT.consume(way, topic, directory)
    assert_same(expected_by_partition(sent, PARTITIONS, by_murmur2), consumed)
    assert_acknowledged_is_there(sent, acks, consumed)


# --- connections that are cut -----------------------------------------------------------------

def test_what_is_sent_through_cuts_is_stored_once_and_in_order(broker, way, tmp_path):
    create(broker, "cut")
    cutter = way.cut(every=12)
    produce(way, "cut", packages.some_packages(3000), tmp_path, **{"batch.size": 2000})
    cutter.assert_cut(30)


CLASSIC = ("range", "classic", False)
CONSUMER = ("uniform", "consumer", True)


@pytest.mark.parametrize("kind", [CLASSIC, CONSUMER], ids=["classic", "consumer"])
def test_members_whose_connections_are_cut_miss_nothing(broker, way, tmp_path, kind):
    members = {name: CppMember(*kind) for name in ("one", "two", "three")}
    topic = f"members-{kind[1]}"
    with Feed(broker, topic, PARTITIONS) as feed, \
            Group(members["one"], way, topic, PARTITIONS, tmp_path, SESSION_MS) as group:
        one, two = (group.join(name, client=members[name]) for name in ("one", "two"))
        group.settle(one, two)
        cutter = way.cut(every=12)
        group.wait_until(lambda: sum(cutter.cuts.values()) > 20, "connections are cut")
        three = group.join("three", client=members["three"])
        group.settle(one, two, three)
        one.stop()
        feed.stop()
        group.wait_until_read(feed.sent)
        two.stop()
        three.stop()
        way.mend()
        cutter.assert_cut(20)
        assert_in_order(group.members)
        assert_goes_on_from_what_was_committed([client.events for client in members.values()])
        assert group.committed() == feed.ends()


SHARED = 600


def test_share_members_whose_connections_are_cut(broker, way, tmp_path):
    """What is confirmed never comes again, and what came again was lost on the way before."""
    fill(broker, "shared", SHARED)
    # A lost answer costs a delivery: of those there are to be enough.
    configs = {"share.delivery.count.limit": "10", "share.record.lock.duration.ms": "2000"}
    with ShareGroup(way, "cut-shares", "shared", tmp_path, configs,
                    program=[program("share_member")]) as group:
        cutter = way.cut(every=8)
        for _ in range(2):
            group.join("accept", max_poll_records="10",
                       **{name.replace(".", "_"): value for name, value in IMPATIENT.items()})
        group.wait_for(lambda: set(group.offsets("kept")) | set(group.offsets("failed")) >=
                       set(range(SHARED)), "each record is acknowledged")
        way.mend()
        group.wait_for(lambda: share_lag(broker, "cut-shares", "shared") == 0,
                       "the broker has every record acknowledged")
        for member in group.members:
            member.stop()
        got, kept, failed = (group.offsets(what) for what in ("got", "kept", "failed"))
        cutter.assert_cut(10, ways=4)
        assert set(got) == set(range(SHARED)), "a record is missing"
        assert set(kept.values()) == {1}, "a record was acknowledged twice"
        again = {offset: count for offset, count in got.items() if count > 1 + failed[offset]}
        assert not again, f"came again although they were acknowledged: {again}"


# --- a broker that is slow, silent, away --------------------------------------------------------

def test_a_slow_broker_is_waited_for(broker, way, tmp_path):
    create(broker, "slow")
    way.proxy.faults = Slow(0.1)
    produce(way, "slow", packages.some_packages(100), tmp_path, **{"batch.size": 5000})


def fail_to_produce(way, topic, directory, **settings):
    """What the producer says of the first record; it must fail."""
    running = PRODUCER.start_producing(way, topic, packages.some_packages(5), directory,
                                       settings={**IMPATIENT, "linger.ms": 0, **settings})
    assert running.process.wait(30) == 1, running.output()
    return re.search(r"^record \d+: (.*)$", running.output(), re.MULTILINE)[1]


def test_a_broker_that_does_not_answer_is_named(broker, way, tmp_path):
    create(broker, "silent")
    way.proxy.faults = Slow(FOR_EVER_S, {"Produce"})
    said = fail_to_produce(way, "silent", tmp_path,
                           **{"delivery.timeout.ms": 1300, "request.timeout.ms": 400})
    for part in ("REQUEST_TIMED_OUT", "silent-", "delivery.timeout.ms", " tries",
                 f"({way.bootstrap}): no answer to Produce v", "within 4"):
        assert part in said, said


def test_a_broker_that_hangs_up_is_named(broker, way, tmp_path):
    create(broker, "hangs-up")
    way.proxy.faults = lambda frame: Cut() if frame.is_answer and frame.api == "Produce" else None
    said = fail_to_produce(way, "hangs-up", tmp_path, retries=3)
    assert "NETWORK_EXCEPTION" in said, said
    assert re.search(rf"broker \d+ \({re.escape(way.bootstrap)}\): .*Produce v\d+", said), said


BUFFER = 2_000_000
#: By the size of a record: how many, and how much memory its own bytes and all that the client keeps
#: beside them (a callback for each) may take, in parts of buffer.memory.
FLOODS = {500: (40_000, 1.5), 20: (300_000, 5)}
PROGRAMS_OWN = 3_000_000


class Flood:
    """producer_flood.cc"""

    def __init__(self, way, topic, count, size, **settings):
        self.size = size
        words = [f"{name}={value}" for name, value in {**IMPATIENT, **settings}.items()]
        self.process = subprocess.Popen(
            [program("producer_flood"), way.bootstrap, topic, str(count), str(size), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.wait_for("ready")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def wait_for(self, line):
        while (said := self.process.stdout.readline()) != f"{line}\n":
            assert said, "it ended by itself"

    def finish(self, status):
        """The last line that it says; it must end so."""
        said, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == status, said[-2000:]
        return said.splitlines()[-1]

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024

    def is_blocked(self):
        """Whether the thread that sends sleeps for good: it uses no processor."""
        before = self._cpu()
        try:
            wait_until(lambda: self._cpu() != before, 0.3, "it runs", poll_s=0.05)
        except AssertionError:
            return True
        return False

    def _cpu(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/stat",
                  encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[11:13]


@pytest.mark.parametrize("size", FLOODS)
def test_memory_is_bounded_while_the_broker_is_away(broker, way, size):
    topic, (count, parts) = f"flood-{size}", FLOODS[size]
    create(broker, topic)
    with Flood(way, topic, count, size, **{"buffer.memory": BUFFER}) as flood:
        before = flood.memory()
        way.proxy.refuse()
        flood.go()
        wait_until(flood.is_blocked, 30, "the buffer is full, and send() waits")
        grown = flood.memory() - before
        print(f"grown by {grown}")
        assert grown < parts * BUFFER + PROGRAMS_OWN, f"grown by {grown}"
        way.mend()
        assert flood.finish(0) == f"stored {count}, failed 0"
    assert stored_records(broker, topic) == count + 1


def test_who_waits_for_memory_in_vain_is_told_why(broker, way):
    create(broker, "full")
    # Ten batches of nineteen records fit; each of the others waits.
    with Flood(way, "full", 195, 500,
               **{"buffer.memory": 100_000, "batch.size": 10_000, "max.block.ms": 500}) as flood:
        way.proxy.refuse()
        flood.go()
        flood.wait_for("all are sent")
        way.mend()
        said = flood.finish(1)
    assert "REQUEST_TIMED_OUT" in said and "buffer.memory (100000) is full" in said, said
    assert way.bootstrap in said and "cannot connect" in said, said
