"""Foreign clients behind the same two commands: produce a file, consume a topic into a file."""

import subprocess
import sys
import tempfile
from pathlib import Path

from support import java_programs, kafka_jars, records

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 400


class Client:
    """A client program. Settings go by the names that the library itself uses."""

    name = None

    def produce(self, broker, topic, sent, directory, deadline_s=DEADLINE_S, **options):
        """Sends all records; answers what was acknowledged, and fails if not all were."""
        running = self.start_producing(broker, topic, sent, directory, **options)
        running.finish(deadline_s)
        return running.acks()

    def start_producing(self, broker, topic, sent, directory, codec="none", settings=None):
        """Starts to send and returns at once."""
        directory = Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=directory))
        source, acks = directory / "records", directory / "acks"
        self.write_input(source, sent)
        chosen = {**self.producer_settings(codec), **(settings or {})}
        command = self.produce_command(broker.bootstrap, topic, source, acks, chosen)
        return Producing(command, acks, directory / "output")

    def consume(self, broker, topic, directory, settings=None, deadline_s=DEADLINE_S):
        """Every record of the topic, from the beginning to the end."""
        directory = Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=directory))
        out = directory / "records"
        _run(self.consume_command(broker.bootstrap, topic, out, settings or {}), deadline_s)
        found = self.read_output(out)
        out.unlink()
        return found

    def write_input(self, path, sent):
        records.write_file(path, sent)

    def read_output(self, path):
        return records.read_file(path)

    def program(self):
        raise NotImplementedError

    def producer_settings(self, codec):
        raise NotImplementedError

    def produce_command(self, bootstrap, topic, source, acks, settings):
        return [*self.program(), "produce", bootstrap, topic, str(source), "--acks-file", str(acks),
                *_set(settings)]

    def consume_command(self, bootstrap, topic, out, settings):
        return [*self.program(), "consume", bootstrap, topic, str(out), *_set(settings)]


class Producing:
    """A client program that is sending."""

    def __init__(self, command, acks_path, output_path):
        self.command, self.acks_path, self.output_path = command, acks_path, output_path
        with output_path.open("wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT)

    @property
    def running(self):
        return self.process.poll() is None

    def finish(self, deadline_s=DEADLINE_S):
        """Waits for its end, which must be a good one."""
        try:
            status = self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"{self.command} took longer than {deadline_s} s") from None
        assert status == 0, f"{self.command} ended with {status}:\n{self.output()}"

    def stop(self):
        self.process.kill()
        self.process.wait()

    def output(self):
        return self.output_path.read_text(errors="replace")[-4000:]

    def acks(self):
        """What was acknowledged so far; None where the client does not tell."""
        return records.read_acks(self.acks_path) if self.acks_path.exists() else None


class Java(Client):
    """Of another release it runs the same program: what that calls has been there since 2.1."""

    def __init__(self, version=kafka_jars.VERSION):
        self.name = "java" if version == kafka_jars.VERSION else f"java-{version}"
        self.version = version

    def program(self):
        jars = kafka_jars.class_path("clients", self.version)
        return ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{java_classes()}:{jars}",
                "JavaClient"]

    def producer_settings(self, codec):
        return {"acks": "all", "enable.idempotence": "true", "compression.type": codec}


class ConfluentKafka(Client):
    name = "confluent-kafka"

    def program(self):
        return [sys.executable, str(ROOT / "tests/interop/clients/confluent_client.py")]

    def producer_settings(self, codec):
        return {"acks": "all", "enable.idempotence": "true", "compression.type": codec,
                "partitioner": "murmur2_random"}


class KafkaPython(Client):
    name = "kafka-python"

    def program(self):
        return [sys.executable, str(ROOT / "tests/interop/clients/kafka_python_client.py")]

    def producer_settings(self, codec):
        chosen = {"acks": "-1", "enable.idempotence": "True"}
        return chosen if codec == "none" else {**chosen, "compression.type": codec}


class Kcat(Client):
    """kcat takes text between delimiters and tells no acknowledgements."""

    name = "kcat"
    _KEY_END, _RECORD_END = b"\x1f", b"\x1e"

    def write_input(self, path, sent):
        with open(path, "wb") as out:
            for record in sent:
                assert self._RECORD_END not in record.value and self._KEY_END not in record.key
                out.write(record.key + self._KEY_END + record.value + self._RECORD_END)

    def producer_settings(self, codec):
        return {"acks": "all", "enable.idempotence": "true", "compression.codec": codec,
                "partitioner": "murmur2_random"}

    def produce_command(self, bootstrap, topic, source, acks, settings):
        return ["kcat", "-q", "-P", "-b", bootstrap, "-t", topic, "-K", r"\x1f", "-D", r"\x1e", "-E",
                *_options(settings), "-l", str(source)]

    def consume_command(self, bootstrap, topic, out, settings):
        kcat = ["kcat", "-q", "-C", "-b", bootstrap, "-t", topic, "-o", "beginning", "-e",
                "-f", r"%p %o %T %K %S\n%k%s\n", *_options(settings)]
        return ["sh", "-c", 'out=$1; shift; exec "$@" >"$out"', "sh", str(out), *kcat]

    def read_output(self, path):
        data, at, found = path.read_bytes(), 0, []
        while at < len(data):
            line_end = data.index(b"\n", at)
            partition, offset, timestamp, key, value = map(int, data[at:line_end].split())
            at = line_end + 1
            parts = []
            for length in (key, value):
                parts.append(None if length < 0 else data[at:at + length])
                at += max(length, 0)
            assert data[at:at + 1] == b"\n"
            at += 1
            found.append(records.Stored(partition, offset, timestamp, *parts))
        return found


KCAT, JAVA, CONFLUENT, KAFKA_PYTHON = Kcat(), Java(), ConfluentKafka(), KafkaPython()
ALL = (KCAT, JAVA, CONFLUENT, KAFKA_PYTHON)


def _set(settings):
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def _options(settings):
    return [word for name, value in settings.items() for word in ("-X", f"{name}={value}")]


def _run(command, deadline_s):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=deadline_s, check=False)
    assert done.returncode == 0, (
        f"{command} ended with {done.returncode}:\n{done.stdout.decode(errors='replace')[-4000:]}")


def java_classes():
    """The programs of tests/interop/java."""
    return java_programs.classes(ROOT / "tests" / "interop" / "java", "clients")
