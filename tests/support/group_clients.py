"""Foreign clients as members of consumer groups, behind one command: join a group and say what
happens (group_events.py)."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from support import clients, kafka_jars

ROOT = Path(__file__).resolve().parents[2]
INTEROP = ROOT / "tests" / "interop"
HEARTBEAT_MS = 500

# What a broker is started with so that tests need not wait for it.
FAST = {"group.initial.rebalance.delay.ms": 0,
        "group.consumer.heartbeat.interval.ms": HEARTBEAT_MS,
        "group.consumer.min.heartbeat.interval.ms": HEARTBEAT_MS}


class GroupClient:
    """A client library with one protocol and one assignor.

    `incremental`: a rebalance takes only what goes to somebody else. With the protocol `consumer`
    the broker says how long a session is and how often a heartbeat comes. `fenced`: as a copier, its
    transactions tell which member it is (KIP-447), and are refused when its session is over.
    """

    library = None
    drops_at_stop = False  # told to stop, it drops the record in its hand, and commits it
    errors_apart = True  # its error output is no part of what it tells
    offsets_before_end = True  # as a copier, it sends them before it commits, not as a part of that

    def __init__(self, assignor, protocol="classic", incremental=False, fenced=True):
        self.assignor, self.protocol, self.incremental = assignor, protocol, incremental
        self.fenced = fenced

    @property
    def name(self):
        middle = "" if self.protocol == "classic" else f"{self.protocol}-"
        return f"{self.library}-{middle}{self.assignor}"

    def command(self, broker, topic, group, session_ms, instance=None):
        raise NotImplementedError

    def copy_command(self, broker, names, transactional_id, session_ms, transaction_ms):
        """A copier (group_copies.py); `names`: copying.Names."""
        return [*self.program_words(), "copy", broker.bootstrap, names.source, names.group, names.copy,
                transactional_id, *self.options(session_ms, None),
                "--transaction-ms", str(transaction_ms)]

    def program_words(self):
        """That run a program of ours."""
        raise NotImplementedError

    def parse(self, line):
        """The event of one line of its output, None if it has none."""
        return json.loads(line)

    def options(self, session_ms, instance):
        words = ["--protocol", self.protocol, "--assignor", self.assignor,
                 "--session-ms", str(session_ms), "--heartbeat-ms", str(HEARTBEAT_MS)]
        return words + (["--instance", instance] if instance else [])


class Java(GroupClient):
    """`pattern`: it subscribes to a regular expression that the broker evaluates (KIP-848)."""

    library = "java"
    _ASSIGNORS = {"range": "RangeAssignor", "roundrobin": "RoundRobinAssignor",
                  "sticky": "StickyAssignor", "cooperative-sticky": "CooperativeStickyAssignor"}

    def __init__(self, *arguments, pattern=False, **options):
        super().__init__(*arguments, **options)
        self.pattern = pattern

    @property
    def name(self):
        return super().name + ("-pattern" if self.pattern else "")

    def command(self, broker, topic, group, session_ms, instance=None):
        settings = {"group.instance.id": instance} if instance else {}
        if self.protocol == "consumer":
            settings |= {"group.protocol": "consumer", "group.remote.assignor": self.assignor}
        else:
            settings |= {"session.timeout.ms": session_ms, "heartbeat.interval.ms": HEARTBEAT_MS,
                         "partition.assignment.strategy":
                             f"org.apache.kafka.clients.consumer.{self._ASSIGNORS[self.assignor]}"}
        words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        words += ["--pattern", rf"{topic}(\.[0-9]+)?"] if self.pattern else []
        return [*java_program("JavaGroup"), "group", broker.bootstrap, topic, group, *words]


class Python(GroupClient):
    """A program of tests/interop/clients."""

    def __init__(self, library, program, *arguments, **options):
        super().__init__(*arguments, **options)
        self.library, self.program = library, program

    def command(self, broker, topic, group, session_ms, instance=None):
        return [*self.program_words(), "group", broker.bootstrap, topic, group,
                *self.options(session_ms, instance)]

    def program_words(self):
        return [sys.executable, str(INTEROP / "clients" / self.program)]


class Go(GroupClient):
    """A program of tests/interop/go."""

    def __init__(self, library, *arguments, offsets_before_end=True, **options):
        super().__init__(*arguments, **options)
        self.library, self.offsets_before_end = library, offsets_before_end

    def command(self, broker, topic, group, session_ms, instance=None):
        return [*self.program_words(), "group", broker.bootstrap, topic, group,
                *self.options(session_ms, instance)]

    def program_words(self):
        return [str(go_programs() / self.library)]


class KafkaJs(GroupClient):
    library = "kafkajs"

    def command(self, broker, topic, group, session_ms, instance=None):
        return ["node", str(node_programs() / "kafkajs_group.js"), "group", broker.bootstrap, topic,
                group, "--session-ms", str(session_ms), "--heartbeat-ms", str(HEARTBEAT_MS)]


class Kcat(GroupClient):
    """kcat writes records by a format of ours, rebalances in its own words, and commits often by
    itself without telling."""

    library = "kcat"
    drops_at_stop = True
    errors_apart = False
    _RECORD = r'{"event": "record", "topic": "%t", "partition": %p, "offset": %o, "key": "%k"}\n'
    _REBALANCE = re.compile(r"^% Group \S+ rebalanced \(memberid \S*\): (assigned|revoked): (.*)$")
    _PARTITION = re.compile(r"\[(\d+)\]")

    def command(self, broker, topic, group, session_ms, instance=None):
        settings = {"session.timeout.ms": session_ms, "heartbeat.interval.ms": HEARTBEAT_MS,
                    "partition.assignment.strategy": self.assignor, "auto.offset.reset": "earliest",
                    "auto.commit.interval.ms": 200, "fetch.wait.max.ms": 50}
        if instance:
            settings["group.instance.id"] = instance
        words = [word for name, value in settings.items() for word in ("-X", f"{name}={value}")]
        return ["kcat", "-u", "-b", broker.bootstrap, "-f", self._RECORD, *words,
                "-G", group, topic]

    def parse(self, line):
        if line.startswith("{"):
            return json.loads(line)
        match = self._REBALANCE.match(line)
        if not match:
            return None
        partitions = [int(p) for p in self._PARTITION.findall(match[2])]
        return {"event": match[1], "partitions": partitions}


def java_program(name):
    return ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp", f"{clients.java_classes()}:{kafka_jars.class_path('clients')}", name]


@cache
def go_programs():
    """The folder with the programs of tests/interop/go."""
    return _made("go_clients.sh")


@cache
def node_programs():
    """The folder with the programs of tests/interop/node and the packages that they use."""
    return _made("node_clients.sh")


def _made(script):
    done = subprocess.run([ROOT / "tools" / script], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


JAVA = [Java("range"), Java("roundrobin"), Java("sticky"),
        Java("cooperative-sticky", incremental=True),
        Java("uniform", protocol="consumer", incremental=True),
        Java("range", protocol="consumer", pattern=True)]
CONFLUENT = [Python("confluent", "confluent_group.py", "range"),
             Python("confluent", "confluent_group.py", "cooperative-sticky", incremental=True),
             Python("confluent", "confluent_group.py", "uniform", protocol="consumer",
                    incremental=True)]
FRANZ = [Go("franz", "cooperative-sticky", incremental=True),
         Go("franz", "sticky", protocol="consumer", incremental=True)]
SARAMA = [Go("sarama", "range"), Go("sarama", "cooperative-sticky", incremental=True)]
OTHERS = [Kcat("roundrobin"),
          Python("kafka-python", "kafka_python_group.py", "roundrobin"),
          Python("aiokafka", "aiokafka_group.py", "roundrobin"), KafkaJs("roundrobin")]
ALL = [*JAVA, *CONFLUENT, *FRANZ, *SARAMA, *OTHERS]
COPIERS = [Python("aiokafka", "aiokafka_copier.py", "roundrobin", fenced=False),  # the slow first
           Go("sarama", "range", offsets_before_end=False),
           Go("franz", "cooperative-sticky"), Go("franz", "sticky", protocol="consumer"),
           Python("confluent", "confluent_copier.py", "range"),
           Python("confluent", "confluent_copier.py", "cooperative-sticky"),
           Python("confluent", "confluent_copier.py", "uniform", protocol="consumer"),
           Python("kafka-python", "kafka_python_copier.py", "range")]
