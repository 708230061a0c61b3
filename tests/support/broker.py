"""A broker as a real process: Barnabas, or Apache Kafka to prove a test right against.

BARNABAS_TEST_BROKER chooses (`barnabas`, the default, or `kafka`); BARNABAS_BINARY names the program,
by default build/release/barnabas.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

from support import kafka_jars, wire
from support.ports import free_port
from support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
KIND = os.environ.get("BARNABAS_TEST_BROKER", "barnabas")
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 60.0
_LISTENING = re.compile(r"^listening on (\S+):(\d+)$", re.MULTILINE)
_BROKEN = re.compile(r"invariant|AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:",
                     re.IGNORECASE)


def binary():
    return Path(os.environ.get("BARNABAS_BINARY", ROOT / "build" / "release" / "barnabas"))


class Broker:
    """One broker and its directory. `start` may follow `stop` or `kill`: the port stays the same.

    `directory/data` is the log directory unless `log.dirs` is among the overrides, and
    `directory/broker.log` holds what all its runs printed. An override of None leaves that name,
    which the harness would set, out.
    """

    def __init__(self, directory, overrides=None, arguments=(), environment=None):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = self.directory / "data"
        self.log_path = self.directory / "broker.log"
        self.overrides = dict(overrides or {})
        self.arguments = list(arguments)
        self.environment = environment or {}
        self.host, self.port = "127.0.0.1", None
        self.process = None

    @property
    def address(self):
        return self.host, self.port

    @property
    def bootstrap(self):
        return f"{self.host}:{self.port}"

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, deadline_s=START_DEADLINE_S):
        """Starts it and returns when it answers requests."""
        self.launch()
        wait_until(lambda: self._listening() or not self.running, deadline_s,
                   f"the broker listens\n{self.tail()}", poll_s=0.005)
        wait_until(lambda: self._answers() or not self.running, deadline_s,
                   f"the broker answers\n{self.tail()}", poll_s=0.005)
        if not self.running:
            raise AssertionError(
                f"the broker ended with {self.process.returncode} at start-up\n{self.tail()}")
        return self

    def launch(self):
        """Starts the process and returns at once."""
        assert not self.running, "it runs already"
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            cwd=self.directory, env={**os.environ, **self.environment}, start_new_session=True)
        log.close()

    def command(self):
        raise NotImplementedError

    def stop(self, deadline_s=STOP_DEADLINE_S):
        """SIGTERM, and its exit status."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(deadline_s)

    def kill(self):
        """SIGKILL."""
        if self.running:
            self.process.kill()
        self.wait(STOP_DEADLINE_S)

    def wait(self, deadline_s):
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                f"the broker did not end within {deadline_s} s\n{self.tail()}") from None

    def tail(self, lines=60):
        return "\n".join(line[:400] for line in self.log().splitlines()[-lines:])

    def broken(self):
        """Lines of its log that tell of a defect, whatever the test was about."""
        return [line for line in self.log().splitlines() if _BROKEN.search(line)]

    def log_of_this_run(self):
        with self.log_path.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def memory_bytes(self):
        """Resident memory of the process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def _listening(self):
        return True

    def _answers(self):
        try:
            with wire.Connection(self.address, deadline_s=5) as connection:
                return bool(connection.call("Metadata", 1, topics=[])["brokers"])
        except (OSError, wire.Closed, IndexError):
            return False


class BarnabasBroker(Broker):
    def command(self):
        if self.port is None:
            self.port = free_port()
        overrides = {"log.dirs": str(self.data), "metrics.listeners": "",
                     "listeners": f"PLAINTEXT://{self.host}:{self.port}", **self.overrides}
        command = [str(binary()), "server", *self.arguments]
        for name, value in overrides.items():
            if value is not None:
                command += ["--override", f"{name}={value}"]
        return command

    def _listening(self):
        match = _LISTENING.search(self.log_of_this_run())
        if match and "listeners" in self.overrides:  # else it is ours; advertised may be a proxy's
            self.host, self.port = match[1].strip("[]"), int(match[2])
        return bool(match)


class KafkaBroker(Broker):
    """Apache Kafka, one KRaft node that is broker and controller; `arguments` are java's.

    Directories that hold meta.properties are used as they are; then `node.id` must be theirs.
    """

    def command(self):
        if self.port is None:
            self.port, self.controller_port = free_port(), free_port()
        node = self.overrides.get("node.id", 1)
        properties = {
            "process.roles": "broker,controller", "node.id": node,
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": f"{node}@127.0.0.1:{self.controller_port}",
            "log.dirs": str(self.data),
            "listeners": f"PLAINTEXT://{self.host}:{self.port},"
                         f"CONTROLLER://127.0.0.1:{self.controller_port}",
            "offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
            **{name: value for name, value in self.overrides.items() if value is not None}}
        file = self.directory / "server.properties"
        file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
        for directory in properties["log.dirs"].split(","):
            self._format(Path(directory), file)
        return ["java", "-Xmx768m", "-Xms256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", *self.arguments,
                "-cp", kafka_jars.class_path("broker"), "kafka.Kafka", str(file)]

    @staticmethod
    def _format(directory, file):
        if (directory / "meta.properties").exists():
            return
        directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["java", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
             "-cp", kafka_jars.class_path("broker"),
             "kafka.tools.StorageTool", "format", "--ignore-formatted",
             "-t", "4L6g3nShT-eMCtK--X86sw", "-c", str(file)],
            check=True, stdout=subprocess.DEVNULL)


def make_broker(directory, kind=None, **options):
    """`kind` is "barnabas" or "kafka"; by default what BARNABAS_TEST_BROKER says."""
    return (KafkaBroker if (kind or KIND) == "kafka" else BarnabasBroker)(directory, **options)


def is_kafka():
    return KIND == "kafka"
