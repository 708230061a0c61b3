"""Offsets committed with a transaction: by whom they are taken, and what is said to everybody else.

Each row is one thing that is wrong with a request that is right but for it; it is sent in each
version that names the member (KIP-447). Whatever was refused is in no commit: the transaction is
ended, and only what was accepted is there.
Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka), which says what the rows expect.
"""

import itertools
import uuid
from dataclasses import dataclass
from typing import Callable

import pytest
from support import groups, wire
from support.transactions import (CONCURRENT, LOADING, NOT_AVAILABLE, NOT_COORDINATOR, RawProducer,
                                  describe, wait_for_state)
from support.waiting import wait_until

UNKNOWN_TOPIC_OR_PARTITION, ILLEGAL_GENERATION, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID = 3, 22, 24, 25
INVALID_REQUEST, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE = 42, 47, 48
INVALID_PRODUCER_ID_MAPPING, GROUP_ID_NOT_FOUND, FENCED_INSTANCE_ID = 49, 69, 82
PRODUCER_FENCED, UNKNOWN_TOPIC_ID, STALE_MEMBER_EPOCH, TRANSACTION_ABORTABLE = 90, 100, 113, 120
AGAIN = (LOADING, NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT)

SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.consumer.assignment.interval.ms": "0",
            "group.share.assignment.interval.ms": "0", "transaction.state.log.num.partitions": "3",
            "offsets.topic.num.partitions": "3"}
VERSIONS = (3, 4, 5, 6)
ADDS_ITSELF = 5  # the version from which on nobody sends AddOffsetsToTxn (KIP-890)
HAS_TOPIC_IDS = 6
EARLY, LATE, OFFSET = "early", "late", 7
NOBODY = {"memberId": "", "generationIdOrMemberEpoch": -1}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import shared_broker
    with shared_broker(tmp_path_factory, "transactional-commits", SETTINGS) as shared:
        with wire.connected(shared) as connection:
            for topic in (EARLY, LATE):
                assert wire.create_topic(connection, topic)["errorCode"] == 0
        yield shared


@dataclass
class Scene:
    """A producer in the midst of a transaction, and the group whose records it works on."""
    producer: RawProducer
    group: str
    member: dict  # what its member says of itself
    before: dict  # what that said before: of another epoch, or under another id


# --- groups: (what the member says, what it or its predecessor said before)


def no_group(connection, group):
    groups.ready(connection, group)
    return NOBODY, NOBODY


def classic_group(connection, group):
    joined = groups.member_alone(connection, group)
    member = {"memberId": joined["memberId"], "generationIdOrMemberEpoch": joined["generationId"]}
    return member, NOBODY


def static_group(connection, group):
    """A static member that took the place of another one."""
    groups.ready(connection, group)
    said = []
    for _ in range(2):
        joined = groups.join(connection, group, groupInstanceId="i")
        assert joined["errorCode"] == 0, joined
        synced = groups.sync(connection, group, joined, groupInstanceId="i",
                             assignments=[(joined["memberId"], b"mine")])
        assert synced["errorCode"] == 0, synced
        said.append({"memberId": joined["memberId"], "groupInstanceId": "i",
                     "generationIdOrMemberEpoch": joined["generationId"]})
    assert said[0]["memberId"] != said[1]["memberId"]
    return said[1], said[0]


def consumer_group(connection, group):
    """A member of KIP-848 that reads EARLY, and LATE since its second epoch."""
    groups.ready(connection, group)
    state = {"memberEpoch": 0, "owned": []}

    def beat(*topics):
        full = {"rebalanceTimeoutMs": 60_000, "subscribedTopicNames": list(topics)}
        answer = groups.beat(connection, group, "m", state["memberEpoch"],
                             topicPartitions=state["owned"], **full)
        assert answer["errorCode"] == 0, answer
        state["memberEpoch"] = answer["memberEpoch"]
        if answer["assignment"] is not None:
            state["owned"] = answer["assignment"]["topicPartitions"]
        return len(state["owned"]) == len(topics) and dict(state)

    first = wait_until(lambda: beat(EARLY), 30, f"the member has {EARLY}")
    second = wait_until(lambda: beat(EARLY, LATE), 30, f"the member has {LATE} too")
    assert second["memberEpoch"] > first["memberEpoch"]
    now, before = ({"memberId": "m", "generationIdOrMemberEpoch": one["memberEpoch"]}
                   for one in (second, first))
    return now, before


def share_group(connection, group):
    groups.ready(connection, group)
    answer = connection.call("ShareGroupHeartbeat", 1, groupId=group, memberId="m", memberEpoch=0,
                             subscribedTopicNames=[LATE])
    assert answer["errorCode"] == 0, answer
    return {"memberId": "m", "generationIdOrMemberEpoch": answer["memberEpoch"]}, NOBODY


