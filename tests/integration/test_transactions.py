"""Transactions, request by request: what readers see, who is fenced, what a crash leaves.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka), but for what is marked as Barnabas's own.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import batches, wire
from support.transactions import (CONCURRENT, RawProducer, describe, find_coordinator, values,
                                  wait_for_state)
from support.waiting import wait_until

UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, INVALID_REQUEST = 3, 19, 42
OUT_OF_ORDER_SEQUENCE, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE = 45, 47, 48
INVALID_PRODUCER_ID_MAPPING, INVALID_TRANSACTION_TIMEOUT = 49, 50
TRANSACTION_COORDINATOR_FENCED, ID_AUTHORIZATION_FAILED, OPERATION_NOT_ATTEMPTED = 52, 53, 55
PRODUCER_FENCED, INVALID_UPDATE_VERSION, TRANSACTIONAL_ID_NOT_FOUND = 90, 95, 105
INVALID_REGULAR_EXPRESSION, TRANSACTION_ABORTABLE = 128, 120

SETTINGS = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "100",
            "transaction.state.log.num.partitions": "3", "offsets.topic.num.partitions": "3"}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "transactions", SETTINGS) as shared:
        yield shared


@pytest.fixture
def topic(connection):
    name = f"topic-{next(_numbers)}"
    wire.create_topic(connection, name, partitions=2)
    return name


@pytest.fixture
def producer(connection, version):
    return RawProducer(connection, f"id-{next(_numbers)}", version).init()


both_versions = pytest.mark.parametrize("version", [1, 2])


def stable_offset(connection, topic, partition=0):
    return wire.list_offset(connection, topic, partition, -1, isolation=1)["offset"]


@both_versions
def test_readers_of_committed_records_see_commits_alone(connection, topic, producer):
    wire.produce(connection, topic, batches.build([(b"k", b"before")]))
    producer.send(topic, [b"one", b"two"])
    assert values(connection, topic) == [b"before"]
    assert values(connection, topic, committed=False) == [b"before", b"one", b"two"]
    assert stable_offset(connection, topic) == 1
    producer.end(True)
    wait_for_state(connection, producer.id, "CompleteCommit")
    assert values(connection, topic) == [b"before", b"one", b"two"]

    producer.send(topic, [b"three"])
    producer.send(topic, [b"elsewhere"], partition=1)
    producer.end(False)
    wait_for_state(connection, producer.id, "CompleteAbort")
    wire.produce(connection, topic, batches.build([(b"k", b"after")]))
    assert values(connection, topic) == [b"before", b"one", b"two", b"after"]
    assert values(connection, topic, committed=False) == [b"before", b"one", b"two", b"three",
                                                          b"after"]
    assert values(connection, topic, 1) == []
    assert stable_offset(connection, topic) == wire.end_offset(connection, topic) == 7


@both_versions
def test_many_transactions_in_a_row(connection, topic, producer):
    expected = []
    for number in range(50):
        sent = [b"%d-%d" % (number, i) for i in range(3)]
        producer.send(topic, sent, partition=number % 2)
        commit = number % 3 != 0
        producer.end(commit)
        if commit and number % 2 == 0:
            expected += sent
    wait_until(lambda: describe(connection, producer.id)["transactionState"].startswith("Complete"),
               30, "the last one is complete")
    assert values(connection, topic) == expected
    assert producer.epoch == (50 if producer.version >= 2 else 0)


def test_an_end_raises_the_epoch_and_its_repetition_is_answered_alike(connection, topic):
    producer = RawProducer(connection, "raised").init()
    was = producer.epoch
    producer.send(topic, [b"x"])
    ended = producer.end(True)
    assert (ended["producerId"], ended["producerEpoch"]) == (producer.producer_id, was + 1)
    wait_for_state(connection, producer.id, "CompleteCommit")
    producer.epoch = was
    again = producer.try_end(True)
    assert (again["errorCode"], again["producerEpoch"]) == (0, was + 1)
    assert producer.try_end(False)["errorCode"] == INVALID_TXN_STATE


@both_versions
def test_a_second_producer_fences_the_first(broker, connection, topic, producer, version):
    producer.send(topic, [b"lost"])
    with wire.connected(broker) as other:
        second = RawProducer(other, producer.id, version)
        assert second.try_init()["errorCode"] == CONCURRENT  # the first one's is aborted first
        second.init()
        assert second.producer_id == producer.producer_id and second.epoch > producer.epoch
        assert producer.produce(topic, [b"late"])["errorCode"] == INVALID_PRODUCER_EPOCH
        assert producer.try_end(True)["errorCode"] == PRODUCER_FENCED
        assert producer.try_end(True, version=1)["errorCode"] == INVALID_PRODUCER_EPOCH
        second.send(topic, [b"kept"])
        second.end(True)
        wait_for_state(other, second.id, "CompleteCommit")
    assert values(connection, topic) == [b"kept"]


@pytest.mark.parametrize("produce_version, code",
                         [(10, INVALID_TXN_STATE), (11, TRANSACTION_ABORTABLE)])
def test_a_batch_for_a_partition_that_was_not_added_is_refused(connection, topic, produce_version,
                                                               code):
    producer = RawProducer(connection, f"unadded-{produce_version}", 1).init()
    producer.send(topic, [b"x"])
    assert producer.produce(topic, [b"y"], 1, version=produce_version)["errorCode"] == code
    assert wire.end_offset(connection, topic, 1) == 0
    producer.end(True)
    wait_for_state(connection, producer.id, "CompleteCommit")
    # What comes late, behind its transaction's end, would begin one that nobody ends.
    assert producer.produce(topic, [b"z"], version=produce_version)["errorCode"] == code
    assert wire.end_offset(connection, topic) == 2 == stable_offset(connection, topic)


def test_a_transaction_needs_its_transactional_id(connection, topic):
    producer = RawProducer(connection, "nameless", 1).init()
    batch = batches.build([(b"k", b"v")], attributes=0x10, producer_id=producer.producer_id,
                          producer_epoch=producer.epoch, base_sequence=0)
    answer = wire.produce(connection, topic, batch, version=11)
    assert answer["errorCode"] == ID_AUTHORIZATION_FAILED
    assert wire.end_offset(connection, topic) == 0


@pytest.mark.own
def test_requests_of_one_transaction_stay_in_order_while_it_is_asked_for(connection, topic):
    """Kafka works on one request of a connection at a time; here they are all under way."""
    producer = RawProducer(connection, "pipelined").init()
    for round_ in range(20):
        sent = []
        for sequence in range(10):
            batch = batches.build([(b"k", b"%d-%d" % (round_, sequence))], attributes=0x10,
                                  producer_id=producer.producer_id, producer_epoch=producer.epoch,
                                  base_sequence=sequence)
            request = wire.produce_request(topic, batch, 0)
            sent.append(connection.send("Produce", 12, transactionalId=producer.id, **request))
        for correlation in sent:
            got, answer = connection.receive("Produce", 12)
            assert got == correlation
            part = answer["responses"][0]["partitionResponses"][0]
            if part["errorCode"] == CONCURRENT:  # the last one's markers are under way
                pytest.fail("a broker waits for those")
            assert part["errorCode"] == 0, part
        producer.end(True)
    wait_for_state(connection, producer.id, "CompleteCommit")
    assert values(connection, topic) == [b"%d-%d" % pair
                                         for pair in itertools.product(range(20), range(10))]


@both_versions
def test_a_transaction_that_takes_too_long_is_aborted(connection, topic, version):
    producer = RawProducer(connection, f"slow-{version}", version, timeout_ms=300).init()
    producer.send(topic, [b"x"])
    wait_for_state(connection, producer.id, "CompleteAbort")
    assert values(connection, topic) == []
    late = producer.produce(topic, [b"y"])
    assert late["errorCode"] == INVALID_PRODUCER_EPOCH, late
    assert producer.try_end(True)["errorCode"] in (PRODUCER_FENCED, INVALID_TXN_STATE)
    again = RawProducer(connection, producer.id, version).init()
    again.send(topic, [b"z"])
    again.end(True)
    wait_for_state(connection, producer.id, "CompleteCommit")
    assert values(connection, topic) == [b"z"]


@pytest.mark.own
def test_who_took_too_long_is_told_so(connection, topic):
    producer = RawProducer(connection, "told", 2, timeout_ms=300).init()
    producer.send(topic, [b"x"])
    wait_for_state(connection, producer.id, "CompleteAbort")
    late = producer.produce(topic, [b"y"], partition=1)
    assert late["errorCode"] == INVALID_PRODUCER_EPOCH
    assert "took longer than its timeout of 300 ms" in late["errorMessage"]
    assert "fenced" not in late["errorMessage"]


@pytest.mark.own
@both_versions
def test_a_crash_between_the_decision_and_the_markers(broker_factory, version):
    """No partition takes its marker, as their folders are away; what was decided outlives SIGKILL."""
    broker = broker_factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t", partitions=2)
        producer = RawProducer(connection, "crashed", version).init()
        producer.send("t", [b"x"])
        producer.send("t", [b"y"], partition=1)
    broker.stop()
    moved = [(broker.data / f"t-{p}", broker.data / f"t-{p}.{'0a' * 16}-stray") for p in range(2)]
    for folder, aside in moved:
        folder.rename(aside)
    broker.start()
    with wire.connected(broker) as connection:
        producer.connection = connection
        producer.end(True)
        assert describe(connection, "crashed")["transactionState"] == "PrepareCommit"
    for _ in range(2):
        broker.kill()
        broker.start()
        with wire.connected(broker) as connection:
            found = wait_for_state(connection, "crashed", "PrepareCommit")
            assert found["topics"] == [{"topic": "t", "partitions": [0, 1]}]
            assert producer.version < 2 or producer.epoch == 1
            blocked = RawProducer(connection, "crashed", version)
            assert blocked.try_init()["errorCode"] == CONCURRENT
    broker.kill()
    for folder, aside in moved:
        aside.rename(folder)
    broker.start()
    with wire.connected(broker) as connection:
        producer.connection = connection
        wait_for_state(connection, "crashed", "CompleteCommit")
        assert values(connection, "t") == [b"x"] and values(connection, "t", 1) == [b"y"]
        producer.send("t", [b"z"])
        producer.end(True)
        wait_for_state(connection, "crashed", "CompleteCommit")
        assert values(connection, "t") == [b"x", b"z"]


@pytest.mark.own
@both_versions
def test_killed_at_any_moment_a_transaction_is_whole(broker_factory, version):
    """SIGKILL as soon as an end is answered, or before: both partitions tell the same."""
    broker = broker_factory.start(SETTINGS)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t", partitions=2)
    committed = []
    for number in range(6):
        with wire.connected(broker) as connection:
            producer = RawProducer(connection, "killed", version).init()
            value = b"%d" % number
            producer.send("t", [value])
            producer.send("t", [value], partition=1)
            if number % 3 != 2:
                producer.end(number % 3 == 0)
            if number % 3 == 0:
                committed.append(value)
            broker.kill()
        broker.start()
    with wire.connected(broker) as connection:
        RawProducer(connection, "killed", version).init()
        for partition in (0, 1):
            wait_until(lambda p=partition: stable_offset(connection, "t", p) ==
                       wire.end_offset(connection, "t", p), 30, "no transaction is open")
            assert values(connection, "t", partition) == committed


@both_versions
def test_partitions_that_do_not_exist_keep_all_out(connection, topic, producer):
    added = producer.add_partitions(topic, 0, 7)
    assert {one["partitionIndex"]: one["partitionErrorCode"] for one in added["results"]} == {
        0: OPERATION_NOT_ATTEMPTED, 7: UNKNOWN_TOPIC_OR_PARTITION}
    assert describe(connection, producer.id)["topics"] == []


@both_versions
def test_a_deleted_topic_does_not_hold_up_the_end(connection, topic, producer):
    wire.create_topic(connection, f"{topic}-gone")
    producer.send(topic, [b"x"])
    producer.send(f"{topic}-gone", [b"x"])
    answer = connection.call("DeleteTopics", 3, topicNames=[f"{topic}-gone"], timeoutMs=30_000)
    assert answer["responses"][0]["errorCode"] == 0
    producer.end(True)
    wait_for_state(connection, producer.id, "CompleteCommit")
    assert values(connection, topic) == [b"x"]


def test_the_wrong_producer_is_told(connection, topic):
    producer = RawProducer(connection, "judged", 1).init()
    right = producer.producer_id
    rows = [({"producer_id": right + 7}, INVALID_PRODUCER_ID_MAPPING),
            ({"epoch": 5}, PRODUCER_FENCED),
            ({"id": "never-heard-of"}, INVALID_PRODUCER_ID_MAPPING)]
    for fields, code in rows:
        other = RawProducer(connection, producer.id, 1)
        other.producer_id, other.epoch = right, producer.epoch
        for name, value in fields.items():
            setattr(other, name, value)
        assert other.add_partitions(topic, 0)["errorCode"] == code, fields
        assert other.try_end(True)["errorCode"] == code, fields
    assert producer.try_end(True)["errorCode"] == INVALID_TXN_STATE, "nothing was begun"
    for timeout_ms, code in ((0, INVALID_TRANSACTION_TIMEOUT),
                             (900_001, INVALID_TRANSACTION_TIMEOUT), (900_000, 0)):
        answer = RawProducer(connection, "judged-timeout", timeout_ms=timeout_ms)
        assert answer.retry((CONCURRENT,), answer.try_init)["errorCode"] == code
    assert RawProducer(connection, "").try_init()["errorCode"] == INVALID_REQUEST


@pytest.mark.parametrize("version", range(6))
def test_every_version_of_init(connection, version):
    find_coordinator(connection, f"init-{version}")
    for epoch in (0, 1):
        answer = RawProducer(connection, f"init-{version}").try_init(version)
        assert (answer["errorCode"], answer["producerEpoch"]) == (0, epoch)
    if version >= 3:
        again = RawProducer(connection, f"init-{version}").try_init(
            version, producerId=answer["producerId"], producerEpoch=1)
        assert (again["errorCode"], again["producerEpoch"]) == (0, 2)


def offsets_of(connection, group, topic, stable=True):
    answer = connection.call("OffsetFetch", 8, requireStable=stable, groups=[
        {"groupId": group, "topics": [{"name": topic, "partitionIndexes": [0]}]}])
    return answer["groups"][0]["topics"][0]["partitions"][0]


@both_versions
def test_offsets_are_committed_with_the_transaction(connection, topic, producer):
    group = f"group-of-{producer.id}"
    wait_until(lambda: connection.call("FindCoordinator", 4, keyType=0, coordinatorKeys=[group])[
        "coordinators"][0]["errorCode"] == 0, 30, "the group has a coordinator")

    def commit(offset):
        if producer.version < 2:
            added = producer.retry((14, 15, 16, CONCURRENT), lambda: connection.call(
                "AddOffsetsToTxn", 4, transactionalId=producer.id, groupId=group,
                producerId=producer.producer_id, producerEpoch=producer.epoch))
            assert added["errorCode"] == 0
        return producer.retry((14, 15, 16, CONCURRENT), lambda: connection.call(
            "TxnOffsetCommit", 5 if producer.version >= 2 else 4, transactionalId=producer.id,
            groupId=group, producerId=producer.producer_id, producerEpoch=producer.epoch,
            topics=[{"name": topic, "partitions": [
                {"partitionIndex": 0, "committedOffset": offset}]}])["topics"][0]["partitions"][0])

    for offset, committed, seen in ((5, True, 5), (9, False, 5), (11, True, 11)):
        producer.send(topic, [b"x"])
        assert commit(offset)["errorCode"] == 0
        pending = offsets_of(connection, group, topic)
        assert pending["errorCode"] == 88, "UNSTABLE_OFFSET_COMMIT"
        producer.end(committed)
        wait_for_state(connection, producer.id,
                       "CompleteCommit" if committed else "CompleteAbort")
        assert offsets_of(connection, group, topic)["committedOffset"] == seen


def write_marker(connection, topic, producer_id, epoch, *, commit=False, coordinator_epoch=0,
                 version=1, partition=0, transaction_version=0):
    answer = connection.call("WriteTxnMarkers", version, markers=[
        {"producerId": producer_id, "producerEpoch": epoch, "transactionResult": commit,
         "coordinatorEpoch": coordinator_epoch, "transactionVersion": transaction_version,
         "topics": [{"name": topic, "partitionIndexes": [partition]}]}])
    return answer["markers"][0]["topics"][0]["partitions"][0]["errorCode"]


def test_markers_written_by_hand(connection, topic):
    producer = RawProducer(connection, "by-hand", 1).init().init()
    producer.send(topic, [b"x"])
    which = (topic, producer.producer_id)
    assert write_marker(connection, "no-such-topic", 1, 0) == UNKNOWN_TOPIC_OR_PARTITION
    assert write_marker(connection, *which, 0, partition=9) == UNKNOWN_TOPIC_OR_PARTITION
    assert write_marker(connection, *which, 0) == INVALID_PRODUCER_EPOCH
    described = connection.call("DescribeProducers", 0, topics=[
        {"name": topic, "partitionIndexes": [0]}])["topics"][0]["partitions"][0]
    (active,) = described["activeProducers"]
    assert (active["currentTxnStartOffset"], active["coordinatorEpoch"]) == (0, -1)
    assert write_marker(connection, *which, 1, version=2,
                        transaction_version=2) == INVALID_PRODUCER_EPOCH
    assert write_marker(connection, *which, 1, coordinator_epoch=3) == 0
    assert stable_offset(connection, topic) == 2
    assert write_marker(connection, *which, 1,
                        coordinator_epoch=2) == TRANSACTION_COORDINATOR_FENCED
    described = connection.call("DescribeProducers", 0, topics=[
        {"name": topic, "partitionIndexes": [0]}])["topics"][0]["partitions"][0]
    (active,) = described["activeProducers"]
    assert (active["currentTxnStartOffset"], active["coordinatorEpoch"]) == (-1, 3)


def test_transactions_are_listed_and_described(connection, topic):
    producer = RawProducer(connection, "listed-1").init()
    producer.send(topic, [b"x"])
    RawProducer(connection, "listed-2").init()

    def listed(version=2, **fields):
        answer = connection.call("ListTransactions", version, stateFilters=fields.pop("states", []),
                                 producerIdFilters=fields.pop("producers", []), **fields)
        return answer, {one["transactionalId"]: one["transactionState"]
                        for one in answer["transactionStates"]
                        if one["transactionalId"].startswith("listed")}

    assert listed()[1] == {"listed-1": "Ongoing", "listed-2": "Empty"}
    assert listed(states=["Ongoing"])[1] == {"listed-1": "Ongoing"}
    answer, found = listed(states=["Strange"])
    assert found == {} and answer["unknownStateFilters"] == ["Strange"]
    assert listed(producers=[producer.producer_id])[1] == {"listed-1": "Ongoing"}
    assert listed(durationFilter=3_600_000)[1].get("listed-1") is None
    assert listed(transactionalIdPattern="l.*-2")[1] == {"listed-2": "Empty"}
    assert listed(transactionalIdPattern="isted")[1] == {}
    assert listed(transactionalIdPattern="(")[0]["errorCode"] == INVALID_REGULAR_EXPRESSION
    found = describe(connection, "listed-1")
    assert found["topics"] == [{"topic": topic, "partitions": [0]}]
    assert (found["producerId"], found["transactionTimeoutMs"]) == (producer.producer_id, 60_000)
    assert describe(connection, "never-heard-of")["errorCode"] == TRANSACTIONAL_ID_NOT_FOUND
    producer.end(False)


def finalized(connection):
    answer = connection.call("ApiVersions", 4, clientSoftwareName="t", clientSoftwareVersion="1")
    return ({one["name"]: one["maxVersionLevel"] for one in answer["finalizedFeatures"]},
            answer["finalizedFeaturesEpoch"])


@pytest.mark.own
def test_features_are_changed_all_or_none_and_outlive_the_broker(broker_factory):
    broker = broker_factory.start(SETTINGS)

    def update(connection, *changes, version=2, **fields):
        return connection.call("UpdateFeatures", version, timeoutMs=10_000, featureUpdates=[
            {"feature": name, "maxVersionLevel": level, "upgradeType": kind}
            for name, level, kind in changes], **fields)

    with wire.connected(broker) as connection:
        before = finalized(connection)
        assert before[0] == {"group.version": 1, "share.version": 2, "transaction.version": 2}
        rows = [("transaction.version", 3, 1), ("transaction.version", -1, 2),
                ("no.such.feature", 1, 1), ("transaction.version", 1, 1),
                ("transaction.version", 1, 9)]
        for row in rows:
            answer = update(connection, ("group.version", 0, 2), row)
            assert answer["errorCode"] == INVALID_UPDATE_VERSION, row
            assert answer["errorMessage"].startswith(
                f"Invalid update version {row[1]} for feature {row[0]}. ")
        assert update(connection, ("group.version", 0, 2), validateOnly=True)["errorCode"] == 0
        assert finalized(connection) == before
        assert update(connection, ("transaction.version", 0, 2))["errorCode"] == 0
        after = finalized(connection)
        assert after[0] == {"group.version": 1, "share.version": 2} and after[1] > before[1]
        twice = update(connection, ("group.version", 0, 2), ("group.version", 1, 1))
        assert twice["errorCode"] == INVALID_REQUEST
    broker.kill()
    broker.start()
    with wire.connected(broker) as connection:
        assert finalized(connection) == after
        answer = update(connection, ("transaction.version", 2, 1), version=1)
        assert answer["errorCode"] == 0 and answer["results"][0]["errorCode"] == 0
        assert finalized(connection)[0]["transaction.version"] == 2


def test_the_next_one_begins_while_the_last_ones_markers_come(broker):
    """Many at a time, so that markers are late. The coordinator's answer about the next one was void
    where a marker came meanwhile, and the request was refused: INVALID_TXN_STATE, 3 in 100."""
    def run(name):
        with wire.connected(broker) as connection:
            wire.create_topic(connection, name)
            producer = RawProducer(connection, name).init()
            wait_until(lambda: connection.call(
                "FindCoordinator", 4, keyType=0, coordinatorKeys=[name])["coordinators"][0][
                    "errorCode"] == 0, 30, "the group has a coordinator")
            for number in range(80):
                answer = begin(producer, name, number)
                assert answer["errorCode"] == 0, f"transaction {number}: {answer}"
                producer.end(True)

    def begin(producer, name, number):
        if name.startswith("records"):
            return producer.produce(name, [b"x"])
        return producer.retry((14, 15, 16, CONCURRENT), lambda: producer.connection.call(
            "TxnOffsetCommit", 5, transactionalId=producer.id, groupId=name,
            producerId=producer.producer_id, producerEpoch=producer.epoch,
            topics=[{"name": name, "partitions": [
                {"partitionIndex": 0, "committedOffset": number}]}])["topics"][0]["partitions"][0])

    names = [f"{kind}-{i}" for kind in ("offsets", "records") for i in range(5)]
    with ThreadPoolExecutor(len(names)) as pool:
        for done in [pool.submit(run, name) for name in names]:
            done.result()
