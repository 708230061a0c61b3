"""Retry topics of the C++ client (cpp/retrier.cc) while connections are cut and a member is killed: no
record is lost, none is handled again before its delay is over. Some are handled twice: at least once
is the promise.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka). BARNABAS_SEED, which is printed, repeats the
places of the cuts.
"""

import json
import os
import random
from collections import defaultdict
from contextlib import ExitStack

import pytest
from support import batches, clients, group_clients, groups, wire
from support.cpp_clients import IMPATIENT, program
from support.programs import Program
from support.proxy import Cutter, Proxy, pass_all
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
PARTITIONS = 3
SESSION_MS = 6000
DEADLINE_S = 120
FAILURES = 3       # at most; who fails so often is dead
DELAY_MS = 300
AT_ONCE = 40       # records of each partition
OVERRIDES = {**group_clients.FAST, "group.consumer.session.timeout.ms": SESSION_MS,
             "group.consumer.min.session.timeout.ms": SESSION_MS,
             "offsets.topic.num.partitions": 3}
PROTOCOLS = {"classic": {"session.timeout.ms": SESSION_MS},
             "consumer": {"group.protocol": "consumer"}}


def failures_of(value):
    return value % (FAILURES + 1)


class Retriers:
    """Members of one group, and what they told."""

    def __init__(self, way, topic, directory, protocol, count=2):
        settings = {**IMPATIENT, **PROTOCOLS[protocol], "max.poll.records": 7}
        words = [f"{name}={value}" for name, value in settings.items()]
        self.topic, self.group = topic, f"{topic}-group"
        self.programs = [
            Program([program("retrier"), way.bootstrap, topic, self.group, FAILURES, DELAY_MS,
                     *words], directory, f"{topic}-{number}")
            for number in range(count)]
        self._stack = ExitStack()

    def __enter__(self):
        for one in self.programs:
            self._stack.enter_context(one)
        return self

    def __exit__(self, *failure):
        self._stack.__exit__(*failure)

    def told(self):
        """What each handling was, before kills too, and the errors beside them."""
        events = [json.loads(line) for one in self.programs
                  for line in one.path.read_text().split("\n")[:-1] if line.startswith("{")]
        return ([event for event in events if "value" in event],
                [event["error"] for event in events if "error" in event])

    def are_done_with(self, values):
        for one in self.programs:
            assert one.running, f"it ended by itself\n{one}"
        seen = {(event["value"], event["tries"]) for event in self.told()[0]}
        return all((value, min(failures_of(value), FAILURES - 1)) in seen for value in values)

    def stop(self):
        for one in self.programs:
            assert one.stop() == 0, str(one)

    def topics(self):
        """Those that it reads, and where the dead are."""
        return ([self.topic, *(f"{self.topic}-{self.group}-retry-{number}"
                               for number in range(1, FAILURES))], f"{self.topic}-{self.group}-dlt")

    def __str__(self):
        return "\n".join(map(str, self.programs))


def store(broker, topic, values):
    with wire.connected(broker) as connection:
        for partition in range(PARTITIONS):
            batch = batches.build([(b"k", b"%d" % value) for value in values
                                   if value % PARTITIONS == partition])
            assert wire.produce(connection, topic, batch, partition)["errorCode"] == 0


def assert_each_waited(events):
    """Before a record was handled again it had failed, that long ago at least."""
    failed = defaultdict(list)
    for event in events:
        if event["failed"]:
            failed[event["value"], event["tries"] + 1].append(event["at_ms"])
    for event in events:
        if event["tries"] == 0:
            continue
        before = failed[event["value"], event["tries"]]
        assert before and min(before) + DELAY_MS <= event["at_ms"], \
            f"{event} came too soon behind {before}"


def assert_each_failed_and_ended(events, values):
    seen = defaultdict(set)
    for event in events:
        seen[event["value"]].add((event["tries"], event["failed"]))
    for value in values:
        count = failures_of(value)
        wanted = {(tries, True) for tries in range(count)}
        if count < FAILURES:
            wanted.add((count, False))
        assert seen[value] == wanted, f"{value}: {seen[value]} instead of {wanted}"


def everything_is_committed(broker, group, topics):
    with wire.connected(broker) as connection:
        committed = groups.fetch_offsets(connection, group)
        ends = {(topic, partition): wire.end_offset(connection, topic, partition)
                for topic in topics for partition in range(PARTITIONS)}
    return all(end == 0 or committed.get(where, (-1, 0))[0] == end for where, end in ends.items())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_through_cuts_no_record_is_lost_and_none_skips_its_delay(tmp_path, protocol):
    print(f"BARNABAS_SEED={SEED}")
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path)
    try:
        with Proxy() as proxy:
            broker = factory.start({**OVERRIDES, **proxy.overrides()})
            proxy.target = broker.address
            with wire.connected(broker) as connection:
                assert wire.create_topic(connection, "work", PARTITIONS)["errorCode"] == 0
            retry(broker, proxy, tmp_path, protocol)
    finally:
        factory.close()


def retry(broker, proxy, directory, protocol):
    values = range(AT_ONCE * PARTITIONS)
    cutter = proxy.faults = Cutter(SEED, every=12)
    with Retriers(proxy, "work", directory, protocol) as retriers:
        store(broker, "work", values[:len(values) // 2])
        wait_for(retriers, lambda: len(retriers.told()[0]) > 20, "some are handled")
        retriers.programs[0].kill()
        store(broker, "work", values[len(values) // 2:])
        retriers.programs[0].start()
        wait_for(retriers, lambda: retriers.are_done_with(values), "each is handled to its end")
        cutter.assert_cut(20)
        proxy.faults = pass_all
        topics, dead = retriers.topics()
        wait_for(retriers, lambda: everything_is_committed(broker, retriers.group, topics),
                 "all that was read is committed")
        retriers.stop()
        events, errors = retriers.told()
    print(f"{len(events)} handlings of {len(values)} records, errors of poll(): {errors[:10]}")
    assert_each_failed_and_ended(events, values)
    assert_each_waited(events)
    buried = {int(record.value) for record in clients.KCAT.consume(broker, dead, directory)}
    assert buried == {value for value in values if failures_of(value) == FAILURES}


def wait_for(retriers, condition, what):
    try:
        wait_until(condition, DEADLINE_S, what, poll_s=0.1)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{retriers}") from None
