"""Static members of each client that has them: one comes back and finds its partitions, nobody else
notices; a second one of its name is told apart."""

import pytest
from support import group_clients
from support.cpp_clients import CppMember
from support.feeding import Feed
from support.group_judging import assert_each_once
from support.group_members import Group

PARTITIONS = 6
SESSION_MS = 45_000
CLIENTS = [
    group_clients.Java("range"),
    group_clients.Java("uniform", protocol="consumer"),
    group_clients.Python("confluent", "confluent_group.py", "cooperative-sticky"),
    group_clients.Python("confluent", "confluent_group.py", "uniform", protocol="consumer"),
    group_clients.Python("kafka-python", "kafka_python_group.py", "range"),
    group_clients.Go("franz", "cooperative-sticky"),
    group_clients.Go("sarama", "range"),
    CppMember("range"),
    CppMember("uniform", protocol="consumer"),
]
# Its last heartbeat lacks the instance id (1.22.3), which Kafka refuses: the name stays occupied.
FRANZ_CONSUMER = group_clients.Go("franz", "sticky", protocol="consumer")


def name_of(client):
    return client.name


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("groups"))
    yield factory.start(group_clients.FAST)
    factory.close()


def come_back(broker, directory, client):
    with Feed(broker, client.name, PARTITIONS) as feed, \
            Group(client, broker, client.name, PARTITIONS, directory, SESSION_MS) as group:
        one = group.join("one", instance="i-1")
        group.settle(one)  # it leads: kafka-python asks for a rebalance where the leader comes back
        two = group.join("two", instance="i-2")
        group.settle(one, two)
        shares = one.owned, two.owned
        rebalances = one.history.rebalances
        two.stop()
        again = group.join("again", instance="i-2")
        group.settle(one, again)
        assert (one.owned, again.owned) == shares

        killed = None
        if client.protocol == "classic":  # the other one keeps a killed member's name occupied
            killed = again
            killed.kill()
            again = group.join("third", instance="i-2")
            group.settle(one, again)
            assert (one.owned, again.owned) == shares
        assert one.history.rebalances == rebalances, \
            f"a rebalance reached the other: {one}\n{again}"
        feed.stop()
        group.wait_until_read(feed.sent)
        one.stop()
        again.stop()
        assert_each_once(feed.sent, group.members, killed=killed)
        assert group.committed() == feed.ends()


def share_a_name(broker, directory, client):
    """Classic: the newer one fences the older. Consumer: the newer one is refused."""
    topic = f"fenced-{client.name}"
    with Feed(broker, topic, PARTITIONS), \
            Group(client, broker, topic, PARTITIONS, directory, SESSION_MS) as group:
        older = group.join("older", instance="i-1")
        group.settle(older)
        newer = group.join("newer", instance="i-1")
        loser, winner = (older, newer) if client.protocol == "classic" else (newer, older)
        group.wait_until(lambda: not loser.running, f"{loser.name} ends")
        loser.history.join()
        assert loser.process.returncode == 1 and any(
            word in loser.history.errors[-1].lower() for word in ("fenced", "instance")), str(loser)
        group.settle(winner)
        winner.stop()


@pytest.mark.scenario(run=come_back)
@pytest.mark.parametrize("client", CLIENTS, ids=name_of)
def test_a_static_member_comes_back_to_its_partitions(outcome, client):
    outcome()


@pytest.mark.scenario(run=share_a_name)
@pytest.mark.parametrize("client", [*CLIENTS, FRANZ_CONSUMER], ids=name_of)
def test_of_two_members_of_one_name_only_one_goes_on(outcome, client):
    outcome()
