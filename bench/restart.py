#!/usr/bin/env python3
"""How long a broker with many partitions takes to stop and to start again, after an orderly stop and
after SIGKILL, and how much memory it has then; bench/README.md explains the figures."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from comparison import brokers, clients, machine  # noqa: E402

PER_TOPIC = 2000
LIMIT_S = 300
OPENED = re.compile(r"opened: (\d+) of (\d+) logs, (\d+) bytes scanned, ([\d.]+) s")


class Broker:
    """Barnabas on a directory that outlives it."""

    def __init__(self, directory, overrides):
        self.directory, self.host, self.port = Path(directory), "127.0.0.1", brokers.free_port()
        self._overrides = overrides
        self.process, self._log = None, self.directory / "broker.log"

    @property
    def bootstrap(self):
        return f"{self.host}:{self.port}"

    def start(self):
        """Seconds until it has answered its first request."""
        settings = {"listeners": f"PLAINTEXT://{self.bootstrap}", "metrics.listeners": "",
                    "log.dirs": str(self.directory / "data"), **self._overrides}
        command = [str(brokers.Barnabas.program), "server"]
        for name, value in settings.items():
            command += ["--override", f"{name}={value}"]
        with open(self._log, "wb") as log:
            before = time.monotonic()
            self.process = subprocess.Popen(command, stdout=log, stderr=log,
                                            preexec_fn=machine.die_with_parent)
        while not brokers.answers(self.host, self.port):
            if self.process.poll() is not None or time.monotonic() - before > LIMIT_S:
                sys.exit(f"the broker did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(brokers.POLL_S)
        return time.monotonic() - before

    def end(self, how):
        """Seconds until the process is gone."""
        before = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(LIMIT_S)
        return time.monotonic() - before

    def opened(self):
        """What its log says of the logs that it opened: (logs, bytes scanned, seconds)."""
        said = OPENED.search(self._log.read_text(errors="replace"))
        return (int(said[2]), int(said[3]), float(said[4])) if said else (0, 0, 0.0)

    def memory_mib(self):
        return machine.memory_mib(self.process.pid, "VmRSS")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def drop_caches():
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")


def rows(options, broker):
    """Yields one figure after the other."""
    topics = [f"many-{i}" for i in range((options.partitions + PER_TOPIC - 1) // PER_TOPIC)]
    broker.start()
    for topic in topics:
        clients.rdkafka(broker, "create", topic=topic, partitions=PER_TOPIC)
    yield "created", {"memory_mib": broker.memory_mib(), "open_files": broker.open_files()}

    def produce():
        for topic in topics:
            clients.rdkafka(broker, "produce", topic=topic, partitions=PER_TOPIC, acks=1, linger=50,
                            size=options.size, count=PER_TOPIC * options.records)

    produce()
    yield "written", {"memory_mib": broker.memory_mib(), "open_files": broker.open_files()}
    for how, name in ((signal.SIGTERM, "orderly stop"), (signal.SIGKILL, "SIGKILL")):
        for cold in (False, True) if options.cold else (False,):
            if how == signal.SIGKILL:
                produce()  # so that there is something behind the recovery points
            stop_s = broker.end(how)
            if cold:
                drop_caches()
            start_s = broker.start()
            logs, scanned, open_s = broker.opened()
            yield f"{name}{', cold disk' if cold else ''}", {
                "stop_s": stop_s, "start_s": start_s, "logs": logs, "scanned_mb": scanned / 1e6,
                "open_s": open_s, "memory_mib": broker.memory_mib(),
                "open_files": broker.open_files()}
    for topic in topics:
        clients.rdkafka(broker, "produce", topic=topic, partitions=PER_TOPIC, acks=1, size=100,
                        count=PER_TOPIC)
    yield "written to each", {"memory_mib": broker.memory_mib(), "open_files": broker.open_files()}
    broker.end(signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partitions", type=int, default=10_000)
    parser.add_argument("--records", type=int, default=20, help="of each partition, each time")
    parser.add_argument("--size", type=int, default=200, help="bytes of a record")
    parser.add_argument("--cold", action="store_true",
                        help="also with nothing of the disk in memory (needs root)")
    parser.add_argument("--dir", default=tempfile.gettempdir(), help="where the data go meanwhile")
    parser.add_argument("--override", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    overrides = dict(override.split("=", 1) for override in options.override)
    with tempfile.TemporaryDirectory(prefix="barnabas-restart-", dir=options.dir) as directory:
        broker = Broker(directory, overrides)
        try:
            for name, figures in rows(options, broker):
                print(json.dumps({"after": name, **{k: round(v, 3) for k, v in figures.items()}}),
                      flush=True)
        finally:
            if broker.process and broker.process.poll() is None:
                broker.process.kill()
                broker.process.wait()


if __name__ == "__main__":
    main()
