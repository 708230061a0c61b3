"""Members of consumer groups made of raw requests: what a client sends, step by step."""

import struct
import uuid

from support.waiting import wait_until

COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR = 14, 15, 16
MEMBER_ID_REQUIRED = 79


def ready(connection, group):
    """Returns when the group's coordinator serves."""
    def serves():
        found = connection.call("FindCoordinator", 4, keyType=0, coordinatorKeys=[group])
        if found["coordinators"][0]["errorCode"] != 0:
            return False
        asked = {"groupId": group, "topics": []}
        answer = connection.call("OffsetFetch", 8, groups=[asked], requireStable=False)
        return answer["groups"][0]["errorCode"] not in (
            COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR)

    wait_until(serves, 60, f"the coordinator of {group[:50]!r} serves")


def subscription(*topics):
    """A consumer's metadata, version 0 of ConsumerProtocolSubscription."""
    out = struct.pack(">hi", 0, len(topics))
    for topic in topics:
        out += struct.pack(">h", len(topic)) + topic.encode()
    return out + struct.pack(">i", -1)


def join(connection, group, version=9, member_id="", topics=("t",), **values):
    """One JoinGroup; a new member of version 4 or later gets MEMBER_ID_REQUIRED and an id first."""
    request = {"groupId": group, "sessionTimeoutMs": 10_000, "rebalanceTimeoutMs": 60_000,
               "memberId": member_id, "protocolType": "consumer",
               "protocols": [{"name": "range", "metadata": subscription(*topics)}], **values}
    return connection.call("JoinGroup", version, **request)


def sync(connection, group, joined, version=5, assignments=(), **values):
    request = {"groupId": group, "generationId": joined["generationId"],
               "memberId": joined["memberId"], "protocolType": "consumer", "protocolName": "range",
               "assignments": [{"memberId": member, "assignment": assignment}
                               for member, assignment in assignments], **values}
    return connection.call("SyncGroup", version, **request)


def heartbeat(connection, group, joined, version=4, **values):
    request = {"groupId": group, "generationId": joined["generationId"],
               "memberId": joined["memberId"], **values}
    return connection.call("Heartbeat", version, **request)["errorCode"]


def member_alone(connection, group, topics=("t",), version=9):
    """A group with one member that leads it, stable; the member's JoinGroup answer."""
    ready(connection, group)
    joined = join(connection, group, version, topics=topics)
    if joined["errorCode"] == MEMBER_ID_REQUIRED:
        joined = join(connection, group, version, member_id=joined["memberId"], topics=topics)
    assert joined["errorCode"] == 0, joined
    synced = sync(connection, group, joined, version=min(version, 5),
                  assignments=[(joined["memberId"], b"mine")])
    assert (synced["errorCode"], synced["assignment"]) == (0, b"mine"), synced
    return joined


def commit(connection, group, offsets, version=9, joined=None, topic_ids=None, **values):
    """Commits {(topic, partition): offset}; {(topic, partition): error code}.

    From version 10 on topics go by `topic_ids`.
    """
    member = {} if joined is None else {
        "generationIdOrMemberEpoch": joined["generationId"], "memberId": joined["memberId"]}
    topics = {}
    for (topic, partition), offset in offsets.items():
        topics.setdefault(topic, []).append(
            {"partitionIndex": partition, "committedOffset": offset, "committedMetadata": "note"})
    names = {id: name for name, id in (topic_ids or {}).items()}
    answer = connection.call(
        "OffsetCommit", version, groupId=group, **{**member, **values},
        topics=[{**({"topicId": topic_ids[topic]} if version >= 10 else {"name": topic}),
                 "partitions": partitions} for topic, partitions in topics.items()])
    return {(topic.get("name") or names.get(topic.get("topicId")), part["partitionIndex"]):
            part["errorCode"] for topic in answer["topics"] for part in topic["partitions"]}


def offsets_of(group_or_response, names=None):
    """{(topic, partition): (offset, error code)} of a part of an OffsetFetch answer."""
    return {(topic.get("name") or (names or {}).get(topic.get("topicId")),
             part["partitionIndex"]): (part["committedOffset"], part["errorCode"])
            for topic in group_or_response["topics"] for part in topic["partitions"]}


def fetch_offsets(connection, group, asked=None, version=9, **values):
    """The offsets of {topic: [partitions]}, or of all topics, of a group without error."""
    topics = None if asked is None else [
        {"name": topic, "partitionIndexes": partitions} for topic, partitions in asked.items()]
    answer = connection.call("OffsetFetch", version, groups=[
        {"groupId": group, "topics": topics, **values}], requireStable=False)["groups"][0]
    assert answer["errorCode"] == 0, answer
    return offsets_of(answer)


def beat(connection, group, member_id, epoch, version=1, **values):
    """One ConsumerGroupHeartbeat of the protocol of KIP-848."""
    request = {"groupId": group, "memberId": member_id, "memberEpoch": epoch, **values}
    return connection.call("ConsumerGroupHeartbeat", version, **request)


def begin(connection, group, topics, member_id=None, version=1, **values):
    """Joins by the consumer protocol; the first answer."""
    ready(connection, group)
    return beat(connection, group, member_id or str(uuid.uuid4()), 0, version,
                **{"rebalanceTimeoutMs": 60_000, "subscribedTopicNames": list(topics),
                   "topicPartitions": [], **values})
