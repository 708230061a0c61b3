"""Kafka's own share consumers (KIP-932): what is acknowledged never comes again, all else does.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import pytest
from support import batches, kafka_tools, wire
from support.share_members import SETTINGS, ShareGroup, fill, set_group_config
from support.transactions import RawProducer
from support.waiting import wait_until


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("shares"))
    yield factory.start(SETTINGS)
    factory.close()


def test_three_consumers_share_one_partition(broker, tmp_path):
    fill(broker, "three", 1000)
    with ShareGroup(broker, "three", "three", tmp_path) as group:
        for _ in range(3):
            group.join(max_poll_records="20")
        total = 1000
        group.wait_until_kept(range(total))
        while not all(member.of("kept") for member in group.members):  # one may start slowly
            fill(broker, "three", 200, create=False)
            total += 200
            group.wait_until_kept(range(total))
            assert total < 50_000, "one member gets nothing"
        for member in group.members:
            member.stop()
        assert set(group.offsets("got").values()) == {1}, "a record came twice"


def test_what_a_killed_consumer_had_comes_again(broker, tmp_path):
    fill(broker, "killed", 30)
    with ShareGroup(broker, "killed", "killed", tmp_path) as group:
        holder = group.join("hold")
        group.wait_for(lambda: len(holder.of("got")) >= 10, "the first one has records")
        holder.kill()
        group.join()
        group.wait_until_kept(range(30))


def test_each_acknowledgement_does_what_it_says(broker, tmp_path):
    count = 40
    fill(broker, "mixed", count)
    with ShareGroup(broker, "mixed", "mixed", tmp_path) as group:
        member = group.join("mixed")
        group.wait_until_kept(range(count))
        released = [offset for offset in range(count) if offset % 4 == 1]
        group.wait_for(lambda: all(group.offsets("kept")[offset] > 1 for offset in released),
                       "what was released comes again")
        renewed = [offset for offset in range(count) if offset % 4 == 3]
        group.wait_for(lambda: all(group.offsets("kept")[offset] > 1 for offset in renewed),
                       "what was renewed is acknowledged in the end")
        member.stop()
        again = group.join()
        fill(broker, "mixed", 1, create=False)
        group.wait_for(lambda: count in again.offsets("got"), "the next record comes")
        assert set(again.offsets("got")) == {count}
        counts = {one["offset"]: one["count"] for one in member.of("got")}
        assert {counts[offset] for offset in released} == {2}
        assert {counts[offset] for offset in range(count) if offset % 4 in (0, 2)} == {1}


def test_a_record_is_delivered_as_often_as_it_may(broker, tmp_path):
    fill(broker, "limit", 5)
    with ShareGroup(broker, "limit", "limit", tmp_path,
                    {"share.delivery.count.limit": "3"}) as group:
        group.join("release")
        group.wait_for(lambda: all(group.offsets("kept")[offset] >= 3 for offset in range(5)),
                       "each record is released three times")
        fill(broker, "limit", 1, create=False)
        group.wait_for(lambda: group.offsets("kept")[5] >= 3, "the next record comes")
        assert [group.offsets("got")[offset] for offset in range(5)] == [3] * 5


def test_locks_that_are_over_give_the_record_to_another(broker, tmp_path):
    fill(broker, "locks", 10)
    with ShareGroup(broker, "locks", "locks", tmp_path) as group:
        holder = group.join("hold")
        group.wait_for(lambda: len(holder.of("got")) == 10, "the first one has the records")
        other = group.join()
        group.wait_until_kept(range(10))
        assert {one["count"] for one in other.of("got")} == {2}


def test_readers_of_what_is_committed_get_nothing_else(broker, tmp_path):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "committed")
        producer = RawProducer(connection, "share-1").init()
        for commit in (True, False, True, False):
            producer.send("committed", [b"yes" if commit else b"no"] * 5)
            producer.end(commit)
        wire.produce(connection, "committed", batches.build([(b"k", b"yes")]))
    for level, wanted in (("read_committed", {"yes"}), ("read_uncommitted", {"yes", "no"})):
        with ShareGroup(broker, level, "committed", tmp_path,
                        {"share.isolation.level": level}) as group:
            group.join()
            group.wait_for(lambda: 24 in group.offsets("kept"), "the last record is acknowledged")
            got = {one["value"] for member in group.members for one in member.of("got")}
            assert got == wanted
            yes = sum(one["value"] == "yes"
                      for member in group.members for one in member.of("got"))
            assert yes == 11


@pytest.mark.parametrize("rounds", [3])
def test_nothing_that_is_acknowledged_comes_again_when_the_broker_is_killed(
        broker_factory, tmp_path, rounds):
    broker = broker_factory.start(SETTINGS)
    fill(broker, "crash", 600)
    with ShareGroup(broker, "crash", "crash", tmp_path) as group:
        for _ in range(2):
            group.join(max_poll_records="10")
        for number in range(1, rounds + 1):
            aim = 600 * number // (rounds + 2)
            group.wait_for(lambda a=aim: len(group.offsets("kept")) >= a,
                           f"{aim} records are acknowledged")
            broker.kill()
            broker.start()
        # Of an acknowledgement that failed nobody knows whether it was kept.
        group.wait_for(lambda: set(range(600)) <= set(group.offsets("kept")) |
                       set(group.offsets("failed")), "all records are acknowledged")
        for member in group.members:
            member.stop()
        kept = group.offsets("kept")
        assert set(kept.values()) == {1}, "a record was acknowledged twice"
        assert len(kept) > 500, "most acknowledgements are confirmed"
        for member in group.members:
            done = set()
            for one in member.events:
                if one["event"] == "kept":
                    done.add(one["offset"])
                assert one["event"] != "got" or one["offset"] not in done, one


QUEUE = {"errors.deadletterqueue.copy.record.enable": "true", "share.delivery.count.limit": "2",
         "share.record.lock.duration.ms": "1000"}


def letters_to(broker, queue):
    """{original offset: [a letter for it, as (value, headers)]}"""
    with wire.connected(broker) as connection:
        if queue not in topics(connection):
            return {}
        stored = batches.read_all(wire.fetch(connection, queue)["records"] or b"")
    found = {}
    for letter in stored:
        headers = dict(letter.headers)
        found.setdefault(int(headers["__dlq.errors.offset"]), []).append((letter.value, headers))
    return found


def assert_letter(letter, name, offset, deliveries, why):
    """`name`: of the topic and of the group; `why`: a word of what is said of the reason."""
    value, headers = letter
    assert value == b"%d" % offset
    assert headers["__dlq.errors.topic"] == headers["__dlq.errors.group"] == name.encode()
    assert headers["__dlq.errors.partition"] == b"0"
    assert headers["__dlq.errors.delivery.count"] == b"%d" % deliveries
    assert why in headers["__dlq.errors.message"].lower(), headers


def test_rejected_records_go_to_the_dead_letter_queue(broker, tmp_path):
    fill(broker, "bad", 8)
    with ShareGroup(broker, "bad", "bad", tmp_path,
                    {**QUEUE, "errors.deadletterqueue.topic.name": "dlq.bad"}) as group:
        group.join("mixed")
        group.wait_until_kept(range(8))
        group.wait_for(lambda: len(letters_to(broker, "dlq.bad")) == 2,
                       "what was rejected is in the queue")
    letters = letters_to(broker, "dlq.bad")
    assert sorted(letters) == [2, 6]
    for offset, (letter,) in letters.items():
        assert_letter(letter, "bad", offset, 1, b"reject")


@pytest.mark.parametrize("rules", [("release",), ("hold", "hold"), ("hold", "release")],
                         ids="-".join)
def test_records_over_their_delivery_limit_go_to_the_dead_letter_queue(broker, tmp_path, rules):
    """Whether a consumer gives them back or holds them until its lock is over."""
    name = f"over-{'-'.join(rules)}"
    fill(broker, name, 5)
    with ShareGroup(broker, name, name, tmp_path,
                    {**QUEUE, "errors.deadletterqueue.topic.name": f"dlq.{name}"}) as group:
        for number, rule in enumerate(rules, 1):
            group.join(rule)
            group.wait_for(lambda n=number: all(group.offsets("got")[offset] >= n
                                                for offset in range(5)),
                           "it has all records")
        group.wait_for(lambda: len(letters_to(broker, f"dlq.{name}")) == 5,
                       "all records are in the queue")
        assert set(group.offsets("got").values()) == {2}, "delivered as often as they may be"
    for offset, (letter,) in letters_to(broker, f"dlq.{name}").items():
        assert_letter(letter, name, offset, 2, b"deliver")


def test_no_dead_letter_is_lost_when_the_broker_is_killed(broker_factory, tmp_path):
    """Right after the last release is confirmed: the letters may come twice, and all come."""
    broker = broker_factory.start(SETTINGS)
    fill(broker, "late", 10)
    with ShareGroup(broker, "late", "late", tmp_path,
                    {**QUEUE, "errors.deadletterqueue.topic.name": "dlq.late"}) as group:
        member = group.join("release")
        wait_until(lambda: len(member.of("kept")) == 20, 60, "all are released twice", poll_s=0.001)
        broker.kill()
        broker.start()
        group.wait_for(lambda: len(letters_to(broker, "dlq.late")) == 10,
                       "all records are in the queue")
        assert set(group.offsets("got").values()) == {2}, "delivered as often as they may be"
    for offset, letters in letters_to(broker, "dlq.late").items():
        for letter in letters:
            assert_letter(letter, "late", offset, 2, b"deliver")


def topics(connection):
    return {topic["name"] for topic in wire.metadata(connection)["topics"]}


def test_the_console_share_consumer_reads(broker):
    fill(broker, "console", 20)
    set_group_config(broker, "console", {"share.auto.offset.reset": "earliest"})
    for again in (False, True):
        printed = kafka_tools.run(
            "kafka-console-share-consumer", "--bootstrap-server", broker.bootstrap, "--topic",
            "console", "--group", "console", "--timeout-ms", "6000")
        lines = [line for line in printed.splitlines() if line.isdigit()]
        assert lines == ([] if again else [str(number) for number in range(20)]), printed
