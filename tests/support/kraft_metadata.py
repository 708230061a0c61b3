"""Metadata with which Apache Kafka knows the topics that lie in log directories."""

import base64
import subprocess
from pathlib import Path

from support import java_programs, kafka_jars, log_directories

DEADLINE_S = 60


def write(directories, configs, next_producer_id, work):
    """Writes it into the first of the directories, from partition.metadata and meta.properties.

    Kafka, started on them as one node, takes it for its own; there must be no other metadata log.
    `configs` is {topic: {name: value}}; ids of producers are given out from `next_producer_id` on;
    `work` is a folder for the program's input.
    """
    node = log_directories.properties(directories[0])["node.id"]
    lines, topics = [("producers", next_producer_id)], {}
    for directory in directories:
        directory_id = log_directories.properties(directory)["directory.id"]
        for (topic, number), folder in log_directories.partitions(directory).items():
            topics[topic] = _as_kafka_writes_it(log_directories.topic_id(folder))
            lines.append(("partition", topics[topic], number, log_directories.latest_epoch(folder),
                          directory_id))
    lines[1:1] = [("topic", topic, topic_id) for topic, topic_id in topics.items()]
    lines += [("config", topic, name, value) for topic, own in configs.items()
              for name, value in own.items()]
    source = Path(work) / "kraft-metadata"
    source.write_text("".join("\t".join(map(str, words)) + "\n" for words in lines))
    classes = java_programs.classes(Path(__file__).parent / "java", "broker")
    done = subprocess.run(
        ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
         "-cp", f"{classes}:{kafka_jars.class_path('broker')}", "KRaftMetadata",
         str(directories[0]), node, str(source)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")


def _as_kafka_writes_it(topic_id):
    return base64.urlsafe_b64encode(topic_id.bytes).decode().rstrip("=")
