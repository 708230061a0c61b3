"""How long our commands take until somebody sees something: from starting the process to the first byte
of its output, against a broker on this machine."""

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from . import brokers, clients, machine
from .scenarios import Scenario, Target

RUNS, QUICK_RUNS = 20, 5
LIMIT_S = 30
TOPIC = "commands"
PERF = f"--topic {TOPIC} --num-records 1"
# What each is asked. Joining a group is not in it: that takes as long as the broker lets new groups wait.
LINES = [
    "topics --list", f"configs --describe --topic {TOPIC}", f"get-offsets --topic {TOPIC}",
    "consumer-groups --list", "share-groups --list", f"console-producer --topic {TOPIC} --sync --json",
    f"console-consumer --topic {TOPIC} --partition 0 --offset 0 --max-messages 1",
    "delete-records --offset-json-file FILE", "log-dirs --describe", "reassign-partitions --list",
    f"leader-election --election-type preferred --topic {TOPIC} --partition 0", "transactions list",
    "features describe", "cluster cluster-id", "broker-api-versions", "cat -L",
    f"cat -C -t {TOPIC} -p 0 -c 1 -q", "doctor", f"e2e-latency {PERF} --producer-acks 1 --record-size 9",
    f"producer-perf-test {PERF} --record-size 9 --throughput -1",
    f"verifiable-producer --topic {TOPIC} --max-messages 1",
    f"verifiable-consumer --topic {TOPIC} --max-messages 1 --group-id commands",
]
# Nobody is asked anything.
ALONE = ["storage random-uuid", "completion bash", "topics --help", "--version"]


def first_byte_ms(words, stdin=b""):
    """Of one run, which must end well."""
    began = time.monotonic()
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=machine.die_with_parent) as process:
        try:
            process.stdin.write(stdin)
            process.stdin.close()
            first = os.read(process.stdout.fileno(), 1)
            took = time.monotonic() - began
            process.stdout.read()
            errors = process.stderr.read()
            status = process.wait(LIMIT_S)
        except (OSError, subprocess.TimeoutExpired) as failure:
            process.kill()
            raise clients.ClientFailed(f"{' '.join(words)}: {failure}") from failure
    if status != 0 or not first:
        raise clients.ClientFailed(f"{' '.join(words)} ended with {status}: "
                                   f"{errors.decode(errors='replace')[-500:]}")
    return took * 1000


class Commands(Scenario):
    """The p50 of each; what is told is the slowest one's and the middle of all. The others are in the
    JSON file."""

    def prepare(self, context):
        context.create_topic(TOPIC, 1)
        clients.rdkafka(context.broker, "produce", topic=TOPIC, partitions=1, size=100, count=1000)
        file = Path(context.broker.directory) / "commands.json"
        file.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": TOPIC, "partition": 0, "offset": 0}]}))
        context.state["file"] = str(file)
        for groups in ("consumer-groups", "share-groups"):  # so that there are some to list
            first_byte_ms(*self._call(context, f"{groups} --reset-offsets --group {groups} --topic "
                                               f"{TOPIC} --to-earliest --execute"))

    def measure(self, context, run):
        count = QUICK_RUNS if context.quick else RUNS
        each = {line: statistics.median(first_byte_ms(*self._call(context, line))
                                        for _ in range(count)) for line in LINES + ALONE}
        slowest = max(each, key=each.get)
        return {"first_byte_ms": each[slowest], "first_byte_middle_ms": statistics.median(each.values()),
                "slowest": slowest, "first_bytes_ms": each}

    def finish(self, context):
        context.delete_topic(TOPIC)

    @staticmethod
    def _call(context, line):
        words = [context.state["file"] if word == "FILE" else word for word in line.split()]
        if line not in ALONE:
            words += ["--bootstrap-server", context.broker.bootstrap]
        return [str(brokers.Barnabas.program), *words], b"x\n" if "producer" in words[0] else b""


def all_scenarios():
    return [Commands("commands", "our commands, from their start to the first byte of output",
                     "20 ms", [Target("first_byte_ms", 20, absolute=True)])]
