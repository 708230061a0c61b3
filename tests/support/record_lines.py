"""Whole records as lines, headers included, for programs that read and write them.

A line is `PARTITION TIMESTAMP KEY VALUE [NAME=VALUE ...]`; partition -1: the partitioner chooses. Key,
value and what stands in headers are `-` (null) or `x` and hexadecimal digits. Where records are
written, lines `begin`, `commit` and `abort` are transactions.
"""

import subprocess
from typing import NamedTuple

from support import cpp_clients, group_clients

DEADLINE_S = 90


class Record(NamedTuple):
    partition: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple = ()

    def line(self):
        headers = [f"{word(name)}={word(value)}" for name, value in self.headers]
        return " ".join([str(self.partition), str(self.timestamp), word(self.key), word(self.value),
                         *headers])


def word(data):
    return "-" if data is None else f"x{data.hex()}"


def data(text):
    return None if text == "-" else bytes.fromhex(text[1:])


def parse(line):
    partition, timestamp, key, value, *headers = line.split()
    pairs = (header.split("=") for header in headers)
    return Record(int(partition), int(timestamp), data(key), data(value),
                  tuple((data(name), data(held)) for name, held in pairs))


class Franz:
    """franz-go: go/franz/records.go."""

    name = "franz-go"

    def write(self, broker, topic, file, codec, transactional_id=None):
        transactional = [transactional_id] if transactional_id else []
        run(group_clients.go_programs() / "franz", "write", broker.bootstrap, topic, file, codec,
            *transactional)

    def read(self, broker, topic, partitions, isolation="read_uncommitted"):
        return read_lines(group_clients.go_programs() / "franz", "read", broker.bootstrap, topic,
                          partitions, isolation)


class Cpp:
    """Our own C++ clients: cpp/record_lines.cc."""

    name = "barnabas"

    def write(self, broker, topic, file, codec, transactional_id=None):
        transactional = [f"transactional.id={transactional_id}"] if transactional_id else []
        run(cpp_clients.program("record_lines"), "write", broker.bootstrap, topic, file,
            f"compression.type={codec}", "linger.ms=5", *transactional)

    def read(self, broker, topic, partitions, isolation="read_uncommitted"):
        return read_lines(cpp_clients.program("record_lines"), "read", broker.bootstrap, topic,
                          partitions, f"isolation.level={isolation}")


def run(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}" \
                                 f"\n{done.stderr[-2000:]}"
    return done.stdout


def read_lines(*command):
    """[Record], each partition's in the order of its offsets."""
    return [parse(line) for line in run(*command).splitlines()]
