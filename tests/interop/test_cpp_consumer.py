"""The C++ consumer: every call of it (tests/integration/client_consumer_test.cc), and as a member of
groups that change, alone and with other people's clients (cpp/consumer_member.cc).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import os
import subprocess

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from support import broker as brokers
from support import group_clients
from support.cpp_clients import CppMember as Cpp
from support.feeding import Feed
from support.group_judging import assert_each_once, assert_in_order
from support.group_members import Group

PROGRAM = brokers.binary().parent / "tests" / "integration" / "client_consumer_test"
DEADLINE_S = 300
FLUSH_S = 30
PARTITIONS = 6
SESSION_MS = 6000
OVERRIDES = {**group_clients.FAST, "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS}


OWN = [Cpp("range"), Cpp("roundrobin"), Cpp("sticky"),
       Cpp("cooperative-sticky", incremental=True),
       Cpp("uniform", protocol="consumer", incremental=True)]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("cpp"))
    yield factory.start(OVERRIDES)
    factory.close()


def make_topics(broker):
    forever = {"retention.ms": "-1"}
    topics = {"numbers": 3, "transactions": 1, "empty": 1, "pattern-a": 1, "pattern-b": 1}
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    made = admin.create_topics(
        [NewTopic(name, count, 1, config=forever) for name, count in topics.items()])
    for future in made.values():
        future.result()


def fill(broker):
    for partition, codec in enumerate(("gzip", "lz4", "zstd")):
        producer = Producer({"bootstrap.servers": broker.bootstrap, "compression.type": codec,
                             "linger.ms": 50})
        for i in range(300):
            producer.produce("numbers", str(i), partition=partition, timestamp=1_000_000 + 1000 * i)
        if partition == 0:
            for i in range(10):
                producer.produce("pattern-a", str(i))
                producer.produce("pattern-b", str(i))
        assert producer.flush(FLUSH_S) == 0


def leave_open(broker):
    """Three transactions, then one that goes on as long as what is returned lives."""
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "consumer-test",
                         "transaction.timeout.ms": 600_000})
    producer.init_transactions(FLUSH_S)
    for begin, committed in ((0, True), (10, False), (20, True)):
        producer.begin_transaction()
        for i in range(begin, begin + 10):
            producer.produce("transactions", str(i), partition=0)
        assert producer.flush(FLUSH_S) == 0
        if committed:
            producer.commit_transaction(FLUSH_S)
        else:
            producer.abort_transaction(FLUSH_S)
    producer.begin_transaction()
    for i in range(30, 35):
        producer.produce("transactions", str(i), partition=0)
    assert producer.flush(FLUSH_S) == 0
    return producer


def test_every_call_of_the_consumer(broker):
    make_topics(broker)
    fill(broker)
    still_open = leave_open(broker)
    with Feed(broker, "live", 2):
        environment = {**os.environ, "BARNABAS_BOOTSTRAP": broker.bootstrap}
        done = subprocess.run([PROGRAM, "--gtest_color=no"], env=environment, check=False,
                              timeout=DEADLINE_S, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    still_open.abort_transaction(FLUSH_S)
    assert done.returncode == 0, done.stdout[-20_000:]


def test_what_the_users_own_objects_hear(broker):
    """Assignors, listeners and coroutines (tests/integration/client_members_test.cc)."""
    done = subprocess.run([PROGRAM.with_name("client_members_test"), "--gtest_color=no"],
                          env={**os.environ, "BARNABAS_BOOTSTRAP": broker.bootstrap}, check=False,
                          timeout=DEADLINE_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert done.returncode == 0, done.stdout[-20_000:]


def come_and_go(broker, directory, client):
    topic = f"own-{client.name}"
    with Feed(broker, topic, PARTITIONS) as feed, \
            Group(client, broker, topic, PARTITIONS, directory, SESSION_MS) as group:
        one, two = group.join("one"), group.join("two")
        group.settle(one, two)
        three = group.join("three")
        group.settle(one, two, three)
        if client.incremental:
            for member in group.members:
                assert not member.owned & member.history.revoked_ever, \
                    f"what stays was taken away: {member}"
        three.kill()
        group.settle(one, two)
        one.stop()
        two.stop()
        before = len(feed.sent)
        group.wait_until(lambda: len(feed.sent) > before + 100, "more came while nobody was there")
        four = group.join("four")
        group.settle(four)
        feed.stop()
        group.wait_until_read(feed.sent)
        four.stop()
        assert_each_once(feed.sent, group.members, killed=three)
        assert_in_order(group.members)
        assert group.committed() == feed.ends()


@pytest.mark.scenario(run=come_and_go)
@pytest.mark.parametrize("client", OWN, ids=lambda client: client.name)
def test_members_come_and_go_and_no_record_is_missing(outcome, client):
    outcome()


def mix(broker, directory, own, other, first):
    topic = f"mixed-{own.name}-{other.name}-{first.library}"
    with Feed(broker, topic, PARTITIONS) as feed, \
            Group(first, broker, topic, PARTITIONS, directory, SESSION_MS) as group:
        leader = group.join("first")
        group.settle(leader)
        second = group.join("second", client=own if first is other else other)
        group.settle(leader, second)
        leader.stop()  # the other one leads
        group.settle(second)
        third = group.join("third")
        group.settle(second, third)
        feed.stop()
        group.wait_until_read(feed.sent)
        second.stop()
        third.stop()
        assert_each_once(feed.sent, group.members)
        assert_in_order(group.members)
        assert group.committed() == feed.ends()


CONFLUENT = group_clients.Python("confluent", "confluent_group.py", "range")
CONFLUENT_STICKY = group_clients.Python("confluent", "confluent_group.py", "cooperative-sticky")
KAFKA_PYTHON = group_clients.Python("kafka-python", "kafka_python_group.py", "roundrobin")
JAVA = group_clients.Java("range")
JAVA_STICKY = group_clients.Java("cooperative-sticky")
JAVA_CONSUMER = group_clients.Java("uniform", protocol="consumer")
MIXES = [(OWN[0], CONFLUENT), (OWN[3], CONFLUENT_STICKY), (OWN[1], KAFKA_PYTHON), (OWN[0], JAVA),
         (OWN[3], JAVA_STICKY), (OWN[4], JAVA_CONSUMER)]
ORDERS = [(own, other, first) for own, other in MIXES for first in (own, other)]


@pytest.mark.scenario(run=mix)
@pytest.mark.parametrize(("own", "other", "first"), ORDERS,
                         ids=lambda client: client.name)
def test_members_share_a_group_with_other_clients(outcome, own, other, first):
    outcome()


@pytest.mark.parametrize("client", [OWN[0], OWN[4]], ids=lambda client: client.name)
def test_members_live_through_the_broker_being_killed(broker_factory, client):
    """What the members had not committed yet when it died may be read twice, nothing is missing."""
    broker = broker_factory.start(OVERRIDES)
    with Feed(broker, "killed", PARTITIONS) as feed, \
            Group(client, broker, "killed", PARTITIONS, broker_factory.directory,
                  SESSION_MS) as group:
        one, two = group.join("one"), group.join("two")
        group.settle(one, two)
        feed.stop()
        group.wait_until_read(feed.sent)
        broker.kill()
        broker.start()
        with Feed(broker, "killed-too", 1):
            pass  # it serves again
        group.wait_until(lambda: set(one.owned) | set(two.owned) == set(range(PARTITIONS)),
                         "the members share the partitions again")
        one.stop()
        two.stop()
