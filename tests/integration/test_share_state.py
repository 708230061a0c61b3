"""Share coordinators over the wire: the APIs of KIP-932's persister, with which leaders of share
partitions keep what they have delivered.

The same random requests go to Barnabas and to Apache Kafka, over a restart of both: the answers are
the same, and so are the records of __share_group_state, byte for byte but for topic ids and times:
BARNABAS_REQUESTS of them (1500), from BARNABAS_SEED.
"""

import base64
import os
import random
import struct
import uuid

import pytest
from support import batches, wire
from support.broker import make_broker
from support.waiting import wait_until

STATE_TOPIC = "__share_group_state"
SETTINGS = {"share.coordinator.state.topic.num.partitions": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "share.coordinator.snapshot.update.records.per.snapshot": "4"}
PARTITIONS = {"t": 3, "u": 1}
REQUESTS = int(os.environ.get("BARNABAS_REQUESTS", "1500"))
NOT_YET = (14, 15, 16)  # the coordinator is loading, not available, elsewhere


def key_of(group, topic_id, partition):
    text = base64.urlsafe_b64encode(topic_id.bytes).decode().rstrip("=")
    return f"{group}:{text}:{partition}"


class Side:
    """One broker with its topics, and a connection to it."""

    def __init__(self, broker):
        self.broker = broker
        self.connection = wire.Connection(broker.address)
        for topic, partitions in PARTITIONS.items():
            wire.create_topic(self.connection, topic, partitions)
        self.ids = {topic: wire.metadata(self.connection, [topic])["topics"][0]["topicId"]
                    for topic in PARTITIONS}
        self.ids["gone"] = uuid.UUID(int=1)
        self.names = {id: name for name, id in self.ids.items()}
        self.ready()

    def call(self, api, version, group, topics):
        """`topics`: {name: [what is asked of a partition]}; the answers by (topic, partition)."""
        answer = self.connection.call(api, version, groupId=group, topics=[
            {"topicId": self.ids[name], "partitions": parts} for name, parts in topics.items()])
        return {(self.names[result["topicId"]], part["partition"]): part
                for result in answer["results"] for part in result["partitions"]}

    def ready(self):
        """Until every partition of the state topic is loaded that has something of ours."""
        parts = {name: [{"partition": i, "leaderEpoch": 0} for i in range(count)]
                 for name, count in PARTITIONS.items()}
        keys = [key_of("g", self.ids[name], part["partition"])
                for name in parts for part in parts[name]]

        def serves():
            found = self.connection.call("FindCoordinator", 6, keyType=2, coordinatorKeys=keys)
            if any(coordinator["errorCode"] for coordinator in found["coordinators"]):
                return False
            answer = self.call("ReadShareGroupStateSummary", 0, "g", parts)
            return all(part["errorCode"] not in NOT_YET for part in answer.values())

        wait_until(serves, 60, "the share coordinator serves")

    def restart(self):
        self.connection.close()
        self.broker.stop()
        self.broker.start()
        self.connection = wire.Connection(self.broker.address)
        self.ready()

    def stored(self):
        """Key and value of each record, without what differs from cluster to cluster."""
        records, offset = [], 0
        while True:
            part = wire.fetch(self.connection, STATE_TOPIC, 0, offset, max_wait_ms=0)
            assert part["errorCode"] == 0, part
            got = batches.read_batches(part["records"] or b"")
            if not got:
                return records
            offset = got[-1].last_offset + 1
            records += [self.plain(record) for batch in got for record in batch.records]

    def plain(self, record):
        kind, size = struct.unpack_from(">hh", record.key)
        group, rest = record.key[4:4 + size], record.key[4 + size:]
        topic = self.names[uuid.UUID(bytes=rest[:16])]
        value = record.value
        if kind == 0 and value is not None:
            value = value[:22] + value[38:]  # without the times of its making
        return kind, group, topic, rest[16:], value


def asked_of(choice, number, fields):
    """Some partitions, known and unknown, with numbers that grow with the number of the request."""
    topics = {}
    for name in choice.sample([*PARTITIONS, "gone"], choice.randrange(1, 3)):
        chosen = choice.sample([0, 1, 2, 5, -1], choice.randrange(1, 3))
        topics[name] = [{"partition": partition,
                         **{field: VALUES[field](choice, number) for field in fields}}
                        for partition in chosen]
    return topics