# --- rows


@dataclass(frozen=True)
class Row:
    name: str
    group: Callable  # of those above
    want: object  # the error, or that of each of VERSIONS
    said: Callable = lambda scene: {}  # beside what is right
    added: bool = True  # the group, to the transaction, where the producer has to do that

    def wanted(self, version):
        return self.want if isinstance(self.want, int) else self.want[VERSIONS.index(version)]


def producer(**fields):
    """What a request says of the producer, so many more than it is."""
    return lambda scene: {
        "producerId": scene.producer.producer_id + fields.get("id", 0),
        "producerEpoch": scene.producer.epoch + fields.get("epoch", 0)}


def generation(more):
    return lambda scene: {
        "generationIdOrMemberEpoch": scene.member["generationIdOrMemberEpoch"] + more}


def says(**fields):
    return lambda scene: fields


ROWS = [
    # the producer, which the transaction's coordinator judges
    Row("right", classic_group, 0),
    Row("another producer id", classic_group, INVALID_PRODUCER_ID_MAPPING, producer(id=1000)),
    Row("no producer id", classic_group, INVALID_PRODUCER_ID_MAPPING, says(producerId=-1)),
    Row("a stale producer epoch", classic_group, INVALID_PRODUCER_EPOCH, producer(epoch=-1)),
    Row("a future producer epoch", classic_group, INVALID_PRODUCER_EPOCH, producer(epoch=1)),
    Row("an unknown transactional id", classic_group, INVALID_PRODUCER_ID_MAPPING,
        says(transactionalId="never-heard-of")),
    Row("no transactional id", classic_group, INVALID_REQUEST, says(transactionalId="")),
    Row("a group that was not added", classic_group,
        (INVALID_TXN_STATE, TRANSACTION_ABORTABLE, 0, 0), added=False),
    Row("a stale producer epoch and a group that was not added", classic_group,
        INVALID_PRODUCER_EPOCH, producer(epoch=-1), added=False),
    Row("a wrong producer that is a stranger too", classic_group, INVALID_PRODUCER_EPOCH,
        lambda scene: {**producer(epoch=1)(scene), "memberId": "stranger"}),
    # members of classic groups
    Row("nobody of a group with members", classic_group, 0, says(**NOBODY)),
    Row("a stranger", classic_group, UNKNOWN_MEMBER_ID, says(memberId="stranger")),
    Row("a stranger without a generation", classic_group, UNKNOWN_MEMBER_ID,
        says(memberId="stranger", generationIdOrMemberEpoch=-1)),
    Row("a generation of nobody", classic_group, UNKNOWN_MEMBER_ID, says(memberId="")),
    Row("a stale generation", classic_group, ILLEGAL_GENERATION, generation(-1)),
    Row("a future generation", classic_group, ILLEGAL_GENERATION, generation(1)),
    Row("a member without its generation", classic_group, ILLEGAL_GENERATION,
        says(generationIdOrMemberEpoch=-1)),
    Row("an instance that is nobody's", classic_group, UNKNOWN_MEMBER_ID,
        says(groupInstanceId="i")),
    Row("a static member", static_group, 0),
    Row("a fenced instance", static_group, FENCED_INSTANCE_ID, lambda scene: scene.before),
    Row("a fenced member without its instance", static_group, UNKNOWN_MEMBER_ID,
        lambda scene: {**scene.before, "groupInstanceId": None}),
    # members of KIP-848
    Row("a member of KIP-848", consumer_group, 0),
    Row("nobody of a group of KIP-848", consumer_group, 0, says(**NOBODY)),
    Row("a stranger to KIP-848", consumer_group, UNKNOWN_MEMBER_ID, says(memberId="stranger")),
    Row("a member epoch of before the partition", consumer_group,
        (ILLEGAL_GENERATION, ILLEGAL_GENERATION, ILLEGAL_GENERATION, STALE_MEMBER_EPOCH),
        lambda scene: scene.before),
    Row("a future member epoch", consumer_group,
        (ILLEGAL_GENERATION, ILLEGAL_GENERATION, ILLEGAL_GENERATION, STALE_MEMBER_EPOCH),
        generation(1)),
    Row("an earlier member epoch that had the partition", consumer_group, 0,
        lambda scene: {**scene.before, "topic": EARLY}),
    # groups
    Row("no such group", no_group, 0),
    Row("a generation of no group", no_group,
        (ILLEGAL_GENERATION, ILLEGAL_GENERATION, ILLEGAL_GENERATION, GROUP_ID_NOT_FOUND),
        says(memberId="m", generationIdOrMemberEpoch=1)),
    Row("a group without a name", classic_group, INVALID_GROUP_ID, says(groupId="")),
    Row("a group without a name that was not added", classic_group, INVALID_GROUP_ID,
        says(groupId=""), added=False),
    Row("a group without a name and a stale producer epoch", classic_group, INVALID_GROUP_ID,
        lambda scene: {**producer(epoch=-1)(scene), "groupId": ""}),
    Row("a share group", share_group, GROUP_ID_NOT_FOUND),
    # what is committed
    Row("an unknown topic", classic_group,
        (UNKNOWN_TOPIC_OR_PARTITION,) * 3 + (UNKNOWN_TOPIC_ID,), says(topic="none")),
    Row("an unknown partition", classic_group, UNKNOWN_TOPIC_OR_PARTITION, says(partition=9)),
]


