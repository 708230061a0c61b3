"""Apache Kafka's own command-line tools, run from its jars, and ours by the same names."""

import subprocess

from support import broker, kafka_jars

CLASSES = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-console-share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
    "kafka-groups": "org.apache.kafka.tools.GroupsCommand",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-share-groups": "org.apache.kafka.tools.consumer.group.ShareGroupCommand",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-dump-log": "org.apache.kafka.tools.DumpLogSegments",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-e2e-latency": "org.apache.kafka.tools.EndToEndLatency",
    "kafka-verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
    "kafka-verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
}
DEADLINE_S = 120


def _class_path(tool):
    """Maven has no kafka-tools 4.4; in 4.3, ConfigCommand is still among the broker's classes."""
    if tool == "kafka-configs":
        return kafka_jars.class_path("broker", "4.3.1")
    return kafka_jars.class_path("tools")


def _command(tool, arguments, *options):
    return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", *options,
            "-cp", _class_path(tool), CLASSES[tool], *map(str, arguments)]


def run(tool, *arguments, stdin=b"", status=0):
    """Runs a tool and returns what it printed, error output included; its end must be `status`."""
    done = subprocess.run(_command(tool, arguments), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=DEADLINE_S, check=False)
    printed = done.stdout.decode(errors="replace")
    assert done.returncode == status, f"{tool} ended with {done.returncode}:\n{printed}"
    return printed


def run_apart(tool, *arguments):
    """Kafka's exit status, standard output and error output, byte by byte."""
    return _run_apart(_command(tool, arguments, "-Dstdout.encoding=UTF-8",
                               "-Dstderr.encoding=UTF-8"))


def run_ours(tool, *arguments):
    """The same of ours; `tool` is Kafka's name for it."""
    return _run_apart([str(broker.binary()), tool.removeprefix("kafka-"), *map(str, arguments)])


def _run_apart(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=DEADLINE_S, check=False)
    return done.returncode, done.stdout, done.stderr
