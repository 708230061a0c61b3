"""Log directories through Apache Kafka's own admin client and tool."""

import json
import subprocess

import pytest
from support import batches, clients, kafka_jars, kafka_tools, wire
from support.waiting import wait_until

TOPIC = "placed"

pytestmark = pytest.mark.own  # where a topic's partitions are is this broker's choice


def java(*arguments):
    done = subprocess.run(
        ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
         "-cp", f"{clients.java_classes()}:{kafka_jars.class_path('clients')}", "JavaLogDirs",
         *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    said = done.stdout.decode()
    assert done.returncode == 0, said
    return [line.split() for line in said.splitlines()]


def test_partitions_are_moved_and_directories_described(broker_factory, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    broker = broker_factory.start({"log.dirs": f"{one},{two}"})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, TOPIC)
        for _ in range(20):
            batch = batches.build([(b"k", bytes(10_000))])
            assert wire.produce(connection, TOPIC, batch)["errorCode"] == 0
        (there,) = java("where", broker.bootstrap, TOPIC, 0)
        assert there == [one, "null", "-1"]
        assert java("move", broker.bootstrap, TOPIC, 0, two) == [["moved"]]
        wait_until(lambda: java("where", broker.bootstrap, TOPIC, 0) == [[two, "null", "-1"]], 60,
                   "it has moved")
        assert wire.end_offset(connection, TOPIC) == 20
        assert java("move", broker.bootstrap, TOPIC, 0, two + "x") == [["LogDirNotFoundException"]]
        assert java("move", broker.bootstrap, TOPIC, 7, two) == [["ReplicaNotAvailableException"]]

        kafka_tools.run("kafka-configs", "--bootstrap-server", broker.bootstrap, "--alter",
                        "--entity-type", "brokers", "--entity-name", 1,
                        "--add-config", f"cordoned.log.dirs={one}")
        listed = java("list", broker.bootstrap)
        assert [(line[0], line[3]) for line in listed] == [(one, "true"), (two, "false")]
        assert all(int(line[1]) > int(line[2]) > 0 for line in listed)
        assert java("move", broker.bootstrap, TOPIC, 0, one) == [
            ["InvalidReplicaAssignmentException"]]


def test_kafka_log_dirs(broker_factory, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    broker = broker_factory.start({"log.dirs": f"{one},{two}"})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, TOPIC, 4)
    said = kafka_tools.run("kafka-log-dirs", "--bootstrap-server", broker.bootstrap, "--describe")
    described = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    (found,) = described["brokers"]
    assert {d["logDir"]: (d["error"], len(d["partitions"])) for d in found["logDirs"]} == {
        one: (None, 2), two: (None, 2)}
