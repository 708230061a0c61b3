"""A topic that is copied exactly once by the C++ clients (cpp/copier.cc) while copiers are killed and
paused, connections are cut (tests/support/proxy.py) and the broker is killed: the copy, as committed,
is equal.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka). BARNABAS_SEED, which is printed, repeats the
moments.
"""

import os
import random

import pytest
from support import wire
from support.copying import (ADDED, DEADLINE_S, NAMES, OVERRIDES, PARTITIONS, PROTOCOLS, Copying,
                             Source, assert_exact)
from support.proxy import Catcher, Cutter, Proxy, pass_all

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
CUT_EVERY = 60


class CopyingByProxy(Copying):
    """Through a proxy, of a single broker that is killed too."""

    def __init__(self, broker, proxy, protocol, directory):
        super().__init__(broker, proxy.bootstrap, protocol, directory)
        self.proxy = proxy

    def kill_broker(self, _):
        self.broker.kill()
        self.broker.start()

    def kill_all(self, _):
        """While a transaction is open that has records and offsets in it."""
        faults, catcher = self.proxy.faults, Catcher("EndTxn")
        self.proxy.faults = catcher
        assert catcher.caught.wait(DEADLINE_S), f"nothing is copied\n{self}"
        self.proxy.faults = faults
        self.broker.kill()
        for copier in self.copiers:
            copier.kill()
            copier.start()
        self.broker.start()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_under_kills_the_copy_is_exact(broker_factory, tmp_path, protocol):
    chance = random.Random(SEED)
    print(f"BARNABAS_SEED={SEED}")
    with Proxy() as proxy:
        broker = broker_factory.start({**OVERRIDES, **proxy.overrides()})
        proxy.target = broker.address
        create_topics(broker)
        source = Source(broker)
        cutter = proxy.faults = Cutter(SEED, CUT_EVERY)
        with CopyingByProxy(broker, proxy, protocol, tmp_path) as copying:
            happenings = [copying.kill, copying.kill_broker, copying.kill, copying.pause,
                          copying.kill_all]
            chance.shuffle(happenings)
            for happening in happenings:
                before = source.total
                source.add()
                copying.wait_for(before + chance.randrange(1, ADDED * PARTITIONS * 2 // 3))
                happening(chance)
            copying.wait_for(source.total)
            proxy.faults = pass_all
            copying.stop()
        cutter.assert_cut(20)
        cut_short = assert_exact(source.sent, broker, tmp_path)
    assert cut_short > 0, "no transaction was cut short"


def create_topics(broker):
    with wire.connected(broker) as connection:
        for topic in (NAMES.source, NAMES.copy):
            assert wire.create_topic(connection, topic, PARTITIONS)["errorCode"] == 0
