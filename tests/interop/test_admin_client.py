"""Topics and configurations through confluent-kafka's AdminClient."""

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource,
                                   ConfigSource, NewPartitions, NewTopic, ResourceType)
from support import batches, wire
from support.waiting import wait_until

TOPIC_ALREADY_EXISTS, INVALID_TOPIC, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR = 36, 17, 37, 38
INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST = 40, 3, 42


@pytest.fixture
def admin(broker):
    return AdminClient({"bootstrap.servers": broker.bootstrap})


def done(futures):
    """The results of all futures by key; the first failure is raised."""
    return {key: future.result(30) for key, future in futures.items()}


def code_of(futures):
    (future,) = futures.values()
    with pytest.raises(KafkaException) as raised:
        future.result(30)
    error = raised.value.args[0]
    assert error.str(), "an error has a sentence"
    return error.code()


def describe(admin, kind, name):
    (configs,) = done(admin.describe_configs([ConfigResource(kind, name)])).values()
    return configs


def alter(admin, kind, name, *changes):
    entries = [ConfigEntry(key, value, incremental_operation=operation)
               for key, operation, value in changes]
    return admin.incremental_alter_configs(
        [ConfigResource(kind, name, incremental_configs=entries)])


def test_a_topic_from_its_creation_to_its_end(broker, admin):
    done(admin.create_topics([NewTopic("whole-life", 4, 1, config={"segment.bytes": "1048576"})]))
    topic = admin.list_topics("whole-life", timeout=10).topics["whole-life"]
    assert sorted(topic.partitions) == [0, 1, 2, 3]
    assert all(part.leader == 1 and part.isrs == [1] and part.replicas == [1]
               for part in topic.partitions.values())

    done(admin.create_partitions([NewPartitions("whole-life", 6)]))
    wait_until(lambda: len(admin.list_topics("whole-life", timeout=10)
                           .topics["whole-life"].partitions) == 6, 10, "six partitions")
    assert code_of(admin.create_partitions([NewPartitions("whole-life", 6)])) == INVALID_PARTITIONS
    assert code_of(admin.create_partitions([NewPartitions("whole-life", 3)])) == INVALID_PARTITIONS

    done(admin.delete_topics(["whole-life"]))
    wait_until(lambda: "whole-life" not in admin.list_topics(timeout=10).topics, 10, "it is gone")
    assert code_of(admin.delete_topics(["whole-life"])) == UNKNOWN_TOPIC_OR_PARTITION
    wait_until(lambda: not list(broker.data.glob("whole-life-[0-9]")), 120, "its folders are gone")


@pytest.mark.parametrize("topic, code", [
    (NewTopic("taken", 1, 1), TOPIC_ALREADY_EXISTS),
    (NewTopic("a b", 1, 1), INVALID_TOPIC),
    (NewTopic("..", 1, 1), INVALID_TOPIC),
    (NewTopic("x" * 250, 1, 1), INVALID_TOPIC),
    (NewTopic("under_score", 1, 1), INVALID_TOPIC),  # collides with under.score
    (NewTopic("two-copies", 1, 2), INVALID_REPLICATION_FACTOR),
    (NewTopic("bad-value", 1, 1, config={"retention.ms": "soon"}), INVALID_CONFIG),
    (NewTopic("bad-name", 1, 1, config={"retention.mss": "1"}), INVALID_CONFIG),
    (NewTopic("bad-range", 1, 1, config={"segment.bytes": "-1"}), INVALID_CONFIG),
], ids=lambda value: value.topic[:12] if isinstance(value, NewTopic) else None)
def test_a_topic_that_cannot_be_is_refused(broker, admin, topic, code):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "taken")
        wire.create_topic(connection, "under.score")
    assert code_of(admin.create_topics([topic])) == code


@pytest.mark.parametrize("partitions", [0, -2])
def test_a_topic_without_partitions_is_refused(broker, partitions):
    with wire.connected(broker) as connection:
        answer = wire.create_topic(connection, "no-partitions", partitions)
        assert answer["errorCode"] == INVALID_PARTITIONS and answer["errorMessage"]


def test_validate_only_creates_nothing(admin):
    done(admin.create_topics([NewTopic("only-checked", 1, 1)], validate_only=True))
    assert "only-checked" not in admin.list_topics(timeout=10).topics


