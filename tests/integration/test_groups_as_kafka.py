"""The same random requests of consumer groups to Barnabas and to Apache Kafka: the same answers.

Members join by either protocol, commit, fetch, leave; strangers and members of other generations
do so too; administrators describe, list and delete. Error codes, offsets, states, epochs and
assignments have to be the same: BARNABAS_REQUESTS of them (1500), from BARNABAS_SEED. Left out is what
is known to differ: regular expressions, which Kafka resolves later.
"""

import os
import random
import uuid

import pytest
from support import groups, wire
from support.broker import make_broker

SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.consumer.assignment.interval.ms": "0"}
PARTITIONS = {"t": 2, "u": 1}
CLASSIC, CONSUMER = ("c0", "c1", "c2"), ("m0", "m1")
GROUPS = (*CLASSIC, *CONSUMER, "")
REQUESTS = int(os.environ.get("BARNABAS_REQUESTS", "1500"))


class Side:
    """One broker, and the members that it knows: {group: what the member says of itself}."""

    def __init__(self, broker):
        self.broker, self.members = broker, {}
        self.connection = wire.Connection(broker.address)
        for topic, partitions in PARTITIONS.items():
            wire.create_topic(self.connection, topic, partitions)
        self.ids = {topic: wire.metadata(self.connection, [topic])["topics"][0]["topicId"]
                    for topic in PARTITIONS}
        self.ids["gone"] = uuid.UUID(int=1)
        self.names = {id: name for name, id in self.ids.items()}
        for group in GROUPS:
            groups.ready(self.connection, group)

    def call(self, api, version, **values):
        return self.connection.call(api, version, **values)

    def parts(self, topics):
        """Topics of an answer, in an order of their own."""
        return sorted((topic.get("name") or self.names[topic["topicId"]], part["partitionIndex"],
                       part.get("committedOffset"), part["errorCode"])
                      for topic in topics for part in topic["partitions"])

    def assigned(self, answer):
        if answer["assignment"] is None:
            return None
        return sorted((self.names[part["topicId"]], sorted(part["partitions"]))
                      for part in answer["assignment"]["topicPartitions"])


def who(side, group, choice):
    """The group's member, perhaps of another generation, or somebody else."""
    kind = choice.choice(["member", "member", "stranger", "nobody"])
    shift = choice.choice([0, 0, 0, 1])
    if kind == "nobody":
        return {"memberId": "", "generationId": -1 + shift}
    stranger = {"memberId": "stranger", "generationId": 1}
    known = side.members.get(group, stranger) if kind == "member" else stranger
    return {"memberId": known["memberId"], "generationId": known["generationId"] + shift}


def asked_topics(side, choice, by_id, partition):
    """Known and unknown topics and partitions, `partition` makes each of them."""
    names = choice.sample([*PARTITIONS, "gone"], choice.randrange(1, 3))
    return [({"topicId": side.ids[name]} if by_id else {"name": name},
             [partition(number) for number in choice.sample([0, 1, 5], choice.randrange(1, 3))])
            for name in names]


def commit(side, group, choice):
    version, one = choice.randrange(2, 11), who(side, group, choice)
    topics = asked_topics(side, choice, version >= 10, lambda number: {
        "partitionIndex": number, "committedOffset": choice.randrange(100)})
    instance = {"groupInstanceId": choice.choice([None, None, "i"])} if version >= 7 else {}
    answer = side.call("OffsetCommit", version, groupId=group, memberId=one["memberId"],
                       generationIdOrMemberEpoch=one["generationId"], **instance,
                       topics=[{**topic, "partitions": parts} for topic, parts in topics])
    return version, side.parts(answer["topics"])


def fetch(side, group, choice):
    version, one = choice.randrange(1, 11), who(side, group, choice)
    topics = [{**topic, "partitionIndexes": parts} for topic, parts in asked_topics(
        side, choice, version >= 10, lambda number: number)]
    if version >= 2 and choice.random() < 0.4:
        topics = None
    if version < 8:
        answer = side.call("OffsetFetch", version, groupId=group, topics=topics)
        return version, answer.get("errorCode"), side.parts(answer["topics"])
    member = {}
    if version >= 9 and choice.random() < 0.5:  # an empty id is none that a member has
        name = choice.choice([one["memberId"], one["memberId"], None])
        member = {"memberId": name, "memberEpoch": one["generationId"]}
    answer = side.call("OffsetFetch", version, groups=[
        {"groupId": group, "topics": topics, **member}])["groups"][0]
    return version, answer["errorCode"], side.parts(answer["topics"])


def delete_offsets(side, group, choice):
    topics = asked_topics(side, choice, False, lambda number: {"partitionIndex": number})
    answer = side.call("OffsetDelete", 0, groupId=group, topics=[
        {**topic, "partitions": parts} for topic, parts in topics])
    return answer["errorCode"], side.parts(answer["topics"])


def describe(side, group, choice):
    version = choice.randrange(7)
    one = side.call("DescribeGroups", version, groups=[group])["groups"][0]
    modern = side.call("ConsumerGroupDescribe", 1, groupIds=[group])["groups"][0]
    return (version, one["errorCode"], one["groupState"], one["protocolType"], one["protocolData"],
            len(one["members"]), modern["errorCode"], modern["groupState"],
            modern["groupEpoch"], modern["assignmentEpoch"], modern["assignorName"],
            len(modern["members"]))


