"""The C++ clients at a cluster of three Apache Kafka nodes: leaders, coordinators and controllers
that are killed, paused, come back and are moved (tests/support/kafka_cluster.py).

Whatever BARNABAS_TEST_BROKER says. BARNABAS_SEED, which is printed, repeats the choices.
"""

import json
import os
import random
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import batches, clients, copying, group_clients, packages, share_members, wire
from support import broker as brokers
from support.cluster_feed import ClusterFeed
from support.cpp_clients import PRODUCER, CppMember, CppProducer, program
from support.group_judging import (assert_each_once, assert_goes_on_from_what_was_committed,
                                   assert_in_order)
from support.group_members import Group
from support.judging import assert_acknowledged_is_there, assert_same, expected_by_partition
from support.kafka_cluster import GROUP, NODES, TRANSACTION, KafkaCluster
from support.partitioners import by_murmur2
from support.records import read_acks
from support.share_members import ShareGroup, share_lag
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
PARTITIONS = 6
SESSION_MS = 12_000  # three nodes on a slow machine leave a heartbeat unanswered for seconds
RATE = 600  # records a second
DEADLINE_S = 60
OVERRIDES = {**group_clients.FAST, **share_members.SETTINGS, "group.min.session.timeout.ms": 500,
             "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS}


@pytest.fixture(scope="module")
def chance():
    print(f"BARNABAS_SEED={SEED}")
    return random.Random(SEED)


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("cluster"))
    made = KafkaCluster(factory, OVERRIDES)
    try:
        yield made.start()
    finally:
        made.kill_all()
        factory.close()


@pytest.fixture
def cluster(started):
    """Every test begins with all nodes, whatever became of the one before."""
    started.bring_back()
    return started


