"""Transactions of foreign clients, and Kafka's own tools for them.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import re
import subprocess
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from support import batches, clients, kafka_jars, kafka_tools, wire
from support.transactions import RawProducer, values, wait_for_state
from support.waiting import wait_until

SETTINGS = {"transaction.state.log.num.partitions": "3", "offsets.topic.num.partitions": "3",
            "group.initial.rebalance.delay.ms": "0",
            "transaction.partition.verification.enable": "false"}  # so that something can hang


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("transactions"))
    yield factory.start(SETTINGS)
    factory.close()


def fill(broker, topic, count):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, topic)
        wire.create_topic(connection, f"{topic}-copy", partitions=2)
        for begin in range(0, count, 500):
            sent = [(b"k", b"%d" % i) for i in range(begin, min(begin + 500, count))]
            answer = wire.produce(connection, topic, batches.build(sent))
            assert answer["errorCode"] == 0, answer


def assert_copied(broker, topic, count):
    with wire.connected(broker) as connection:
        for partition in (0, 1):
            assert values(connection, f"{topic}-copy", partition) == [
                b"%d" % i for i in range(partition, count, 2)]
            assert (len(values(connection, f"{topic}-copy", partition, committed=False))
                    > count // 2), "something was aborted"


def test_librdkafka_copies_exactly_once(broker):
    fill(broker, "rd", 300)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "rd-copier"})
    producer.init_transactions(30)
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "rd-copier",
                         "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    source = TopicPartition("rd", 0)

    def rewind():
        committed = consumer.committed([source], 30)[0].offset
        consumer.assign([TopicPartition("rd", 0, max(committed, 0))])
        return max(committed, 0)

    position, number = rewind(), 0
    while position < 300:
        messages = consumer.consume(20, 5)
        assert messages and not any(one.error() for one in messages)
        producer.begin_transaction()
        for one in messages:
            producer.produce("rd-copy", one.value(), one.key(), one.offset() % 2)
        position = messages[-1].offset() + 1
        producer.send_offsets_to_transaction([TopicPartition("rd", 0, position)],
                                             consumer.consumer_group_metadata(), 30)
        number += 1
        if number % 3 == 0:
            producer.flush(30)
            producer.abort_transaction(30)
            position = rewind()
        else:
            producer.commit_transaction(30)
    consumer.close()
    assert_copied(broker, "rd", 300)


def copier(broker, topic, count, log):
    return subprocess.Popen(
        ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
         "-cp", f"{clients.java_classes()}:{kafka_jars.class_path('clients')}", "JavaCopier",
         broker.bootstrap, topic, f"{topic}-copy", f"{topic}-copier", str(count)],
        stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT)


def committed_so_far(log):
    return max((int(line) for line in log.read_text().splitlines() if line.isdigit()), default=0)


@pytest.mark.parametrize("level", [0, 2])
def test_java_copies_exactly_once_while_the_broker_is_killed(broker_factory, tmp_path, level):
    """With transactions v2 (KIP-890) and without; so is what the feature tells the client."""
    broker = broker_factory.start(SETTINGS)
    count, kills = 4000, 4
    fill(broker, "java", count)
    if level != 2:
        with wire.connected(broker) as connection:
            answer = connection.call("UpdateFeatures", 1, timeoutMs=10_000, featureUpdates=[
                {"feature": "transaction.version", "maxVersionLevel": level, "upgradeType": 2}])
            assert answer["errorCode"] == 0, answer
    log = tmp_path / "copier.log"
    running = copier(broker, "java", count, log)
    try:
        for number in range(1, kills + 1):
            aim = count * number // (kills + 2)
            wait_until(lambda a=aim: committed_so_far(log) >= a or running.poll() is not None, 120,
                       f"{aim} records are copied")
            broker.kill()
            broker.start()
        assert running.wait(120) == 0, log.read_text()[-3000:]
    finally:
        running.kill()
        running.wait()
    assert_copied(broker, "java", count)
    with wire.connected(broker) as connection:
        epoch = wait_for_state(connection, "java-copier", "CompleteCommit")["producerEpoch"]
    assert (epoch > count // 20) == (level == 2), "each end raises the epoch, or none does"


def run(broker, *arguments, **options):
    return kafka_tools.run("kafka-transactions", "--bootstrap-server", broker.bootstrap, *arguments,
                           **options)


def table(printed):
    lines = [line.split() for line in printed.splitlines() if line.strip()]
    start = next(i for i, line in enumerate(lines) if len(line) > 2 and
                 re.fullmatch(r"TransactionalId|CoordinatorId|ProducerId|Topic", line[0]))
    return [dict(zip(lines[start], line)) for line in lines[start + 1:]]


def test_the_tool_lists_and_describes(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "tool", partitions=2)
        producer = RawProducer(connection, "tool-1").init()
        producer.send("tool", [b"x"])
        (row,) = [one for one in table(run(broker, "list")) if one["TransactionalId"] == "tool-1"]
        assert row["TransactionState"] == "Ongoing"
        assert row["ProducerId"] == str(producer.producer_id)
        (row,) = table(run(broker, "describe", "--transactional-id", "tool-1"))
        assert row["TransactionState"] == "Ongoing" and row["TopicPartitions"] == "tool-0"
        (row,) = table(run(broker, "describe-producers", "--topic", "tool", "--partition", "0"))
        assert row["CurrentTransactionStartOffset"] == "0"
        assert row["ProducerEpoch"] == str(producer.epoch)
        producer.end(True)
        wait_for_state(connection, "tool-1", "CompleteCommit")


def test_the_tool_finds_and_aborts_what_hangs(broker):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "hung")
        producer = RawProducer(connection, "hung-1", version=1).init()
        an_hour_ago = int(time.time() * 1000) - 3_600_000
        batch = batches.build([(b"k", b"v")], attributes=0x10, producer_id=producer.producer_id,
                              producer_epoch=producer.epoch, base_sequence=0,
                              timestamp=an_hour_ago)
        answer = connection.call("Produce", 11, transactionalId="hung-1",
                                 **wire.produce_request("hung", batch))
        assert answer["responses"][0]["partitionResponses"][0]["errorCode"] == 0
        wire.produce(connection, "hung", batches.build([(b"k", b"behind")]))
        assert values(connection, "hung") == []
        (row,) = table(run(broker, "find-hanging", "--topic", "hung"))
        assert (row["Topic"], row["Partition"], row["StartOffset"]) == ("hung", "0", "0")
        run(broker, "abort", "--topic", "hung", "--partition", "0", "--start-offset", "0")
        assert values(connection, "hung") == [b"behind"]
        assert "hung" not in run(broker, "find-hanging", "--topic", "hung").replace(
            "--topic hung", "")


def test_the_tool_for_features_shows_and_changes(broker_factory):
    broker = broker_factory.start(SETTINGS)

    def features(*arguments):
        return kafka_tools.run("kafka-features", "--bootstrap-server", broker.bootstrap, *arguments)

    def level(name):
        found = re.search(rf"Feature: {name}\s.*FinalizedVersionLevel: (\d+)",
                          features("describe"))
        return int(found[1])

    assert level("transaction.version") == 2
    assert "was downgraded to 1" in features("downgrade", "--feature", "transaction.version=1")
    assert level("transaction.version") == 1
    assert "was upgraded to 2" in features("upgrade", "--feature", "transaction.version=2")
    assert level("transaction.version") == 2
