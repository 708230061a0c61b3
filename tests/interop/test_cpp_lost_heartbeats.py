"""The C++ consumers where answers to heartbeats are lost (KIP-848, KIP-932): they say what is assigned
when that is new, and nobody repeats it to a member that does not say everything again.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

from types import SimpleNamespace

import pytest
from support import group_clients, share_members
from support.cpp_clients import CppMember, program
from support.feeding import Feed
from support.group_members import Group
from support.proxy import Cut, Proxy, pass_all
from support.share_members import ShareGroup, fill
from support.waiting import wait_until

PARTITIONS = 4
SESSION_MS = 20_000  # nobody is thrown out meanwhile


class LoseAnswers:
    """The connection ends where answers of an API would begin, `count` of them behind the first
    `spared`."""

    def __init__(self, api, count, spared=0):
        self.api, self.left, self.spared = api, count, spared

    def __call__(self, frame):
        if frame.api != self.api or not frame.is_answer or self.left == 0:
            return None
        if self.spared:
            self.spared -= 1
            return None
        self.left -= 1
        return Cut()


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    """A broker whose clients come through a proxy."""
    from conftest import shared_broker
    settings = {**group_clients.FAST, **share_members.SETTINGS,
                "group.consumer.session.timeout.ms": SESSION_MS,
                "group.consumer.min.session.timeout.ms": SESSION_MS}
    with Proxy() as proxy, shared_broker(tmp_path_factory, "lost-heartbeats",
                                         {**settings, **proxy.overrides()}) as broker:
        proxy.target = broker.address
        yield SimpleNamespace(address=broker.address, bootstrap=proxy.bootstrap, proxy=proxy)


@pytest.fixture
def lose(way):
    def begin(*words, **settings):
        way.proxy.faults = LoseAnswers(*words, **settings)
        return way.proxy.faults
    yield begin
    way.proxy.faults = pass_all


def test_a_share_member_hears_of_its_first_partition(way, lose, tmp_path):
    fill(way, "first", 10)
    lost = lose("ShareGroupHeartbeat", 5, spared=1)
    with ShareGroup(way, "first", "first", tmp_path, program=[program("share_member")]) as group:
        group.join()
        group.wait_until_kept(range(10))
        assert lost.left == 0


def test_members_hear_of_what_another_is_to_have(way, lose, tmp_path):
    members = [CppMember("uniform", "consumer", True) for _ in range(2)]
    with Feed(way, "moved", PARTITIONS), \
            Group(members[0], way, "moved", PARTITIONS, tmp_path, SESSION_MS) as group:
        one = group.join("one", client=members[0])
        group.settle(one)
        lost = lose("ConsumerGroupHeartbeat", 8)
        two = group.join("two", client=members[1])
        wait_until(lambda: lost.left == 0, 60, "answers are lost")
        group.settle(one, two)
        for member in (one, two):
            member.stop()
