"""Members of a share group as processes, tests/interop/java/JavaShare.java unless told otherwise, and
what they told."""

import json
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

from support import batches, wire
from support.group_clients import java_program
from support.transactions import LOADING, NOT_AVAILABLE, NOT_COORDINATOR
from support.waiting import wait_until

DEADLINE_S = 60
GROUP = 32  # the resource's type
LOCK_S = 4
#: Of a broker whose share groups are fast.
SETTINGS = {"group.share.min.record.lock.duration.ms": "1000",
            "group.share.record.lock.duration.ms": str(LOCK_S * 1000),
            "group.share.min.heartbeat.interval.ms": "500",
            "group.share.heartbeat.interval.ms": "1000",
            "group.share.assignment.interval.ms": "0",
            "offsets.topic.num.partitions": "3",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "share.coordinator.state.topic.num.partitions": "3",
            "errors.deadletterqueue.auto.create.topics.enable": "true"}


def fill(broker, topic, count, size=10, create=True):
    """Batches of `size` records each."""
    with wire.connected(broker) as connection:
        if create:
            wire.create_topic(connection, topic)
        for begin in range(0, count, size):
            sent = [(b"k", b"%d" % i) for i in range(begin, min(begin + size, count))]
            answer = wire.produce(connection, topic, batches.build(sent))
            assert answer["errorCode"] == 0, answer


def set_group_config(broker, group, configs):
    """Sets configurations of a group, by their names."""
    with wire.connected(broker) as connection:
        answer = connection.call("IncrementalAlterConfigs", 1, resources=[
            {"resourceType": GROUP, "resourceName": group, "configs": [
                {"name": name, "configOperation": 0, "value": str(value)}
                for name, value in configs.items()]}])
        assert answer["responses"][0]["errorCode"] == 0, answer


def share_lag(broker, group, topic):
    """How many records of the one partition are not acknowledged; None while the group's coordinator
    is not ready."""
    with wire.connected(broker) as connection:
        answer = connection.call("DescribeShareGroupOffsets", 1, groups=[
            {"groupId": group, "topics": [{"topicName": topic, "partitions": [0]}]}])["groups"][0]
    if answer["errorCode"] in (LOADING, NOT_AVAILABLE, NOT_COORDINATOR):
        return None
    (found,) = answer["topics"][0]["partitions"]
    assert answer["errorCode"] == found["errorCode"] == 0, answer
    return found["lag"]


class ShareMember:
    """One member; `events` grows while it runs. `program`: the words that JavaShare's follow."""

    def __init__(self, broker, group, topic, rule, directory, name, program=None, **settings):
        self.name, self.events = name, []
        self.errors_path = Path(directory) / f"{name}.errors"
        words = [f"{key.replace('_', '.')}={value}" for key, value in settings.items()]
        with self.errors_path.open("wb") as errors:
            self.process = subprocess.Popen(
                [*(program or java_program("JavaShare")), broker.bootstrap, group, topic, rule, *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, stderr=errors)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def of(self, event):
        return [one for one in list(self.events) if one["event"] == event]

    def offsets(self, event):
        return [one["offset"] for one in self.of(event)]

    def stop(self):
        """SIGTERM; its end must be a good one."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        assert status in (0, 143), f"{self.name} ended with {status}\n{self.errors()}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._reader.join(DEADLINE_S)

    def errors(self):
        return self.errors_path.read_text(errors="replace")[-3000:]


class ShareGroup:
    """A share group that reads one topic. Ends what still runs when it is left."""

    def __init__(self, broker, name, topic, directory, configs=None, program=None):
        self.broker, self.name, self.topic, self.directory = broker, name, topic, directory
        self.program = program
        self.members = []
        set_group_config(broker, name, {"share.auto.offset.reset": "earliest", **(configs or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for member in self.members:
            if member.process.poll() is None:
                member.kill()

    def join(self, rule="accept", **settings):
        settings.setdefault("program", self.program)
        member = ShareMember(self.broker, self.name, self.topic, rule, self.directory,
                             f"{self.name}-{len(self.members)}", **settings)
        self.members.append(member)
        return member

    def offsets(self, event):
        """Of all members, each as often as it was told."""
        return Counter(offset for member in self.members for offset in member.offsets(event))

    def wait_for(self, condition, what, deadline_s=DEADLINE_S):
        def told():
            return what + "".join(
                f"\n{member.name}: got {len(member.of('got'))}, kept {len(member.of('kept'))}, "
                f"failed {member.of('failed')[-3:]}\n{member.errors()}" for member in self.members)
        try:
            return wait_until(condition, deadline_s, what, poll_s=0.1)
        except AssertionError as failed:
            raise AssertionError(told()) from failed

    def wait_until_kept(self, offsets):
        """Until each of them has been acknowledged, and that was confirmed."""
        wanted = set(offsets)
        self.wait_for(lambda: wanted <= set(self.offsets("kept")),
                      f"{len(wanted)} records are acknowledged")
