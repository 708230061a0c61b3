"""Members of different libraries and of both protocols in one group."""

import pytest
from support import group_clients, wire
from support.feeding import Feed
from support.group_judging import assert_each_once, assert_in_order
from support.group_members import Group

SESSION_MS = 6000
JAVA = group_clients.Java("range")
CONFLUENT = group_clients.Python("confluent", "confluent_group.py", "range")
KAFKA_PYTHON = group_clients.Python("kafka-python", "kafka_python_group.py", "range")
AIOKAFKA = group_clients.Python("aiokafka", "aiokafka_group.py", "range")
SARAMA = group_clients.Go("sarama", "range")
RANGE = [JAVA, CONFLUENT, group_clients.Kcat("range"), KAFKA_PYTHON, AIOKAFKA,
         group_clients.Go("franz", "range"), SARAMA]
JAVA_CONSUMER = group_clients.Java("range", protocol="consumer")
CONFLUENT_CONSUMER = group_clients.Python("confluent", "confluent_group.py", "uniform",
                                          protocol="consumer")


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("groups"))
    yield factory.start(group_clients.FAST)
    factory.close()


def mix(broker, directory, leader):
    """The first to join leads: each other library has to read what it made."""
    topic, partitions = f"every-{leader.library}", 2 * len(RANGE)
    with Feed(broker, topic, partitions) as feed, \
            Group(leader, broker, topic, partitions, directory, SESSION_MS) as group:
        first = group.join(leader.library)
        group.settle(first)
        others = [group.join(client.library, client=client)
                  for client in RANGE if client is not leader]
        group.settle(first, *others)
        first.kill()  # somebody else leads
        group.settle(*others)
        feed.stop()
        group.wait_until_read(feed.sent)
        for member in others:
            member.stop()
        assert_each_once(feed.sent, group.members, killed=first)
        assert_in_order(group.members)
        assert group.committed() == feed.ends()


def move(broker, directory, classic, consumer):
    topic = f"moving-{classic.library}"
    with Feed(broker, topic, 6) as feed, \
            Group(classic, broker, topic, 6, directory, SESSION_MS) as group:
        one, two = group.join("one"), group.join("two")
        group.settle(one, two)
        assert kind(broker, group.name) == "classic"
        three = group.join("three", client=consumer)
        group.settle(one, two, three)
        assert kind(broker, group.name) == "consumer"
        one.stop()
        group.settle(two, three)
        four = group.join("four", client=consumer)
        group.settle(two, three, four)
        two.stop()
        group.settle(three, four)

        five = group.join("five")
        group.settle(three, four, five)
        three.stop()
        group.settle(four, five)
        assert kind(broker, group.name) == "consumer"
        four.stop()
        group.settle(five)
        assert kind(broker, group.name) == "classic"
        feed.stop()
        group.wait_until_read(feed.sent)
        five.stop()
        assert_each_once(feed.sent, group.members)
        assert group.committed() == feed.ends()


def kind(broker, name):
    with wire.connected(broker) as connection:
        answer = connection.call("ListGroups", 5, statesFilter=[], typesFilter=[])
    (found,) = [group for group in answer["groups"] if group["groupId"] == name]
    return found["groupType"]


@pytest.mark.scenario(run=mix)
@pytest.mark.parametrize("leader", [JAVA, KAFKA_PYTHON, SARAMA], ids=lambda leader: leader.library)
def test_every_library_is_in_one_group(outcome, leader):
    outcome()


@pytest.mark.scenario(run=move)
@pytest.mark.parametrize("classic, consumer", [(JAVA, JAVA_CONSUMER),
                                               (CONFLUENT, CONFLUENT_CONSUMER)],
                         ids=["java", "confluent"])
def test_a_live_group_moves_to_the_consumer_protocol_and_back(outcome, classic, consumer):
    outcome()
