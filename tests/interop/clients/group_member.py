"""What the Python programs share that are one member of a group: command line, signal, lines.

    group BOOTSTRAP TOPIC GROUP [--protocol P] [--assignor A] [--instance I]
          [--session-ms N] [--heartbeat-ms N]

The lines' form is that of tests/support/group_events.py. SIGTERM ends the program.
"""

import argparse
import json
import signal
import sys


def parse():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("group")
    for name in ("bootstrap", "topic", "group"):
        command.add_argument(name)
    command.add_argument("--protocol", default="classic")
    command.add_argument("--assignor")
    command.add_argument("--instance")
    command.add_argument("--session-ms", type=int, default=45_000)
    command.add_argument("--heartbeat-ms", type=int, default=3_000)
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


def fail(error):
    say("failed", error=repr(error))
    sys.exit(1)
