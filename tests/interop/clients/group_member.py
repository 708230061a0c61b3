"""What the Python programs share that are one member of a group: command line, signal, lines.

    group BOOTSTRAP TOPIC GROUP [--protocol P] [--assignor A] [--instance I]
          [--session-ms N] [--heartbeat-ms N]
    copy BOOTSTRAP TOPIC GROUP TO TRANSACTIONAL_ID [--hold-in N] [--transaction-ms N] ...

A program knows one of the two commands. The lines' form is that of tests/support/group_events.py, and
for copy of tests/support/group_copies.py. SIGTERM ends the program.
"""

import argparse
import json
import signal
import sys
import time

AT_ONCE = 5  # how many records a transaction of copy has at most


def parse():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (commands.add_parser("group"), commands.add_parser("copy")):
        for name in ("bootstrap", "topic", "group"):
            command.add_argument(name)
        command.add_argument("--protocol", default="classic")
        command.add_argument("--assignor")
        command.add_argument("--instance")
        command.add_argument("--session-ms", type=int, default=45_000)
        command.add_argument("--heartbeat-ms", type=int, default=3_000)
    for name in ("to", "transactional_id"):
        commands.choices["copy"].add_argument(name)
    commands.choices["copy"].add_argument("--transaction-ms", type=int, default=60_000)
    commands.choices["copy"].add_argument("--hold-in", type=int)
    return parser.parse_args()


class Told:
    """Whether SIGTERM has come."""

    def __init__(self):
        self.stop = False
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, *_):
        self.stop = True


def say(event, **values):
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def owned(event, partitions):
    """`event` is assigned, revoked or lost."""
    if partitions:
        say(event, partitions=sorted(partitions))


def record(topic, partition, offset, key):
    say("record", topic=topic, partition=partition, offset=offset, key=key.decode())


def committed(offsets):
    if offsets:
        say("committed", offsets=offsets)


def refused(error):
    """A commit failed, which during a rebalance it may."""
    say("refused", error=repr(error))


class Transactions:
    """Those that a copier ends; in the one that --hold-in names it waits to be killed."""

    def __init__(self, hold_in):
        self.hold_in, self.begun = hold_in, 0

    def begin(self):
        self.begun += 1

    def before_commit(self):
        """What is copied and where the group goes on are both with the broker."""
        if self.begun == self.hold_in:
            say("holding")
            while True:
                time.sleep(1)

    def committed(self, records):
        say("copied", records=records)

    def aborted(self, error):
        """It is done again."""
        say("aborted", error=repr(error))


def fail(error):
    say("failed", error=repr(error))
    sys.exit(1)