def epoch_of(choice, number):
    return choice.choice([-1, *[max(0, number // 150 + shift) for shift in (-1, 0, 0, 0, 0, 1)]])


def start_of(choice, number):
    return choice.choice([-1, *[number // 5 + choice.randrange(20) for _ in range(6)]])


def batches_of(choice, number):
    found = []
    for _ in range(choice.randrange(4)):
        first = number // 5 + choice.randrange(40)
        found.append({"firstOffset": first, "lastOffset": first + choice.randrange(12),
                      "deliveryState": choice.choice([0, 2, 4]),
                      "deliveryCount": choice.randrange(1, 4)})
    return found


VALUES = {"stateEpoch": epoch_of, "leaderEpoch": epoch_of, "startOffset": start_of,
          "deliveryCompleteCount": lambda choice, number: choice.randrange(-1, 30),
          "stateBatches": batches_of}
TOLD = ("errorCode", "stateEpoch", "leaderEpoch", "startOffset", "deliveryCompleteCount",
        "stateBatches")
STEPS = (("InitializeShareGroupState", (0,), ("stateEpoch", "startOffset")),
         ("ReadShareGroupState", (0,), ("leaderEpoch",)),
         ("ReadShareGroupState", (0,), ("leaderEpoch",)),
         ("WriteShareGroupState", (0, 1), ("stateEpoch", "leaderEpoch", "startOffset",
                                           "deliveryCompleteCount", "stateBatches")),
         ("WriteShareGroupState", (1,), ("stateEpoch", "leaderEpoch", "startOffset",
                                         "deliveryCompleteCount", "stateBatches")),
         ("WriteShareGroupState", (1,), ("stateEpoch", "leaderEpoch", "startOffset",
                                         "deliveryCompleteCount", "stateBatches")),
         ("ReadShareGroupStateSummary", (0, 1), ("leaderEpoch",)))
DELETE = ("DeleteShareGroupState", (0,), ())


def step(side, choice, number):
    api, versions, fields = DELETE if choice.random() < 0.02 else choice.choice(STEPS)
    version, group = choice.choice(versions), choice.choice(["g", "g", "h", "x" * 200, ""])
    if version == 0:
        fields = [field for field in fields if field != "deliveryCompleteCount"]
    topics = asked_of(choice, number, fields)
    if choice.random() < 0.03:
        topics[next(iter(topics))] = []
    answers = side.call(api, version, group, topics)
    return api, version, group, topics, {
        at: {field: part[field] for field in TOLD if field in part}
        for at, part in sorted(answers.items())}


@pytest.mark.own
def test_random_requests_are_answered_and_stored_as_kafka_does(tmp_path):
    seed = int(os.environ.get("BARNABAS_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"repeat with BARNABAS_SEED={seed}")
    brokers = [make_broker(tmp_path / kind, kind=kind, overrides=SETTINGS)
               for kind in ("barnabas", "kafka")]
    try:
        sides = [Side(broker.start()) for broker in brokers]
        for number in range(REQUESTS):
            if number == REQUESTS // 2:
                for side in sides:
                    side.restart()
            answers = [step(side, random.Random(f"{seed} {number}"), number) for side in sides]
            assert answers[0] == answers[1], (
                f"BARNABAS_SEED={seed}, request {number}: Kafka answers {answers[1]}")
        ours, kafkas = (side.stored() for side in sides)
        assert len(ours) > REQUESTS // 10
        for number, (own, other) in enumerate(zip(ours, kafkas)):
            assert own == other, f"BARNABAS_SEED={seed}, record {number}: Kafka writes {other}"
        assert len(ours) == len(kafkas)
    finally:
        for broker in brokers:
            if broker.running:
                broker.kill()
    assert not brokers[0].broken()


def test_keys_of_coordinators(broker):
    topic_id = uuid.UUID(int=7)
    good, named = key_of("g", topic_id, 0), key_of("a:b", topic_id, 5)
    wrong = ["", "g", "g:0", ":" + good[2:], good + "x", good.replace(":0", ":"), "g:short:0"]

    def found():
        with wire.connected(broker) as connection:
            answer = connection.call("FindCoordinator", 6, keyType=2,
                                     coordinatorKeys=[good, named, good + ":", *wrong])
            return [one["errorCode"] for one in answer["coordinators"]]

    wait_until(lambda: found()[0] == 0, 60, "there is a share coordinator")
    assert found() == [0, 0, 0] + [42] * len(wrong)
    with wire.connected(broker) as connection:
        answer = connection.call("FindCoordinator", 5, keyType=2, coordinatorKeys=[good])
        assert answer["coordinators"][0]["errorCode"] == 42
        topic = wire.metadata(connection, [STATE_TOPIC])["topics"][0]
    assert topic["isInternal"] and topic["errorCode"] == 0


def test_states_outlive_a_kill(broker_factory):
    """What was answered is there after SIGKILL, also where the log was pruned meanwhile."""
    broker = broker_factory.start({
        "share.coordinator.snapshot.update.records.per.snapshot": "3",
        "share.coordinator.state.topic.num.partitions": "2",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.prune.interval.ms": "200",
        "share.coordinator.cold.partition.snapshot.interval.ms": "200"})
    side = Side(broker)

    def begins():
        return sum(wire.list_offset(side.connection, STATE_TOPIC, partition, -2)["offset"]
                   for partition in range(2))

    for partition in range(3):
        answer = side.call("InitializeShareGroupState", 0, "g", {
            "t": [{"partition": partition, "stateEpoch": 1, "startOffset": 0}]})
        assert answer["t", partition]["errorCode"] == 0
    for number in range(200):
        partition = number % 3
        answer = side.call("WriteShareGroupState", 1, "g", {"t": [
            {"partition": partition, "stateEpoch": 1, "leaderEpoch": 0, "startOffset": number // 2,
             "deliveryCompleteCount": 1, "stateBatches": [
                 {"firstOffset": number, "lastOffset": number, "deliveryState": 2,
                  "deliveryCount": 1}]}]})
        assert answer["t", partition]["errorCode"] == 0
        if number == 100:
            wait_until(lambda: begins() > 20, 60, "the log is pruned")
    side.connection.close()
    broker.kill()
    broker.start()
    side.connection = wire.Connection(broker.address)
    side.ready()
    for partition in range(3):
        last = max(number for number in range(200) if number % 3 == partition)
        part = side.call("ReadShareGroupState", 0, "g", {
            "t": [{"partition": partition, "leaderEpoch": 1}]})["t", partition]
        assert (part["errorCode"], part["stateEpoch"], part["startOffset"]) == (0, 1, last // 2)
        offsets = [batch["firstOffset"] for batch in part["stateBatches"]]
        assert offsets == [number for number in range(last // 2, 200) if number % 3 == partition]
    side.connection.close()


def test_writes_that_share_a_sync_outlive_a_kill(broker_factory):
    """Many at once, in flight on several connections: each that was answered is there."""
    broker = broker_factory.start({**SETTINGS, "flush.before.ack": "single-replica"})
    side = Side(broker)
    for partition in range(3):
        answer = side.call("InitializeShareGroupState", 0, "g", {
            "t": [{"partition": partition, "stateEpoch": 1, "startOffset": 0}]})
        assert answer["t", partition]["errorCode"] == 0

    def send(connection, partition, start):
        connection.send("WriteShareGroupState", 1, groupId="g", topics=[
            {"topicId": side.ids["t"], "partitions": [
                {"partition": partition, "stateEpoch": 1, "leaderEpoch": 0, "startOffset": start,
                 "deliveryCompleteCount": 0, "stateBatches": []}]}])

    rounds, in_flight = 5, 40
    connections = [wire.Connection(broker.address) for _ in range(3)]
    for number in range(rounds):
        for step_of_round in range(in_flight):
            for partition, connection in enumerate(connections):
                send(connection, partition, number * in_flight + step_of_round + 1)
        for connection in connections:
            for _ in range(in_flight):
                _, answer = connection.receive("WriteShareGroupState", 1)
                assert answer["results"][0]["partitions"][0]["errorCode"] == 0
    broker.kill()
    for connection in (*connections, side.connection):
        connection.close()
    broker.start()
    side.connection = wire.Connection(broker.address)
    side.ready()
    for partition in range(3):
        part = side.call("ReadShareGroupState", 0, "g", {
            "t": [{"partition": partition, "leaderEpoch": 1}]})["t", partition]
        assert (part["errorCode"], part["startOffset"]) == (0, rounds * in_flight)
    side.connection.close()
