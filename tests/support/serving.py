"""What a broker serves of partitions, in a form in which two brokers can be compared."""

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from support import wire
from support.waiting import wait_until

SILENCE_S = 20
ISOLATIONS = ("read_uncommitted", "read_committed")
EARLIEST, LATEST, MAX_TIMESTAMP = -2, -1, -3


def wait_for_leaders(broker, partitions):
    with wire.connected(broker) as connection:
        for topic, partition in partitions:
            wait_until(lambda t=topic, p=partition:
                       wire.list_offset(connection, t, p, LATEST)["errorCode"] == 0, 30,
                       f"{topic}-{partition} has a leader")


def records(broker, partitions, isolation="read_uncommitted"):
    """{(topic, partition): [(offset, timestamp, key, value, headers)]}, from beginning to end."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "unused",
                         "enable.auto.commit": False, "enable.partition.eof": True,
                         "fetch.wait.max.ms": 20, "isolation.level": isolation})
    found = {partition: [] for partition in partitions}
    consumer.assign([TopicPartition(*partition, OFFSET_BEGINNING) for partition in partitions])
    open_ones = set(partitions)
    while open_ones:  # one by one: consume(n) would wait until there are n
        message = consumer.poll(SILENCE_S)
        assert message is not None, f"{open_ones} brought nothing for {SILENCE_S} s"
        partition = message.topic(), message.partition()
        if message.error() is None:
            found[partition].append((message.offset(), message.timestamp()[1], message.key(),
                                     message.value(), message.headers() or []))
        else:
            assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
            open_ones.discard(partition)
    consumer.close()
    return found


def offsets(connection, topic, partition, times):
    """Where the log begins and ends, its last stable offset, the largest timestamp, and lookups by
    time: each as (offset, timestamp)."""
    asked = [(EARLIEST, 0), (LATEST, 0), (LATEST, 1), (MAX_TIMESTAMP, 0),
             *((time, 0) for time in times)]
    found = {}
    for time, isolation in asked:
        answer = wire.list_offset(connection, topic, partition, time, isolation=isolation)
        assert answer["errorCode"] == 0, f"{topic}-{partition} {time}: {answer}"
        found[time, isolation] = answer["offset"], answer["timestamp"]
    return found


def producers(connection, topic, partition):
    """{producer id: (epoch, last sequence, last timestamp, start of its open transaction)}"""
    answer = connection.call("DescribeProducers", 0, topics=[
        {"name": topic, "partitionIndexes": [partition]}])
    (found,) = answer["topics"][0]["partitions"]
    assert found["errorCode"] == 0, found
    return {producer["producerId"]: (producer["producerEpoch"], producer["lastSequence"],
                                     producer["lastTimestamp"], producer["currentTxnStartOffset"])
            for producer in found["activeProducers"]}


def everything(broker, partitions):
    """All of it, as one dictionary that a test compares entry by entry."""
    seen = {}
    for isolation in ISOLATIONS:
        for partition, found in records(broker, partitions, isolation).items():
            seen[(*partition, isolation)] = found
    with wire.connected(broker) as connection:
        for topic, partition in partitions:
            stamps = [record[1] for record in seen[topic, partition, "read_uncommitted"]]
            times = {stamps[0], stamps[len(stamps) // 2] + 1, max(stamps)} if stamps else set()
            seen[topic, partition, "offsets"] = offsets(connection, topic, partition, times)
            seen[topic, partition, "producers"] = producers(connection, topic, partition)
    return seen


def assert_same(seen, wanted):
    """Names what differs first: a comparison of the whole would print megabytes."""
    assert sorted(seen) == sorted(wanted)
    for what, want in wanted.items():
        have = seen[what]
        if isinstance(want, list):
            for one, other in zip(have, want):
                assert one == other, what
            assert len(have) == len(want), what
        else:
            assert have == want, f"{what}: {have} instead of {want}"
