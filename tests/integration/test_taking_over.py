"""Log directories that Apache Kafka wrote, opened in place: exactly their records are served."""

import base64
import hashlib
from collections import defaultdict

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from support import archives, vectors, wire

pytestmark = pytest.mark.own

# The topics' own settings that 4.4's __cluster_metadata-0 holds.
SETTINGS_44 = {
    "compacted": {"cleanup.policy": "compact", "segment.bytes": "1048576",
                  "min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "86400000"},
    "append-time": {"message.timestamp.type": "LogAppendTime"},
    "rolled": {"segment.bytes": "1048576"},
}


def contents(name):
    """{(topic, partition, isolation): [(offset, timestamp, key, value, headers)]}"""
    found = defaultdict(list)
    for line in vectors.compressed_lines(archives.DATA / f"{name[:9]}-contents.jsonl.zst"):
        headers = [(key, decoded(value)) for key, value in line["headers"]]
        found[line["topic"], line["partition"], line["isolation"]].append(
            (line["offset"], line["timestamp"], decoded(line["key"]), decoded(line["value"]),
             headers))
    return found


def decoded(text):
    return None if text is None else base64.b64decode(text)


def served(broker, topic, partition, isolation):
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "unused",
                         "enable.auto.commit": False, "enable.partition.eof": True,
                         "isolation.level": isolation})
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    found = []
    while True:  # one by one: consume(n) would wait until there are n
        message = consumer.poll(20)
        assert message is not None, f"{topic}-{partition} brought nothing for 20 s"
        if message.error() is None:
            found.append((message.offset(), message.timestamp()[1], message.key(),
                          message.value(), message.headers() or []))
        else:
            assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
            consumer.close()
            return found


def properties(directory):
    lines = (directory / "meta.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def partition_folders(directories):
    return {path.name for directory in directories for path in directory.iterdir()
            if path.is_dir() and not path.name.endswith("-delete")
            and path.name != "__cluster_metadata-0"}


@pytest.fixture(scope="module", params=archives.NAMES)
def taken_over(request, tmp_path_factory):
    """(archive, log directories, digests of the metadata log before, broker)"""
    from conftest import BrokerFactory
    folder = tmp_path_factory.mktemp(request.param)
    directories = archives.unpack(request.param, folder)
    metadata_logs = {d: digests(d / "__cluster_metadata-0") for d in directories
                     if (d / "__cluster_metadata-0").exists()}
    held = partition_folders(directories)
    factory = BrokerFactory(folder)
    # Its records are old by now: without this, retention deletes what the test wants to read.
    broker = factory.start({"log.dirs": ",".join(map(str, directories)), "log.retention.ms": -1})
    yield request.param, directories, metadata_logs, held, broker
    factory.close()


def test_exactly_the_records_are_served(taken_over):
    name, _, _, held, broker = taken_over
    compared = 0
    for (topic, partition, isolation), wanted in contents(name).items():
        if f"{topic}-{partition}" not in held:
            continue
        found = served(broker, topic, partition, isolation)
        assert len(found) == len(wanted), f"{topic}-{partition} {isolation}"
        for have, want in zip(found, wanted):
            assert have == want, f"{topic}-{partition} {isolation}"
        compared += len(wanted)
    assert compared > 1000


def test_topics_ids_and_partitions_are_kept(taken_over):
    _, directories, _, held, broker = taken_over
    with wire.connected(broker) as connection:
        answer = wire.metadata(connection)
    meta = properties(directories[0])
    assert answer["clusterId"] == meta["cluster.id"]
    assert [node["nodeId"] for node in answer["brokers"]] == \
        [int(meta.get("node.id", meta.get("broker.id")))]
    shown = {f"{topic['name']}-{partition['partitionIndex']}"
             for topic in answer["topics"] for partition in topic["partitions"]
             if partition["leaderId"] >= 0}
    assert shown == held
    ids = {topic["name"]: topic["topicId"] for topic in answer["topics"]}
    for directory in directories:
        for file in directory.glob("*/partition.metadata"):
            topic = file.parent.name.rsplit("-", 1)[0]
            if file.parent.name in held:
                text = file.read_text().split("topic_id: ")[1].strip()
                raw = base64.urlsafe_b64decode(text + "==")
                assert ids[topic].bytes == raw, topic


def test_what_was_taken_over_is_listed(taken_over):
    name, _, _, held, broker = taken_over
    for folder in held:
        assert folder.rsplit("-", 1)[0] in broker.log(), f"{name}: {folder} is not named"


def test_the_topics_settings_are_kept(taken_over):
    name, _, _, _, broker = taken_over
    with wire.connected(broker) as connection:
        for topic, wanted in (SETTINGS_44 if name.startswith("kafka-4.4") else {}).items():
            answer = connection.call("DescribeConfigs", 4, resources=[
                {"resourceType": 2, "resourceName": topic, "configurationKeys": None}])
            own = {config["name"]: config["value"] for config in answer["results"][0]["configs"]
                   if config["configSource"] == 1}
            assert own == wanted, topic


def test_the_metadata_log_is_not_touched(taken_over):
    _, _, metadata_logs, _, _ = taken_over
    for directory, before in metadata_logs.items():
        assert digests(directory / "__cluster_metadata-0") == before


def test_it_goes_on_from_there(taken_over):
    """New records follow the old ones, and a restart changes nothing of it (the last test here)."""
    from support import batches
    name, _, metadata_logs, held, broker = taken_over
    topic, partition = "plain", 1
    assert f"{topic}-{partition}" in held
    with wire.connected(broker) as connection:
        end = wire.end_offset(connection, topic, partition)
        answer = wire.produce(connection, topic, batches.build([(b"new", b"record")]), partition)
        assert (answer["errorCode"], answer["baseOffset"]) == (0, end)
    broker.stop()
    broker.start()
    found = served(broker, topic, partition, "read_uncommitted")
    wanted = contents(name)[topic, partition, "read_uncommitted"]
    assert [record[0] for record in found] == [record[0] for record in wanted] + [end]
    for directory, before in metadata_logs.items():
        assert digests(directory / "__cluster_metadata-0") == before