def ask(cluster, command, *words):
    """One of our commands; what it printed. It must succeed."""
    done = subprocess.run(
        [str(brokers.binary()), command, "--bootstrap-server", cluster.bootstrap,
         *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, f"{command} {words} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


# --- leaders ----------------------------------------------------------------------------------

class Load:
    """Our producer at work, as long as a test does something else."""

    def __init__(self, cluster, topic, directory):
        self.cluster, self.topic, self.directory = cluster, topic, directory
        self.offered = packages.packages()
        self.producing = CppProducer(RATE).start_producing(
            cluster, topic, self.offered, directory, settings={"request.timeout.ms": 3000})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.producing.running:
            self.producing.stop()

    def wait_for_more(self, count):
        """Until so many more are acknowledged."""
        wanted = self._acknowledged() + count
        wait_until(lambda: self._acknowledged() > wanted or not self.producing.running,
                   DEADLINE_S, f"{count} more records are acknowledged")
        assert self.producing.running, f"it ended by itself\n{self.producing.output()}"

    def _acknowledged(self):
        path = self.producing.acks_path
        return len(read_acks(path)) if path.exists() else 0

    def finish(self):
        """Nothing is missing, nothing there twice, nothing out of its order; {(partition, offset):
        key} of all that is stored."""
        self.producing.process.send_signal(signal.SIGTERM)
        self.producing.finish(DEADLINE_S)  # with a good status: none failed
        acks = self.producing.acks()
        sent = self.offered[:len(acks)]
        assert sorted(ack.index for ack in acks) == list(range(len(sent)))
        consumed = clients.KCAT.consume(self.cluster, self.topic, self.directory)
        assert_same(expected_by_partition(sent, PARTITIONS, by_murmur2), consumed)
        assert_acknowledged_is_there(sent, acks, consumed)
        return {(record.partition, record.offset): record.key.decode() for record in consumed}


def test_leaders_that_die_and_sleep_again_and_again(cluster, chance, tmp_path):
    cluster.create_topic("killed", PARTITIONS)
    with Load(cluster, "killed", tmp_path) as load:
        for away in (cluster.killed, cluster.asleep, cluster.killed):
            load.wait_for_more(chance.randrange(RATE))
            with away(cluster.leaders("killed")[chance.randrange(PARTITIONS)]) as node:
                cluster.wait_until_left(node)
                load.wait_for_more(RATE // 2)
        load.finish()


def test_leaders_and_replicas_that_are_moved_under_load(cluster, tmp_path):
    """In turn: other replicas, then the same in another order, of which the first is elected."""
    def replicas(turn):
        move, swap = divmod(turn, 2)
        pairs = {p: [NODES[(p + move + i) % len(NODES)] for i in (0, 1)] for p in range(PARTITIONS)}
        return {p: pair[::-1] if swap else pair for p, pair in pairs.items()}

    cluster.create_topic("moved", PARTITIONS, replicas(0), min_insync_replicas=1)
    member = CppMember("uniform", "consumer", incremental=True)
    with Load(cluster, "moved", tmp_path) as load, \
            Group(member, cluster.of_group("group-moved"), "moved", PARTITIONS, tmp_path,
                  SESSION_MS) as group:
        reader = group.join("reader")
        group.settle(reader)
        for turn in range(1, 7):
            load.wait_for_more(RATE // 4)
            move(cluster, "moved", replicas(turn), tmp_path)
        stored = load.finish()
        group.wait_until_read(stored)
        reader.stop()
        assert_each_once(stored, group.members)
        assert_in_order(group.members)
        assert reader.history.errors == [] and reader.history.rebalances == 1, reader


def move(cluster, topic, replicas, directory):
    plan, partitions = directory / "plan.json", directory / "partitions.json"
    plan.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": topic, "partition": p, "replicas": nodes} for p, nodes in replicas.items()]}))
    partitions.write_text(json.dumps({"partitions": [
        {"topic": topic, "partition": p} for p in replicas]}))
    ask(cluster, "reassign-partitions", "--execute", "--reassignment-json-file", plan)
    wait_until(lambda: "still in progress" not in ask(
        cluster, "reassign-partitions", "--verify", "--reassignment-json-file", plan),
        DEADLINE_S, "the replicas are moved", poll_s=0.2)
    ask(cluster, "leader-election", "--election-type", "preferred",
        "--path-to-json-file", partitions)
    wanted = {partition: nodes[0] for partition, nodes in replicas.items()}
    wait_until(lambda: cluster.leaders(topic) == wanted, DEADLINE_S, f"{wanted} are the leaders")


# --- coordinators -----------------------------------------------------------------------------

MEMBERS = {"classic": ("cooperative-sticky", "classic", True),
           "consumer": ("uniform", "consumer", True)}


def test_groups_whose_coordinator_is_killed(cluster, tmp_path):
    """Members keep their partitions: only who leads the group is another one."""
    cluster.create_topic("grouped", PARTITIONS)
    with ClusterFeed(cluster, "grouped", PARTITIONS, tmp_path) as feed:
        groups = [Group(CppMember(*kind), cluster.of_group(name), "grouped", PARTITIONS, tmp_path,
                        SESSION_MS, name) for name, kind in MEMBERS.items()]
        with groups[0], groups[1]:
            pairs = [(group, *(group.join(name, client=CppMember(*MEMBERS[group.name]))
                               for name in ("one", "two"))) for group in groups]
            for group, *members in pairs:
                group.settle(*members)
            held = [set(member.owned) for _, *members in pairs for member in members]
            for group in groups:
                coordinator = cluster.coordinator(GROUP, group.name)
                with cluster.killed(coordinator):
                    cluster.wait_until_left(coordinator)
                    for other, *members in pairs:
                        other.settle(*members)
            feed.stop()
            for group, *members in pairs:
                group.wait_until_read(feed.sent)
            assert held == [set(member.owned) for _, *members in pairs for member in members]
            for group, *members in pairs:
                for member in members:
                    member.stop()
                judge(group, feed)


def judge(group, feed):
    assert_each_once(feed.sent, group.members)
    assert_in_order(group.members)
    assert [member.history.errors for member in group.members] == [[], []]
    assert group.committed() == feed.ends()


# --- exactly once ------------------------------------------------------------------------------

ADDED = 150  # records of each partition at a time


class ClusterSource(copying.Source):
    def store(self, partition, batch):
        with wire.connected(self.broker.leader(self.topic, partition)) as connection:
            answer = wire.produce(connection, self.topic, batch, partition)
        assert answer["errorCode"] == 0, answer


class Copy:
    """A topic, its copiers and what they make."""

    def __init__(self, cluster, protocol, directory):
        self.names = copying.Names(*(f"{name}-{protocol}" for name in copying.NAMES))
        for topic in (self.names.source, self.names.copy):
            cluster.create_topic(topic, copying.PARTITIONS)
        self.cluster, self.directory = cluster, directory
        self.source = ClusterSource(cluster, self.names.source)
        self.copiers = copying.Copying(cluster.of_group(self.names.group), cluster.bootstrap,
                                       protocol, directory, self.names)

    def coordinator(self, chance):
        """Of one of the transactions."""
        return self.cluster.coordinator(TRANSACTION,
                                        self.names.transactional_id(chance.randrange(2)))

    def leader(self, chance):
        """Of a partition that is copied."""
        return self.cluster.leaders(self.names.source)[chance.randrange(copying.PARTITIONS)]

    def wait_for(self, part):
        """Until this part of what was added last is copied."""
        added = ADDED * copying.PARTITIONS
        self.copiers.wait_for(self.source.total - added + int(part * added))


def test_copies_are_exact_over_deaths_of_coordinators_and_leaders(cluster, chance, tmp_path):
    copies = [Copy(cluster, protocol, tmp_path) for protocol in copying.PROTOCOLS]
    victims = [copies[0].coordinator, copies[1].leader]
    chance.shuffle(victims)
    with copies[0].copiers, copies[1].copiers:
        for victim in victims:
            for one in copies:
                one.source.add(ADDED)
            copies[0].wait_for(chance.uniform(0.01, 0.3))
            with cluster.killed(victim(chance)) as node:
                for one in copies:
                    one.wait_for(0.6)
                    one.copiers.kill(chance)
                cluster.wait_until_left(node)
        for one in copies:
            one.wait_for(1)
            one.copiers.stop()
    for one in copies:
        copying.assert_exact(one.source.sent, cluster, tmp_path, one.names.copy)


# --- share groups ------------------------------------------------------------------------------

SHARED = 300


def test_share_members_whose_leader_and_coordinator_are_killed(cluster, tmp_path):
    """What is confirmed never comes again, and what came again was lost on the way before."""
    cluster.create_topic("shared", 1)
    with ShareGroup(cluster, "sharing", "shared", tmp_path, program=[program("share_member")],
                    configs={"share.delivery.count.limit": 10,
                             "share.record.lock.duration.ms": 2000}) as group:
        for _ in range(2):
            group.join("accept", max_poll_records="10")
        victims = [lambda: cluster.leaders("shared")[0],
                   lambda: cluster.coordinator(GROUP, "sharing")]
        for turn, victim in enumerate(victims):
            fill(cluster, "shared", turn * SHARED, SHARED)
            group.wait_for(lambda least=turn * SHARED: len(group.offsets("kept")) > least,
                           "some are acknowledged")
            with cluster.killed(victim()) as node:
                wait_until_settled(cluster, group, (turn + 1) * SHARED)
                cluster.wait_until_left(node)
        for member in group.members:
            member.stop()
        got, kept, failed = (group.offsets(what) for what in ("got", "kept", "failed"))
        assert set(got) == set(range(len(victims) * SHARED)), "a record is missing"
        assert set(kept.values()) == {1}, "a record was acknowledged twice"
        again = {offset: count for offset, count in got.items() if count > 1 + failed[offset]}
        assert not again, f"came again although they were acknowledged: {again}"


def wait_until_settled(cluster, group, count):
    """Until every record is acknowledged, and the group's coordinator knows. Whose answer was lost
    as the leader died may be acknowledged all the same, and then never comes again."""
    group.wait_for(lambda: set(group.offsets("kept")) | set(group.offsets("failed")) >=
                   set(range(count)), "each record is acknowledged")
    group.wait_for(lambda: share_lag(cluster.of_group(group.name), group.name, group.topic) == 0,
                   "none is left for the group")


def fill(cluster, topic, begin, count, size=5):
    with wire.connected(cluster.leader(topic, 0)) as connection:
        for at in range(begin, begin + count, size):
            batch = batches.build([(b"k", b"%d" % i) for i in range(at, at + size)])
            assert wire.produce(connection, topic, batch)["errorCode"] == 0


# --- controllers, and where clients begin -------------------------------------------------------

def test_admin_calls_while_the_controller_is_killed(cluster, tmp_path):
    """Calls that are under way as it dies, and calls that come before there is another one."""
    cluster.create_topic("asked", PARTITIONS)
    ask(cluster, "consumer-groups", "--reset-offsets", "--group", "asking", "--topic", "asked",
        "--to-earliest", "--execute")
    with ThreadPoolExecutor(3) as pool, cluster.killed(cluster.controller()) as node:
        going = [pool.submit(call, cluster) for call in (make_topics, change_topics, look_at_all)]
        cluster.wait_until_left(node)
        for one in going:
            one.result(DEADLINE_S)


def make_topics(cluster):
    """A topic that was made, or deleted, although nobody could say so: the call that is sent again
    finds that."""
    for name in ("made-one", "made-two"):
        ask(cluster, "topics", "--create", "--if-not-exists", "--topic", name, "--partitions", 2,
            "--replication-factor", 2)
    ask(cluster, "topics", "--delete", "--if-exists", "--topic", "made-one")
    wait_until_said(cluster, lambda said: "made-one" not in said.split(), "topics", "--list")
    wait_until_said(cluster, lambda said: "PartitionCount: 2\tReplicationFactor: 2" in said,
                    "topics", "--describe", "--if-exists", "--topic", "made-two")


def change_topics(cluster):
    ask(cluster, "configs", "--alter", "--topic", "asked", "--add-config", "retention.ms=12345678")
    wait_until_said(cluster, lambda said: "retention.ms=12345678" in said,
                    "configs", "--describe", "--topic", "asked")


def wait_until_said(cluster, right, *words):
    """Each time another node may answer, to which the change has not come yet; and a coordinator that
    is new at it does not know at once that what was stored last is stored by enough."""
    wait_until(lambda: right(ask(cluster, *words)), DEADLINE_S, f"{words} tells of it", poll_s=0.1)


def look_at_all(cluster):
    timeout = ("--timeout", 30_000)  # as Kafka's tool, it waits for no more than 5 s by itself
    wait_until_said(cluster, lambda said: said.count("\nasking ") == PARTITIONS,
                    "consumer-groups", "--describe", "--group", "asking", *timeout)
    wait_until_said(cluster, lambda said: "asking" in said.split(),
                    "consumer-groups", "--list", *timeout)
    said = ask(cluster, "get-offsets", "--topic", "asked")
    assert sorted(said.split()) == [f"asked:{p}:0" for p in range(PARTITIONS)], said


class Begun:
    """The cluster for a client that is told of these nodes."""

    def __init__(self, cluster, nodes):
        self.bootstrap = ",".join(cluster.nodes[node].bootstrap for node in nodes)


@pytest.fixture
def begun(cluster, chance):
    """`first` is to be away."""
    nodes = chance.sample(NODES, 2)
    made = Begun(cluster, nodes)
    made.first = nodes[0]
    return made


def test_the_first_bootstrap_server_is_dead(cluster, begun, tmp_path):
    """The other one tells of the whole cluster."""
    cluster.create_topic("dead", PARTITIONS)
    sent = packages.some_packages(500)
    with cluster.killed(begun.first) as node:
        acks = PRODUCER.produce(begun, "dead", sent, tmp_path, deadline_s=DEADLINE_S)
        assert len(acks) == len(sent)
        assert_described(begun, "dead")
        cluster.wait_until_left(node)
        stored = {(ack.partition, ack.offset): sent[ack.index].key.decode() for ack in acks}
        with Group(CppMember("range"), begun, "dead", PARTITIONS, tmp_path, SESSION_MS) as group:
            reader = group.join("reader")
            group.wait_until_read(stored)
            reader.stop()
            assert_each_once(stored, group.members)


def test_the_first_bootstrap_server_is_silent(cluster, begun, tmp_path):
    """It takes connections and says nothing: after request.timeout.ms the other one is asked."""
    cluster.create_topic("silent", PARTITIONS)
    sent = packages.some_packages(500)
    settings = tmp_path / "settings"
    settings.write_text("request.timeout.ms=2000\n")
    with cluster.asleep(begun.first):
        acks = PRODUCER.produce(begun, "silent", sent, tmp_path, deadline_s=DEADLINE_S,
                                settings={"request.timeout.ms": 2000})
        assert len(acks) == len(sent)
        assert_described(begun, "silent", "--command-config", settings)


def assert_described(begun, topic, *words):
    said = ask(begun, "topics", "--describe", "--topic", topic, *words)
    assert f"PartitionCount: {PARTITIONS}" in said, said