def test_a_topics_configuration(admin):
    done(admin.create_topics([NewTopic("configured", 1, 1, config={"retention.ms": "3600000"})]))

    def now():
        return describe(admin, ResourceType.TOPIC, "configured")

    configs = now()
    assert configs["retention.ms"].value == "3600000"
    assert configs["retention.ms"].source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    assert configs["cleanup.policy"].value == "delete"
    assert configs["cleanup.policy"].source == ConfigSource.DEFAULT_CONFIG.value
    assert configs["max.message.bytes"].value == "1048588"
    for name in ("segment.bytes", "retention.bytes", "compression.type", "min.insync.replicas",
                 "message.timestamp.type", "unclean.leader.election.enable", "segment.ms"):
        assert name in configs

    done(alter(admin, ResourceType.TOPIC, "configured",
               ("retention.ms", AlterConfigOpType.DELETE, None),
               ("max.message.bytes", AlterConfigOpType.SET, "2000000"),
               ("cleanup.policy", AlterConfigOpType.APPEND, "compact")))
    wait_until(lambda: now()["max.message.bytes"].value == "2000000", 10, "the change is seen")
    configs = now()
    assert configs["retention.ms"].value == "604800000"
    assert configs["retention.ms"].source == ConfigSource.DEFAULT_CONFIG.value
    assert sorted(configs["cleanup.policy"].value.split(",")) == ["compact", "delete"]
    done(alter(admin, ResourceType.TOPIC, "configured",
               ("cleanup.policy", AlterConfigOpType.SUBTRACT, "delete")))
    wait_until(lambda: now()["cleanup.policy"].value == "compact", 10, "the change is seen")


@pytest.mark.parametrize("change, code", [
    (("retention.ms", AlterConfigOpType.SET, "soon"), INVALID_CONFIG),
    (("no.such.name", AlterConfigOpType.SET, "1"), INVALID_CONFIG),
    (("cleanup.policy", AlterConfigOpType.SET, "burn"), INVALID_CONFIG),
    (("retention.ms", AlterConfigOpType.APPEND, "1"), INVALID_CONFIG),
], ids=str)
def test_a_change_that_cannot_be_is_refused(broker, admin, change, code):
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "unchanged")
    assert code_of(alter(admin, ResourceType.TOPIC, "unchanged", change)) == code


def test_the_brokers_configuration(admin):
    configs = describe(admin, ResourceType.BROKER, "1")
    assert configs["log.retention.hours"].value == "168"
    assert configs["node.id"].value == "1"
    assert configs["node.id"].source == ConfigSource.STATIC_BROKER_CONFIG.value
    assert configs["node.id"].is_read_only and not configs["log.cleaner.threads"].is_read_only
    assert configs["log.retention.ms"].value is None

    done(alter(admin, ResourceType.BROKER, "1",
               ("log.cleaner.threads", AlterConfigOpType.SET, "2")))
    wait_until(lambda: describe(admin, ResourceType.BROKER, "1")["log.cleaner.threads"].value == "2",
               10, "the change is seen")
    changed = describe(admin, ResourceType.BROKER, "1")["log.cleaner.threads"]
    assert changed.source == ConfigSource.DYNAMIC_BROKER_CONFIG.value
    done(alter(admin, ResourceType.BROKER, "1",
               ("log.cleaner.threads", AlterConfigOpType.DELETE, None)))
    refused = alter(admin, ResourceType.BROKER, "1",
                    ("num.partitions.of.all", AlterConfigOpType.SET, "2"))
    assert refused


def test_a_setting_takes_effect_at_once(broker, admin):
    """A topic's own max.message.bytes decides what is refused."""
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "small")
        batch = batches.build([(b"k", bytes(5000))])
        assert wire.produce(connection, "small", batch)["errorCode"] == 0
        done(alter(admin, ResourceType.TOPIC, "small",
                   ("max.message.bytes", AlterConfigOpType.SET, "1000")))
        wait_until(lambda: wire.produce(connection, "small", batch)["errorCode"] == 10, 10,
                   "a batch of 5,000 bytes is refused")


def test_the_cluster_and_its_groups(broker, admin):
    cluster = admin.describe_cluster().result(30)
    assert cluster.controller.id == 1
    assert [(node.id, node.port) for node in cluster.nodes] == [(1, broker.port)]
    assert len(cluster.cluster_id) == 22
    groups = admin.list_consumer_groups().result(30)
    assert groups.valid == [] and groups.errors == []


def test_topics_are_created_by_asking_for_them(broker_factory):
    automatic = broker_factory.start({"num.partitions": 3})
    with wire.connected(automatic) as connection:
        wire.metadata(connection, ["asked"], auto_create=False)
        assert wire.metadata(connection, ["asked"])["topics"][0]["errorCode"] == 3
        wire.metadata(connection, ["asked"], auto_create=True)
        topic = wait_until(lambda: (t := wire.metadata(connection, ["asked"])["topics"][0])
                           ["errorCode"] == 0 and t, 10, "the topic is there")
        assert len(topic["partitions"]) == 3


def test_unless_that_is_off(broker_factory):
    manual = broker_factory.start({"auto.create.topics.enable": "false"})
    with wire.connected(manual) as connection:
        for _ in range(2):
            answer = wire.metadata(connection, ["asked"], auto_create=True)
            assert answer["topics"][0]["errorCode"] == UNKNOWN_TOPIC_OR_PARTITION
