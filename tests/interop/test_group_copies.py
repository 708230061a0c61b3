"""Exactly-once copies of each foreign client: two members of one group read a topic, write its copy in
transactions and send their offsets to these (KIP-447). One comes, and is killed in the middle of a
transaction: once it stays away until that has timed out, once it is back at once and aborts it. The
copy, as committed, is equal.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import pytest
from support import group_clients, wire
from support.copying import OVERRIDES, PARTITIONS, Names, Source, assert_exact
from support.group_copies import SHORT_MS, ForeignCopying

ADDED = 10  # records of each partition at a time


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "copies", {
            **OVERRIDES, "transaction.abort.timed.out.transaction.cleanup.interval.ms": 200,
            # librdkafka 2.16 gives an answer up after this, or a second; of one that tells it what
            # to give up it then never hears again, at Apache Kafka neither.
            "group.consumer.session.timeout.ms": 6000,
            "group.consumer.heartbeat.interval.ms": 1500}) as one:
        yield one


def copy(broker, directory, client):
    names = Names(f"{client.name}-source", f"{client.name}-copy", f"{client.name}-copiers")
    with wire.connected(broker) as connection:
        for topic in names[:2]:
            assert wire.create_topic(connection, topic, PARTITIONS)["errorCode"] == 0
    source = Source(broker, names.source)
    source.add(ADDED)
    with ForeignCopying(client, broker, names, directory) as copying:
        stays, dies = copying.copiers
        stays.start()
        copying.wait_for(source.total)
        dies.start(hold=True, transaction_ms=SHORT_MS)
        copying.kill_in_transaction(dies, source)
        source.add(ADDED)
        copying.wait_until_all_belong_to(stays)
        copying.wait_for_abort(dies)
        copying.wait_for(source.total)
        dies.start(hold=True)
        copying.kill_in_transaction(dies, source)
        dies.start()
        source.add(ADDED)
        copying.wait_until_shared()
        copying.wait_for(source.total)
        copying.stop()
        assert copying.committed() == source.total
    cut_short = assert_exact(source.sent, broker, directory, names.copy)
    assert cut_short > 0, "no transaction was cut short"


@pytest.mark.scenario(run=copy)
@pytest.mark.parametrize("client", group_clients.COPIERS, ids=lambda client: client.name)
def test_the_copy_is_exact_though_a_member_is_killed_in_a_transaction(outcome, client):
    outcome()
