"""What the Python client programs share: their command line and their files."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support import records  # noqa: E402


def parse(argv=None):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("produce", "consume"):
        command = commands.add_parser(name)
        command.add_argument("bootstrap")
        command.add_argument("topic")
        command.add_argument("file")
        command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    commands.choices["produce"].add_argument("--acks-file", required=True)
    return parser.parse_args(argv)


def settings(arguments):
    return dict(item.split("=", 1) for item in arguments.set)


class Acks:
    """Writes acknowledgements as they come, and counts the records that failed."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.failed = []

    def add(self, index, partition, offset):
        self.file.write(records.pack_ack(index, partition, offset))
        self.file.flush()

    def fail(self, index, error):
        self.failed.append((index, str(error)))

    def finish(self):
        self.file.close()
        if self.failed:
            index, error = self.failed[0]
            sys.exit(f"{len(self.failed)} records were refused, the first is {index}: {error}")
