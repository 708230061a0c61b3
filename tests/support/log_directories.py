"""What stands in log directories beside the records, Barnabas's and Kafka's alike."""

import base64
import uuid


def properties(directory):
    """meta.properties."""
    lines = (directory / "meta.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def checkpoint(path):
    """{(topic, partition): offset} of a checkpoint file of a log directory."""
    lines = path.read_text().splitlines()
    if not lines:  # as Kafka 3.9 makes it
        return {}
    assert lines[0] == "0" and len(lines) == 2 + int(lines[1]), f"{path}: {lines}"
    found = {}
    for line in lines[2:]:
        topic, partition, offset = line.rsplit(" ", 2)
        found[topic, int(partition)] = int(offset)
    return found


def compacted_up_to(directories):
    """{(topic, partition): offset}: the cleaner's checkpoints."""
    found = {}
    for directory in directories:
        path = directory / "cleaner-offset-checkpoint"
        found.update(checkpoint(path) if path.exists() else {})
    return found


def partitions(directory):
    """{(topic, partition): folder} of the partitions in a log directory."""
    found = {}
    for folder in directory.iterdir():
        topic, _, number = folder.name.rpartition("-")
        if folder.is_dir() and number.isdigit() and topic != "__cluster_metadata":
            found[topic, int(number)] = folder
    return found


def topic_id(folder):
    """The UUID of partition.metadata."""
    text = (folder / "partition.metadata").read_text().split("topic_id: ")[1].strip()
    return uuid.UUID(bytes=base64.urlsafe_b64decode(text + "=="))


def latest_epoch(folder):
    """The last leader epoch of leader-epoch-checkpoint; 0 where there is none yet."""
    path = folder / "leader-epoch-checkpoint"
    lines = path.read_text().splitlines()[2:] if path.exists() else []
    return int(lines[-1].split()[0]) if lines else 0
