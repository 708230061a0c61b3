"""Log directories that Apache Kafka wrote, opened in place: exactly their records are served."""

import base64
import hashlib
import shutil
from collections import defaultdict

import pytest
from support import archives, batches, groups, log_directories, serving, vectors, wire

pytestmark = pytest.mark.own

# The topics' own settings that 4.4's __cluster_metadata-0 holds.
SETTINGS_44 = {
    "compacted": {"cleanup.policy": "compact", "segment.bytes": "1048576",
                  "min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "86400000"},
    "append-time": {"message.timestamp.type": "LogAppendTime"},
    "rolled": {"segment.bytes": "1048576"},
}

# What the only group of each committed to __consumer_offsets.
OFFSETS = {
    "kafka-4.4": ("golden-group", {("plain", 1): 141, ("plain", 2): 559}),
    "kafka-3.9": ("g1", {("plain", 0): 0, ("plain", 1): 500, ("plain", 2): 0}),
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


def own_settings(connection, topic):
    answer = connection.call("DescribeConfigs", 4, resources=[
        {"resourceType": 2, "resourceName": topic, "configurationKeys": None}])
    return {config["name"]: config["value"] for config in answer["results"][0]["configs"]
            if config["configSource"] == 1}


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module", params=archives.NAMES)
def taken_over(request, tmp_path_factory):
    """(archive, log directories, digests of the metadata log before, broker)"""
    from conftest import BrokerFactory
    folder = tmp_path_factory.mktemp(request.param)
    directories = archives.unpack(request.param, folder)
    metadata_logs = {d: digests(d / "__cluster_metadata-0") for d in directories
                     if (d / "__cluster_metadata-0").exists()}
    held = {partition for directory in directories
            for partition in log_directories.partitions(directory)}
    factory = BrokerFactory(folder)
    # Its records are old by now: without this, retention deletes what the test wants to read.
    broker = factory.start({"log.dirs": ",".join(map(str, directories)), "log.retention.ms": -1})
    yield request.param, directories, metadata_logs, held, broker
    factory.close()


def test_exactly_the_records_are_served(taken_over):
    name, _, _, held, broker = taken_over
    wanted = {what: found for what, found in contents(name).items() if what[:2] in held}
    assert sum(map(len, wanted.values())) > 1000
    for isolation in serving.ISOLATIONS:
        chosen = {what[:2]: found for what, found in wanted.items() if what[2] == isolation}
        serving.assert_same(serving.records(broker, list(chosen), isolation), chosen)


def test_topics_ids_and_partitions_are_kept(taken_over):
    _, directories, _, held, broker = taken_over
    with wire.connected(broker) as connection:
        answer = wire.metadata(connection)
    meta = log_directories.properties(directories[0])
    assert answer["clusterId"] == meta["cluster.id"]
    assert [node["nodeId"] for node in answer["brokers"]] == \
        [int(meta.get("node.id", meta.get("broker.id")))]
    shown = {(topic["name"], partition["partitionIndex"])
             for topic in answer["topics"] for partition in topic["partitions"]
             if partition["leaderId"] >= 0}
    assert shown == held
    ids = {topic["name"]: topic["topicId"] for topic in answer["topics"]}
    for directory in directories:
        for (topic, _), folder in log_directories.partitions(directory).items():
            assert ids[topic] == log_directories.topic_id(folder), topic


def test_what_was_taken_over_is_listed(taken_over):
    name, directories, _, held, broker = taken_over
    meta = log_directories.properties(directories[0])
    assert f"taking over node id {meta.get('node.id', meta.get('broker.id'))} and " in broker.log()
    for topic, _ in held:
        assert f"taking over topic {topic}: " in broker.log(), f"{name}: {topic} is not named"


def test_the_topics_settings_are_kept(taken_over):
    name, _, _, _, broker = taken_over
    with wire.connected(broker) as connection:
        for topic, wanted in (SETTINGS_44 if name.startswith("kafka-4.4") else {}).items():
            assert own_settings(connection, topic) == wanted, topic


def test_the_brokers_settings_are_kept(taken_over):
    """Only 4.4's directories hold some: of all brokers."""
    name, _, _, _, broker = taken_over
    told = "taking over the configuration of all brokers: min.insync.replicas=1"
    with wire.connected(broker) as connection:
        answer = connection.call("DescribeConfigs", 4, resources=[
            {"resourceType": 4, "resourceName": "", "configurationKeys": None}])
    kept = {config["name"]: config["value"] for config in answer["results"][0]["configs"]}
    if name.startswith("kafka-4.4"):
        assert kept.get("min.insync.replicas") == "1", kept
        assert told in broker.log()
    else:
        assert kept == {}
        assert "taking over the configuration of" not in broker.log()


def test_what_coordinators_keep_is_compacted(taken_over):
    """Also where the directories do not tell: retention would delete it, or nothing would."""
    _, _, _, _, broker = taken_over
    with wire.connected(broker) as connection:
        for topic in ("__consumer_offsets", "__transaction_state"):
            own = own_settings(connection, topic)
            assert own["cleanup.policy"] == "compact", own
            assert "retention.ms" not in own


def test_the_metadata_log_is_not_touched(taken_over):
    _, _, metadata_logs, _, _ = taken_over
    for directory, before in metadata_logs.items():
        assert digests(directory / "__cluster_metadata-0") == before


def test_no_producer_gets_an_id_that_is_in_the_logs(taken_over):
    """Its first batches would be taken for the former owner's: acknowledged and thrown away."""
    _, _, _, held, broker = taken_over
    with wire.connected(broker) as connection:
        answer = connection.call("InitProducerId", 4, transactionalId=None,
                                 transactionTimeoutMs=60_000, producerId=-1, producerEpoch=-1)
        assert answer["errorCode"] == 0, answer
        known = set().union(*(serving.producers(connection, *partition) for partition in held))
        assert known and answer["producerId"] > max(known)


def test_groups_go_on_where_kafka_left_them(taken_over):
    """The offsets are those that Kafka's DumpLogSegments shows last for each partition."""
    name, _, _, _, broker = taken_over
    group, committed = OFFSETS[name[:9]]
    with wire.connected(broker) as connection:
        groups.ready(connection, group)
        listed = connection.call("ListGroups", 4, statesFilter=["Empty"])
        assert [each["groupId"] for each in listed["groups"]] == [group]
        fetched = groups.fetch_offsets(connection, group)
        assert fetched == {partition: (offset, 0) for partition, offset in committed.items()}


def test_it_goes_on_from_there(taken_over):
    """New records follow the old ones, and a restart changes nothing of it (the last test here)."""
    name, _, metadata_logs, held, broker = taken_over
    topic, partition = "plain", 1
    assert (topic, partition) in held
    with wire.connected(broker) as connection:
        end = wire.end_offset(connection, topic, partition)
        answer = wire.produce(connection, topic, batches.build([(b"new", b"record")]), partition)
        assert (answer["errorCode"], answer["baseOffset"]) == (0, end)
    broker.stop()
    broker.start()
    found = serving.records(broker, [(topic, partition)])[topic, partition]
    wanted = contents(name)[topic, partition, "read_uncommitted"]
    assert [record[0] for record in found] == [record[0] for record in wanted] + [end]
    for directory, before in metadata_logs.items():
        assert digests(directory / "__cluster_metadata-0") == before


def test_the_metadata_log_may_have_a_directory_of_its_own(broker_factory, tmp_path):
    """Kafka's metadata.log.dir: without it each topic would have the broker's settings alone."""
    (data,) = archives.unpack("kafka-4.4-clean", tmp_path)
    apart = tmp_path / "metadata"
    apart.mkdir()
    shutil.copy(data / "meta.properties", apart)
    (data / "__cluster_metadata-0").rename(apart / "__cluster_metadata-0")
    before = digests(apart)
    broker = broker_factory.start({"log.dirs": data, "metadata.log.dir": apart,
                                   "log.retention.ms": -1})
    with wire.connected(broker) as connection:
        for topic, wanted in SETTINGS_44.items():
            assert own_settings(connection, topic) == wanted, topic
        for topic in ("plain", "rolled"):
            assert "retention.ms" not in own_settings(connection, topic)
    assert digests(apart) == before


def test_a_metadata_directory_that_is_away_ends_the_start(broker_factory, tmp_path):
    """Settings that cannot be read now would be lost for good: the owner decides."""
    (data,) = archives.unpack("kafka-4.4-clean", tmp_path)
    shutil.rmtree(data / "__cluster_metadata-0")
    broker = broker_factory.make({"log.dirs": data, "metadata.log.dir": tmp_path / "unmounted"})
    broker.launch()
    assert broker.wait(30) not in (0, None), broker.log()
    assert "metadata.log.dir names" in broker.log()
