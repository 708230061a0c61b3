"""The C++ share consumer (KIP-932): what is acknowledged never comes again, all else does; alone and
with Java's in one group (cpp/share_member.cc).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import pytest
from support import batches, wire
from support import broker as brokers
from support.share_members import DEADLINE_S, SETTINGS, ShareGroup, fill
from support.transactions import RawProducer

MEMBER = [str(brokers.binary().parent / "tests" / "interop" / "share_member")]
RENEWABLE = {"share.renew.acknowledge.enable": "true"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("cpp-shares"))
    yield factory.start(SETTINGS)
    factory.close()


def cpp(broker, name, directory, configs=None):
    return ShareGroup(broker, name, name, directory, configs, program=MEMBER)


def feed_until_each_has_some(broker, group, topic, total):
    """More records until no member has nothing: one may start slowly."""
    while not all(member.of("kept") for member in group.members):
        fill(broker, topic, 200, create=False)
        total += 200
        group.wait_until_kept(range(total))
        assert total < 50_000, "one member gets nothing"
    return total


@pytest.mark.parametrize("rule", ["accept", "async", "implicit"])
def test_three_consumers_share_one_partition(broker, tmp_path, rule):
    topic = f"three-{rule}"
    fill(broker, topic, 1000)
    with cpp(broker, topic, tmp_path) as group:
        for _ in range(3):
            group.join(rule, max_poll_records="20")
        group.wait_until_kept(range(1000))
        feed_until_each_has_some(broker, group, topic, 1000)
        for member in group.members:
            member.stop()
        assert set(group.offsets("got").values()) == {1}, "a record came twice"
        assert set(group.offsets("kept").values()) == {1}


def test_java_and_cpp_are_in_one_group(broker, tmp_path):
    fill(broker, "both", 600)
    with cpp(broker, "both", tmp_path) as group:
        group.join(max_poll_records="20")
        group.join(program=None, max_poll_records="20")
        group.wait_until_kept(range(600))
        feed_until_each_has_some(broker, group, "both", 600)
        for member in group.members:
            member.stop()
        assert set(group.offsets("got").values()) == {1}, "a record came twice"


def test_several_partitions_are_read_by_one_member(broker, tmp_path):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "many", partitions=5)
        for partition in range(5):
            sent = [(b"k", b"%d" % i) for i in range(40)]
            wire.produce(connection, "many", batches.build(sent), partition=partition)
    with cpp(broker, "many", tmp_path) as group:
        member = group.join()
        group.wait_for(lambda: len(member.of("kept")) == 200, "each record is kept")
        kept = {(one["partition"], one["offset"]) for one in member.of("kept")}
        assert kept == {(p, o) for p in range(5) for o in range(40)}
        member.stop()


def test_a_record_limit_is_kept(broker, tmp_path):
    fill(broker, "limited", 200, size=50)
    with cpp(broker, "limited", tmp_path) as group:
        holder = group.join("hold", max_poll_records="7", share_acquire_mode="record_limit")
        group.wait_for(lambda: holder.of("got"), "the first one has records")
        other = group.join()
        held = set(holder.offsets("got"))
        group.wait_for(lambda: set(range(200)) - held <= set(other.offsets("got")),
                       "all the others come to the second member")
        assert len(held) <= 7


def test_what_a_killed_consumer_had_comes_again(broker, tmp_path):
    fill(broker, "killed", 30)
    with cpp(broker, "killed", tmp_path) as group:
        holder = group.join("hold")
        group.wait_for(lambda: len(holder.of("got")) >= 10, "the first one has records")
        holder.kill()
        group.join()
        group.wait_until_kept(range(30))


def test_what_a_closed_consumer_had_comes_again_at_once(broker, tmp_path):
    fill(broker, "closed", 10)
    with cpp(broker, "closed", tmp_path, {"share.record.lock.duration.ms": "60000"}) as group:
        leaver = group.join("leave")
        assert leaver.process.wait(DEADLINE_S) == 0, leaver.errors()
        assert set(leaver.offsets("got")) == set(range(10))
        group.join()
        group.wait_for(lambda: set(range(10)) <= set(group.offsets("kept")),
                       "another member gets them, long before their locks are over",
                       deadline_s=30)


def test_each_acknowledgement_does_what_it_says(broker, tmp_path):
    count = 40
    fill(broker, "mixed", count)
    with cpp(broker, "mixed", tmp_path, RENEWABLE) as group:
        member = group.join("mixed")
        group.wait_until_kept(range(count))
        for part, what in ((1, "what was released comes again"),
                           (3, "what was renewed is handed out and acknowledged again")):
            offsets = [offset for offset in range(count) if offset % 4 == part]
            group.wait_for(lambda wanted=offsets: all(group.offsets("kept")[offset] > 1
                                                      for offset in wanted), what)
        member.stop()
        again = group.join()
        fill(broker, "mixed", 1, create=False)
        group.wait_for(lambda: count in again.offsets("got"), "the next record comes")
        assert set(again.offsets("got")) == {count}
        counts = {}
        for one in member.of("got"):
            counts.setdefault(one["offset"], []).append(one["count"])
        for offset in range(count):
            wanted = {0: [1], 1: [1, 2], 2: [1], 3: [1, 1]}[offset % 4]
            assert counts[offset] == wanted, f"offset {offset}"


def test_a_record_is_delivered_as_often_as_it_may(broker, tmp_path):
    fill(broker, "limit", 5)
    with cpp(broker, "limit", tmp_path, {"share.delivery.count.limit": "3"}) as group:
        group.join("release")
        group.wait_for(lambda: all(group.offsets("kept")[offset] >= 3 for offset in range(5)),
                       "each record is released three times")
        fill(broker, "limit", 1, create=False)
        group.wait_for(lambda: group.offsets("kept")[5] >= 3, "the next record comes")
        assert [group.offsets("got")[offset] for offset in range(5)] == [3] * 5


def test_locks_that_are_over_give_the_record_to_another(broker, tmp_path):
    fill(broker, "locks", 10)
    with cpp(broker, "locks", tmp_path) as group:
        holder = group.join("hold")
        group.wait_for(lambda: len(holder.of("got")) == 10, "the first one has the records")
        other = group.join()
        group.wait_until_kept(range(10))
        assert {one["count"] for one in other.of("got")} == {2}


def test_acknowledgements_that_come_too_late_say_so(broker, tmp_path):
    fill(broker, "late", 10)
    with cpp(broker, "late", tmp_path) as group:
        holder = group.join("hold")
        group.wait_for(lambda: len(holder.of("got")) == 10, "the first one has the records")
        other = group.join("hold")
        group.wait_for(lambda: len(other.of("got")) == 10, "the locks are over")
        holder.stop()  # it accepts what it has
        assert {one["offset"] for one in holder.of("failed")} == set(range(10)), holder.events
        assert all("INVALID_RECORD_STATE" in one["error"] for one in holder.of("failed"))


def test_markers_and_aborted_records_are_passed_over(broker, tmp_path):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "committed")
        producer = RawProducer(connection, "cpp-share").init()
        for commit in (True, False, True, False):
            producer.send("committed", [b"yes" if commit else b"no"] * 5)
            producer.end(commit)
        last = wire.produce(connection, "committed", batches.build([(b"k", b"yes")]))["baseOffset"]
    for level, wanted in (("read_committed", 11), ("read_uncommitted", 21)):
        with ShareGroup(broker, f"cpp-{level}", "committed", tmp_path,
                        {"share.isolation.level": level}, program=MEMBER) as group:
            member = group.join()
            group.wait_for(lambda one=member: last in one.offsets("kept"),
                           "the last record is acknowledged")
            assert len(member.of("got")) == wanted


@pytest.mark.parametrize("rule", ["accept", "async"])
def test_nothing_that_is_acknowledged_comes_again_when_the_broker_is_killed(
        broker_factory, tmp_path, rule):
    broker = broker_factory.start(SETTINGS)
    fill(broker, "crash", 600)
    with cpp(broker, "crash", tmp_path) as group:
        for _ in range(2):
            group.join(rule, max_poll_records="10")
        for number in (1, 2, 3):
            aim = 120 * number
            group.wait_for(lambda a=aim: len(group.offsets("kept")) >= a,
                           f"{aim} records are acknowledged")
            broker.kill()
            broker.start()
        # Of an acknowledgement that failed nobody knows whether it was kept.
        group.wait_for(lambda: set(range(600)) <= set(group.offsets("kept")) |
                       set(group.offsets("failed")), "all records are acknowledged")
        for member in group.members:
            member.stop()
        assert set(group.offsets("kept").values()) == {1}, "a record was acknowledged twice"
        assert len(group.offsets("kept")) > 500, "most acknowledgements are confirmed"
