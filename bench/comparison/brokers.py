"""The two brokers: how each is started, found ready, put to sleep and ended."""

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import machine

REPOSITORY = Path(__file__).resolve().parents[2]
KAFKA_VERSION = "4.4.0"
START_LIMIT_S = 60
STOP_LIMIT_S = 20
POLL_S = 0.001

# ApiVersions version 0, correlation id 1, no client id: every broker answers it.
FIRST_REQUEST = bytes.fromhex("0000000a 0012 0000 00000001 ffff")

# bin/kafka-run-class.sh's own performance options, and the heap that the comparison is about.
JVM = ["-Xms1g", "-Xmx1g", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
       "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
       "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]

COMMON = {
    # Files of deleted topics go at once on both sides, so that one scenario's data is gone from
    # memory before the next begins.
    "log.segment.delete.delay.ms": "1000",
    # Where groups form and rebalance, these waits would be all that is measured.
    "group.initial.rebalance.delay.ms": "0",
    "group.consumer.assignment.interval.ms": "0",
    # One broker holds what groups and transactions keep.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
}

# Barnabas's settings on top of its defaults for each kind of durability. "kafka": no fsync before
# the acknowledgement, which is Kafka's default; "ours": Barnabas's own defaults.
DURABILITY = {"kafka": {"flush.before.ack": "never"}, "ours": {"flush.before.ack": "single-replica"}}


class BrokerFailed(Exception):
    """A broker did not start, or ended by itself."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def receive(connection, count):
    """The next `count` bytes of the connection."""
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def answers(host, port):
    """Whether the broker there answers a request now."""
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(FIRST_REQUEST)
            size = int.from_bytes(receive(connection, 4), "big")
            return receive(connection, size)[:4] == b"\0\0\0\1"
    except OSError:
        return False


class Broker:
    """One broker process in a directory of its own under `parent`, which ends with it."""

    name = "?"

    def __init__(self, parent):
        self.directory = Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=parent))
        self.process = None
        self.host, self.port = "127.0.0.1", None
        self.start_up_s = None
        self._paused = False

    @property
    def pid(self):
        return self.process.pid

    @property
    def bootstrap(self):
        return f"{self.host}:{self.port}"

    def start(self):
        """Starts the process; returns when it has answered its first request."""
        self._prepare()
        with open(self.directory / "output.log", "wb") as log:
            before = time.monotonic()
            self.process = subprocess.Popen(
                self._command(), stdout=self._stdout(log), stderr=log, stdin=subprocess.DEVNULL,
                env=self._environment(), preexec_fn=machine.die_with_parent)
        try:
            self._await_address(before + START_LIMIT_S)
            while not answers(self.host, self.port):
                self._check_alive(before + START_LIMIT_S)
                time.sleep(POLL_S)
        except BaseException:
            self.stop()
            raise
        self.start_up_s = time.monotonic() - before

    def _check_alive(self, limit):
        if self.ended() or time.monotonic() > limit:
            raise BrokerFailed(f"{self.name} did not start: {self.last_words()}")

    def ended(self):
        return self.process.poll() is not None

    def last_words(self):
        """The end of what it logged, and how it ended if it did."""
        log = (self.directory / "output.log").read_text(errors="replace")
        return f"{log[-2000:].strip()} (status {self.process.poll()})"

    def pause(self):
        """Stops the process where it is, so that it takes nothing from the other one's run."""
        if not self._paused:
            self.process.send_signal(signal.SIGSTOP)
            self._paused = True

    def resume(self):
        if self._paused:
            self.process.send_signal(signal.SIGCONT)
            self._paused = False
            time.sleep(0.5)

    def live_memory_mib(self):
        """What the broker needs of its memory: as much as it has, where nothing else is known."""
        return machine.memory_mib(self.pid, "VmRSS")

    def stop(self):
        if self.process is not None and not self.ended():
            self.resume()
            self.process.terminate()
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _prepare(self):
        """Whatever must be there before the process starts; not part of the start-up's time."""

    def _environment(self):
        return None

    def _stdout(self, log):
        return log

    def _await_address(self, limit):
        """Finds out where the broker listens, if that is not known before."""


class Kafka(Broker):
    """Apache Kafka from Maven: one KRaft node that is broker and controller."""

    name = "kafka"

    def __init__(self, parent, durability="kafka"):
        super().__init__(parent)
        del durability  # Kafka's own durability is the only one it is measured with
        self._class_path = class_path("broker")

    def _prepare(self):
        self.port, controller = free_port(), free_port()
        properties = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.directory / "data"),
            # While it is stopped for the other one's run its controller must not give it up.
            "broker.session.timeout.ms": "7200000",
            **COMMON,
        }
        self._properties = self.directory / "server.properties"
        self._properties.write_text("".join(f"{k}={v}\n" for k, v in properties.items()))
        subprocess.run(
            ["java", "-cp", self._class_path, "kafka.tools.StorageTool", "format", "-t",
             "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(self._properties)],
            check=True, capture_output=True, timeout=60)

    def _command(self):
        return ["java", *JVM, "-cp", self._class_path, "kafka.Kafka", str(self._properties)]

    def live_memory_mib(self):
        """The objects on its heap that are reachable; the garbage between them is collected first."""
        done = subprocess.run(["jcmd", str(self.pid), "GC.class_histogram"], check=True, text=True,
                              capture_output=True, timeout=60)
        total = re.search(r"^Total\s+\d+\s+(\d+)", done.stdout, re.MULTILINE)
        if total is None:
            raise BrokerFailed(f"jcmd printed no total: {done.stdout[-500:]}")
        return int(total[1]) / 2**20


class Announced(Broker):
    """A program of this repository's release build that says where it listens."""

    program = None

    def _prepare(self):
        if not self.program.exists():
            raise BrokerFailed(f"{self.program} is missing: ./dev build")

    def _stdout(self, log):
        return subprocess.PIPE

    def _await_address(self, limit):
        line = self.process.stdout.readline().decode()  # ends with the process at the latest
        prefix = "listening on "
        if not line.startswith(prefix):
            self._check_alive(limit)
            raise BrokerFailed(f"{self.name} printed '{line.strip()}', not '{prefix}HOST:PORT'")
        self.host, port = line[len(prefix):].strip().rsplit(":", 1)
        self.port = int(port)


class Barnabas(Announced):
    """Our broker."""

    name = "barnabas"
    program = REPOSITORY / "build/release/barnabas"

    def __init__(self, parent, durability="kafka"):
        super().__init__(parent)
        self._settings = {**COMMON, **DURABILITY[durability]}

    def _command(self):
        command = [str(self.program), "server", "--temporary"]
        for name, value in self._settings.items():
            command += ["--override", f"{name}={value}"]
        return command

    def _environment(self):
        return {"TMPDIR": str(self.directory), "PATH": "/usr/bin:/bin"}


class SimulatedCluster(Announced):
    """A broker's many faces: clients that come here see a cluster of `nodes` brokers."""

    name = "simulated-cluster"
    program = REPOSITORY / "build/release/bench/simulated_cluster"

    def __init__(self, parent, broker, nodes):
        super().__init__(parent)
        self._behind, self._nodes = broker, nodes

    def _command(self):
        return [str(self.program), self._behind.bootstrap, str(self._nodes)]


KINDS = {"kafka": Kafka, "barnabas": Barnabas}


def class_path(kind):
    script = REPOSITORY / "tools/kafka_jars.sh"
    done = subprocess.run([script, KAFKA_VERSION, kind], check=True, text=True, timeout=600,
                          stdout=subprocess.PIPE)
    return done.stdout.strip()
