"""Leaders and replicas through Apache Kafka's own admin client and confluent-kafka's.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka): a cluster of one broker, like ours.
"""

import subprocess

import pytest
from confluent_kafka import ElectionType, TopicPartition
from confluent_kafka.admin import AdminClient
from support import clients, kafka_jars, wire

ELECTION_NOT_NEEDED, UNKNOWN_TOPIC_OR_PARTITION = 84, 3
INVALID_REPLICA_ASSIGNMENT, INVALID_REQUEST = 39, 42


@pytest.fixture(scope="module")
def java(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "led", 2)["errorCode"] == 0

    def run(command, *words):
        done = subprocess.run(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
             "-cp", f"{clients.java_classes()}:{kafka_jars.class_path('clients')}", "JavaReplicas",
             command, broker.bootstrap, *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        said = done.stdout.decode()
        assert done.returncode == 0, said
        return said.splitlines()
    return run


@pytest.mark.parametrize("kind", ["preferred", "unclean"])
def test_leaders_are_elected_already(java, kind):
    needless = "ElectionNotNeededException Leader election not needed for topic partition."
    assert java("elect", kind, "led:0", "led:1", "led:2", "nobody:0") == [
        f"led-0 {needless}", f"led-1 {needless}",
        "led-2 UnknownTopicOrPartitionException No such partition as led-2",
        "nobody-0 UnknownTopicOrPartitionException No such topic as nobody"]
    assert java("elect", kind, "all") == []


def test_what_is_there_is_reassigned_and_nothing_else(java):
    assert java("reassign", "any", "led:0=1", "led:1=1") == ["led-0 done", "led-1 done"]
    assert java("reassign", "same", "led:0=1") == ["led-0 done"]
    wrong = "led-0 InvalidReplicaAssignmentException The manual partition assignment includes "
    for brokers, sentence in (
            ("7", "broker 7, but no such broker is registered."),
            ("1,7,3", "broker 3, but no such broker is registered."),
            ("1,1", "the broker 1 more than once.")):
        for mode in ("any", "same"):
            assert java("reassign", mode, f"led:0={brokers}") == [wrong + sentence]


def test_a_reassignment_of_what_is_not_there_and_a_cancelled_one(java):
    said = java("reassign", "any", "led:1=-", "led:2=1", "nobody:0=1", "nobody:1=-")
    assert said == [
        "led-1 NoReassignmentInProgressException No partition reassignment is in progress.",
        "led-2 UnknownTopicOrPartitionException Unable to find partition led:2.",
        "nobody-0 UnknownTopicOrPartitionException Unable to find a topic named nobody.",
        "nobody-1 UnknownTopicOrPartitionException Unable to find a topic named nobody."]


@pytest.mark.parametrize("version", [0, 1])
def test_what_javas_client_would_not_send(broker, java, version):
    def reassign(*replicas):
        answer = connection.call("AlterPartitionReassignments", version, timeoutMs=10_000, topics=[
            {"name": "led", "partitions": [{"partitionIndex": 0, "replicas": list(replicas)}]}])
        assert (answer["errorCode"], answer["errorMessage"]) == (0, None)
        (told,) = answer["responses"][0]["partitions"]
        return told["errorCode"], told["errorMessage"]
    begins = "The manual partition assignment includes "
    with wire.connected(broker) as connection:
        assert reassign(1) == (0, None)
        assert reassign() == (INVALID_REPLICA_ASSIGNMENT, f"{begins}an empty replica list.")
        assert reassign(1, -1) == (INVALID_REPLICA_ASSIGNMENT, f"{begins}broker -1, but no such "
                                                               "broker is registered.")


@pytest.mark.parametrize("version", [1, 2])
def test_an_election_of_an_unknown_type(broker, java, version):
    with wire.connected(broker) as connection:
        answer = connection.call("ElectLeaders", version, electionType=2, timeoutMs=10_000,
                                 topicPartitions=[{"topic": "led", "partitions": [0]}])
    (told,) = answer["replicaElectionResults"][0]["partitionResult"]
    assert answer["errorCode"] == told["errorCode"] == INVALID_REQUEST
    assert told["errorMessage"] == "Unknown election type 2"


def test_none_is_under_way(java):
    assert java("reassign", "any", "led:0=1") == ["led-0 done"]
    assert java("list", "all") == []
    assert java("list", "led:0", "led:1", "nobody:0") == []


def test_leaders_through_confluent_kafka(broker, java):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for kind in (ElectionType.PREFERRED, ElectionType.UNCLEAN):
        told = admin.elect_leaders(kind, [TopicPartition("led", 0),
                                          TopicPartition("nobody", 0)]).result(30)
        codes = {(one.topic, one.partition): error.code() for one, error in told.items()}
        assert codes == {("led", 0): ELECTION_NOT_NEEDED,
                         ("nobody", 0): UNKNOWN_TOPIC_OR_PARTITION}