def list_all(side, _, choice):
    states = choice.choice([[], ["Stable"], ["stable", "EMPTY"], ["Dead"], ["nonsense"]])
    types = choice.choice([[], ["classic"], ["Consumer"], ["share"]])
    answer = side.call("ListGroups", 5, statesFilter=states, typesFilter=types)
    return answer["errorCode"], sorted((one["groupId"], one["protocolType"], one["groupState"],
                                        one["groupType"]) for one in answer["groups"])


def delete(side, group, choice):
    if choice.random() < 0.6:
        return None
    error = side.call("DeleteGroups", 2, groupsNames=[group])["results"][0]["errorCode"]
    if error == 0:
        side.members.pop(group, None)
    return error


def heartbeat(side, group, choice):
    version, one = choice.randrange(5), who(side, group, choice)
    instance = {"groupInstanceId": choice.choice([None, None, "i"])} if version >= 3 else {}
    return groups.heartbeat(side.connection, group, one, version, **instance)


def leave(side, group, choice):
    if group in CONSUMER:
        return leave_modern(side, group, choice)
    one = who(side, group, choice)
    member = {"memberId": one["memberId"], "groupInstanceId": choice.choice([None, None, "i"])}
    answer = side.call("LeaveGroup", choice.randrange(3, 6), groupId=group, members=[member])
    errors = answer["errorCode"], [part["errorCode"] for part in answer["members"]]
    if errors == (0, [0]):
        side.members.pop(group, None)
    return errors


def leave_modern(side, group, choice):
    known = side.members.get(group)
    if known is None:
        return None
    epoch = choice.choice([-1, -2])
    answer = groups.beat(side.connection, group, known["memberId"], epoch)
    if answer["errorCode"] == 0:
        del side.members[group]
    return epoch, answer["errorCode"], answer["memberEpoch"]


def join(side, group, choice):
    if group in CONSUMER:
        return beat(side, group, choice)
    known = side.members.get(group)
    if known:
        joined = groups.join(side.connection, group, 5, member_id=known["memberId"])
    else:
        joined = groups.join(side.connection, group, 3,
                             sessionTimeoutMs=choice.choice([60_000, 60_000, 5_999]),
                             protocolType=choice.choice(["consumer", "consumer", "connect"]))
    if joined["errorCode"]:
        return joined["errorCode"]
    side.members[group] = {key: joined[key] for key in ("memberId", "generationId")}
    if choice.random() < 0.2:
        return joined["generationId"], None
    synced = groups.sync(side.connection, group, joined,
                         assignments=[(joined["memberId"], b"x")],
                         **choice.choice([{}, {}, {"protocolName": "other"}]))
    return joined["generationId"], synced["errorCode"], synced["assignment"]


FIRST = ({}, {}, {"subscribedTopicNames": ["t", "gone"]}, {"serverAssignor": "nope"},
         {"subscribedTopicNames": []}, {"instanceId": "s"}, {"rackId": "r"},
         {"rebalanceTimeoutMs": 0}, {"subscribedTopicNames": None}, {"memberId": ""})
LATER = ({}, {"subscribedTopicNames": ["u"]}, {"subscribedTopicNames": ["t", "u"]},
         {"serverAssignor": "range"}, {"rebalanceTimeoutMs": 5_000})


def beat(side, group, choice):
    known = side.members.get(group)
    if known:
        answer = groups.beat(side.connection, group, known["memberId"],
                             known["generationId"] + choice.choice([0, 0, 7]),
                             **choice.choice(LATER))
    else:
        answer = groups.beat(side.connection, group, f"member-{group}",
                             choice.choice([0, 0, 0, 1, -2, -3]), **{
            "rebalanceTimeoutMs": 60_000, "subscribedTopicNames": ["t"], "topicPartitions": [],
            **choice.choice(FIRST)})
    if answer["errorCode"] == 0 and answer["memberEpoch"] >= 0:
        side.members[group] = {"memberId": answer["memberId"],
                               "generationId": answer["memberEpoch"]}
    return (answer["errorCode"], answer["memberEpoch"], answer["heartbeatIntervalMs"],
            side.assigned(answer))


STEPS = (commit, commit, fetch, fetch, delete_offsets, describe, list_all, delete, heartbeat,
         leave, join, join)


@pytest.mark.own
def test_random_requests_are_answered_as_kafka_does(tmp_path):
    seed = int(os.environ.get("BARNABAS_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"repeat with BARNABAS_SEED={seed}")
    brokers = [make_broker(tmp_path / kind, kind=kind, overrides=SETTINGS)
               for kind in ("barnabas", "kafka")]
    try:
        sides = [Side(broker.start()) for broker in brokers]
        for number in range(REQUESTS):
            answers = []
            for side in sides:
                choice = random.Random(f"{seed} {number}")
                step, group = choice.choice(STEPS), choice.choice(GROUPS)
                answers.append((step.__name__, group, step(side, group, choice)))
            assert answers[0] == answers[1], (
                f"BARNABAS_SEED={seed}, request {number}: Kafka answers {answers[1]}")
    finally:
        for broker in brokers:
            if broker.running:
                broker.kill()
    assert not brokers[0].broken()