def begin(connection, make_group, version):
    number = next(_numbers)
    transactions = 2 if version >= ADDS_ITSELF else 1
    of = RawProducer(connection, f"producer-{number}", transactions).init().init()
    assert of.epoch == 1, "there is an epoch before it"
    of.send(LATE, [b"x"])
    group = f"group-{number}"
    return Scene(of, group, *make_group(connection, group))


def add_offsets(connection, scene, version=4, **said):
    request = {"transactionalId": scene.producer.id, "groupId": scene.group,
               "producerId": scene.producer.producer_id, "producerEpoch": scene.producer.epoch,
               **said}
    return RawProducer.retry(
        AGAIN, lambda: connection.call("AddOffsetsToTxn", version, **request))["errorCode"]


def commit(connection, scene, version, *, topic=LATE, partition=0, **said):
    """The one partition's error."""
    (found,) = wire.metadata(connection, [topic])["topics"]
    topic_id = uuid.uuid4() if found["errorCode"] else found["topicId"]
    request = {
        "transactionalId": scene.producer.id, "groupId": scene.group,
        "producerId": scene.producer.producer_id, "producerEpoch": scene.producer.epoch,
        **scene.member, **said, "topics": [{
            **({"topicId": topic_id} if version >= HAS_TOPIC_IDS else {"name": topic}),
            "partitions": [{"partitionIndex": partition, "committedOffset": OFFSET}]}]}
    return RawProducer.retry(AGAIN, lambda: connection.call("TxnOffsetCommit", version, **request)[
        "topics"][0]["partitions"][0])["errorCode"]


def committed(connection, group):
    """{topic: offset}, of a group that may be none."""
    answer = connection.call("OffsetFetch", 8, requireStable=True, groups=[
        {"groupId": group, "topics": None}])["groups"][0]
    assert answer["errorCode"] in (0, GROUP_ID_NOT_FOUND), answer
    assert all(part["errorCode"] == 0 for topic in answer["topics"]
               for part in topic["partitions"]), answer
    return {topic["name"]: part["committedOffset"] for topic in answer["topics"]
            for part in topic["partitions"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_who_may_commit_with_a_transaction(connection, row, version):
    scene = begin(connection, row.group, version)
    said = row.said(scene)
    group = said.get("groupId", scene.group)
    if version < ADDS_ITSELF and row.added:
        assert add_offsets(connection, scene, groupId=group) == 0
    error = commit(connection, scene, version, **said)
    assert error == row.wanted(version)
    scene.producer.end(True)
    wait_for_state(connection, scene.producer.id, "CompleteCommit")
    wanted = {said.get("topic", LATE): OFFSET} if error == 0 else {}
    assert committed(connection, group) == wanted


ADDED = [
    ("right", {}, 0),
    ("a group without a name", {"groupId": ""}, 0),
    ("another producer id", producer(id=1000), INVALID_PRODUCER_ID_MAPPING),
    ("a stale producer epoch", producer(epoch=-1), PRODUCER_FENCED),
    ("a future producer epoch", producer(epoch=1), PRODUCER_FENCED),
    ("an unknown transactional id", {"transactionalId": "never-heard-of"},
     INVALID_PRODUCER_ID_MAPPING),
    ("no transactional id", {"transactionalId": ""}, INVALID_REQUEST),
]


@pytest.mark.parametrize("version", range(5))
@pytest.mark.parametrize("said, want", [row[1:] for row in ADDED],
                         ids=[row[0].replace(" ", "-") for row in ADDED])
def test_who_may_add_a_group_to_a_transaction(connection, said, want, version):
    scene = begin(connection, no_group, 4)
    if want == PRODUCER_FENCED and version < 2:
        want = INVALID_PRODUCER_EPOCH  # what producers of then know
    fields = said(scene) if callable(said) else said
    assert add_offsets(connection, scene, version, **fields) == want
    topics = {topic["topic"] for topic in describe(connection, scene.producer.id)["topics"]}
    assert topics == ({LATE, "__consumer_offsets"} if want == 0 else {LATE})
    scene.producer.end(True)
    wait_for_state(connection, scene.producer.id, "CompleteCommit")
