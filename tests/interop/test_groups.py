"""Consumer groups of each foreign client: members come, one is killed, all stop and come again,
while records keep coming. None is missing; none is read twice but what the killed member had not
committed."""

from contextlib import nullcontext

import pytest
from support import group_clients
from support.feeding import Feed
from support.group_judging import assert_each_once, assert_in_order
from support.group_members import Group

PARTITIONS = 6
SESSION_MS = 6000
OVERRIDES = {**group_clients.FAST, "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS}


def name_of(client):
    return client.name


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """One broker with short sessions."""
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("groups"))
    yield factory.start(OVERRIDES)
    factory.close()


def come_and_go(broker, directory, client):
    with Feed(broker, client.name, PARTITIONS) as feed, \
            Group(client, broker, client.name, PARTITIONS, directory, SESSION_MS) as group:
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
        with feed.pause() if client.drops_at_stop else nullcontext():
            if client.drops_at_stop:
                group.wait_until_read(feed.sent)
            one.stop()
            two.stop()

        before = len(feed.sent)
        group.wait_until(lambda: len(feed.sent) > before + 100, "more came while nobody was there")
        four, five = group.join("four"), group.join("five")
        group.settle(four, five)
        feed.stop()
        group.wait_until_read(feed.sent)
        four.stop()
        five.stop()
        assert_each_once(feed.sent, group.members, killed=three)
        assert_in_order(group.members)
        assert group.committed() == feed.ends()


@pytest.mark.scenario(run=come_and_go)
@pytest.mark.parametrize("client", group_clients.ALL, ids=name_of)
def test_members_come_and_go_and_no_record_is_missing(outcome, client):
    outcome()
