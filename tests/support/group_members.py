"""A consumer group of foreign clients: its members as processes, and waiting for what it does."""

import signal
import subprocess
import tempfile
from pathlib import Path

from support import wire
from support.group_events import History
from support.waiting import wait_until

DEADLINE_S = 60
STOP_DEADLINE_S = 30


class Member:
    """A client program that is a member; `history` is what it told."""

    def __init__(self, client, command, directory, name):
        self.name = name
        self.errors_path = Path(directory) / f"{name}.errors"
        with self.errors_path.open("wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                stderr=errors if client.errors_apart else subprocess.STDOUT)
        self.history = History(self.process.stdout, client.parse)

    @property
    def owned(self):
        return self.history.owned

    @property
    def running(self):
        return self.process.poll() is None

    def stop(self):
        """SIGTERM; its end must be a good one."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self} did not end within {STOP_DEADLINE_S} s") from None
        self.history.join()
        assert status == 0, f"{self} ended with {status}"

    def kill(self):
        """SIGKILL."""
        self.process.kill()
        self.process.wait()
        self.history.join()

    def __str__(self):
        told = self.history
        state = "runs" if self.running else f"ended with {self.process.returncode}"
        course = "".join(f"\n    {line}" for line in told.course[-20:])
        errors = self.errors_path.read_text(errors="replace")[-2000:]
        return (f"member {self.name} ({state}, owns {sorted(self.owned)}, read {len(told.records)} "
                f"records, committed {told.committed}){course}\n{errors}")


class Group:
    """One group that reads one topic. Ends what still runs when it is left.

    Its members are of one client, but where `join` names another.
    """

    def __init__(self, client, broker, topic, partitions, directory, session_ms=6000, name=None):
        self.client, self.broker, self.topic, self.partitions = client, broker, topic, partitions
        self.name, self.session_ms = name or f"group-{topic}", session_ms
        self.directory = tempfile.mkdtemp(prefix=f"{client.name}-", dir=directory)
        self.members = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for member in self.members:
            if member.running:
                member.kill()

    def join(self, name, instance=None, client=None):
        client = client or self.client
        command = client.command(self.broker, self.topic, self.name, self.session_ms, instance)
        member = Member(client, command, self.directory, name)
        self.members.append(member)
        return member

    def settle(self, *members):
        """Waits until these share the partitions, each has some, and each goes on reading."""
        self.wait_until(lambda: self._shared_by(members),
                        f"{', '.join(m.name for m in members)} share the partitions")
        before = {member: len(member.history.records) for member in members}
        self.wait_until(lambda: all(len(m.history.records) > n for m, n in before.items()),
                        f"each of {', '.join(m.name for m in members)} goes on reading")

    def _shared_by(self, members):
        shares = [member.owned for member in members]
        return (all(shares) and sum(map(len, shares)) == self.partitions
                and set().union(*shares) == set(range(self.partitions)))

    def read(self):
        """(partition, offset) of every record that any member read so far."""
        return {record[:2] for member in self.members for record in list(member.history.records)}

    def wait_until_read(self, sent):
        """Waits until every record of `sent`, {(partition, offset): key}, was read."""
        self.wait_until(lambda: self.read() >= sent.keys(), lambda: self._unread(sent))

    def _unread(self, sent):
        unread = sorted(sent.keys() - self.read())
        return (f"all {len(sent)} records are read; {len(unread)} are not: {unread[:20]}; "
                f"committed: {self.committed()}")

    def wait_until(self, condition, what, deadline_s=DEADLINE_S):
        try:
            return wait_until(condition, deadline_s, what)
        except AssertionError as error:
            told = "\n".join(map(str, self.members))
            wanted = what() if callable(what) else error
            raise AssertionError(f"{self.client.name}: {wanted}\n{told}") from None

    def committed(self):
        """{partition: offset} as the broker knows it."""
        with wire.connected(self.broker) as connection:
            answer = connection.call(
                "OffsetFetch", 7, groupId=self.name, requireStable=True,
                topics=[{"name": self.topic, "partitionIndexes": list(range(self.partitions))}])
        assert answer["errorCode"] == 0, answer
        (topic,) = answer["topics"]
        assert all(p["errorCode"] == 0 for p in topic["partitions"]), answer
        return {p["partitionIndex"]: p["committedOffset"] for p in topic["partitions"]}
