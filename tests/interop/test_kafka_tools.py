"""Apache Kafka's own command-line tools against a broker."""

import json
import re

from support import kafka_tools, wire


def run(broker, tool, *arguments, **options):
    return kafka_tools.run(tool, "--bootstrap-server", broker.bootstrap, *arguments, **options)


def test_topics_created_described_altered_and_deleted(broker):
    said = run(broker, "kafka-topics", "--create", "--topic", "tools", "--partitions", 3,
               "--replication-factor", 1, "--config", "retention.ms=86400000")
    assert "Created topic tools." in said
    assert "tools" in run(broker, "kafka-topics", "--list").split()

    described = run(broker, "kafka-topics", "--describe", "--topic", "tools")
    assert re.search(r"Topic: tools\s+TopicId: \S{22}\s+PartitionCount: 3\s+ReplicationFactor: 1\s+"
                     r"Configs: .*retention\.ms=86400000", described), described
    for partition in range(3):
        assert re.search(rf"Partition: {partition}\s+Leader: 1\s+Replicas: 1\s+Isr: 1", described)

    run(broker, "kafka-topics", "--alter", "--topic", "tools", "--partitions", 5)
    assert "PartitionCount: 5" in run(broker, "kafka-topics", "--describe", "--topic", "tools")

    refused = run(broker, "kafka-topics", "--create", "--topic", "tools", status=1)
    assert "already exists" in refused
    refused = run(broker, "kafka-topics", "--create", "--topic", "wide", "--replication-factor", 3,
                  status=1)
    assert "replication factor" in refused.lower()

    run(broker, "kafka-topics", "--delete", "--topic", "tools")
    assert "tools" not in run(broker, "kafka-topics", "--list").split()


def test_configurations_described_and_altered(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "settings")["errorCode"] == 0
    topic = ("--entity-type", "topics", "--entity-name", "settings")
    run(broker, "kafka-configs", "--alter", *topic, "--add-config",
        "retention.ms=1234567,cleanup.policy=[compact,delete]")
    said = run(broker, "kafka-configs", "--describe", *topic)
    assert "retention.ms=1234567" in said and "cleanup.policy=compact,delete" in said
    everything = run(broker, "kafka-configs", "--describe", "--all", *topic)
    assert "segment.bytes=1073741824 sensitive=false synonyms={DEFAULT_CONFIG:log.segment.bytes" in \
        everything
    run(broker, "kafka-configs", "--alter", *topic, "--delete-config", "retention.ms")
    assert "retention.ms" not in run(broker, "kafka-configs", "--describe", *topic)

    one = ("--entity-type", "brokers", "--entity-name", "1")
    run(broker, "kafka-configs", "--alter", *one, "--add-config", "log.cleaner.threads=2")
    assert "log.cleaner.threads=2" in run(broker, "kafka-configs", "--describe", *one)
    refused = run(broker, "kafka-configs", "--alter", *topic, "--add-config", "retention.ms=soon",
                  status=1)
    assert "retention.ms" in refused


def test_console_producer_and_consumer(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "console", 2)["errorCode"] == 0
    lines = [f"key{i}:value {i} äöü" for i in range(100)]
    run(broker, "kafka-console-producer", "--topic", "console",
        "--reader-property", "parse.key=true", "--reader-property", "key.separator=:",
        stdin="\n".join(lines).encode())
    seen = []
    for partition in range(2):
        with wire.connected(broker) as connection:
            count = wire.end_offset(connection, "console", partition)
        seen += run(broker, "kafka-console-consumer", "--topic", "console", "--partition", partition,
                    "--offset", "earliest", "--max-messages", count, "--timeout-ms", 60_000,
                    "--formatter-property", "print.key=true",
                    "--formatter-property", "key.separator=:").splitlines()
    assert sorted(line for line in seen if line.startswith("key")) == sorted(lines)


def test_offsets_deleting_records_and_log_dirs(broker, tmp_path):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "lines")["errorCode"] == 0
    run(broker, "kafka-console-producer", "--topic", "lines",
        stdin="\n".join(str(i) for i in range(50)).encode())
    get = ("kafka-get-offsets", "--topic", "lines", "--time")
    assert "lines:0:50" in run(broker, *get, "latest")
    assert "lines:0:0" in run(broker, *get, "earliest")
    assert re.search(r"lines:0:\d+", run(broker, *get, "max-timestamp"))

    wanted = tmp_path / "delete.json"
    wanted.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": "lines", "partition": 0, "offset": 20}]}))
    said = run(broker, "kafka-delete-records", "--offset-json-file", wanted)
    assert "low_watermark: 20" in said
    assert "lines:0:20" in run(broker, *get, "earliest")

    said = run(broker, "kafka-log-dirs", "--describe", "--topic-list", "lines")
    described = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    (directory,) = described["brokers"][0]["logDirs"]
    assert directory["error"] is None and directory["logDir"] == str(broker.data)
    (partition,) = directory["partitions"]
    assert partition["partition"] == "lines-0" and partition["size"] > 0


def test_broker_api_versions(broker):
    said = run(broker, "kafka-broker-api-versions")
    assert f"{broker.bootstrap} (id: 1 rack: null" in said
    for api in ("Produce(0):", "Fetch(1):", "ListOffsets(2):", "Metadata(3):", "ApiVersions(18):",
                "CreateTopics(19):", "InitProducerId(22):", "DescribeTopicPartitions(75):"):
        assert api in said, said


def test_cluster_id(broker):
    said = kafka_tools.run(
        "kafka-cluster", "cluster-id", "--bootstrap-server", broker.bootstrap)
    assert re.search(r"Cluster ID: \S{22}", said)
