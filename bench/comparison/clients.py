"""The client programs: each call runs one process to its end and returns its figures."""

import json
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import brokers, machine

RUN_LIMIT_S = 180
SAMPLE_S = 0.1
UNPACED = "reno"  # what Barnabas takes for connections inside the machine: runtime/real/pacing.h
QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
# bin/kafka-producer-perf-test.sh's heap.
CLIENT_JVM = ["-Xmx512M", "-server", "-XX:+UseG1GC", QUIET]

PRODUCER_LINE = re.compile(
    r"(\d+)( steady state)? records sent, ([\d.]+) records/sec \([\d.]+ MB/sec\), ([\d.]+) ms avg "
    r"latency, ([\d.]+) ms max latency, (\d+) ms 50th, (\d+) ms 95th, (\d+) ms 99th, (\d+) ms 99.9th")


class ClientFailed(Exception):
    """A client ended with an error, or what it read is not what was written."""


def run(command):
    """Runs a client to its end; (its output, the share of one core its busiest thread used)."""
    threads = {}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=errors, stdin=subprocess.DEVNULL,
                                   preexec_fn=machine.die_with_parent)
        try:
            while process.poll() is None:
                now = time.monotonic()
                if now - start > RUN_LIMIT_S:
                    raise ClientFailed(f"{command[0]} took more than {RUN_LIMIT_S} s")
                threads.update(machine.thread_cpu_seconds(process.pid))
                time.sleep(SAMPLE_S if now - start > 0.5 else 0.005)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        busiest = max(threads.values(), default=0) / (time.monotonic() - start)
        out.seek(0)
        errors.seek(0)
        output = out.read()
        if process.returncode != 0:
            raise ClientFailed(f"{' '.join(map(str, command[:3]))}...: "
                               f"{(errors.read() + output)[-1500:].strip()}")
        return output, busiest


def _command(name, broker, mode, options):
    """One of bench/'s programs with these options, which are its own, without the dashes; a list
    repeats one."""
    program = brokers.REPOSITORY / "build/release/bench" / name
    command = [str(program), mode, "--bootstrap", broker.bootstrap]
    for option, values in options.items():
        for value in values if isinstance(values, list) else [values]:
            command += ["--" + option.replace("_", "-"), str(value)]
    return command


def rdkafka(broker, mode, **options):
    """One run of rdkafka_bench."""
    output, busiest = run(_command("rdkafka_bench", broker, mode, options))
    return {**json.loads(output), "client_thread": busiest}


def coordination(broker, mode, on_step, **options):
    """One run of coordination_bench, whose one thread measures its own share of a core. At each of
    its steps it waits until on_step(name) has returned."""
    command = _command("coordination_bench", broker, mode, {**options, "steps": "yes"})
    with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            preexec_fn=machine.die_with_parent) as process:
        limit = threading.Timer(RUN_LIMIT_S, process.kill)
        limit.start()
        try:
            line = process.stdout.readline()
            while line and "step" in (found := json.loads(line)):
                on_step(found["step"])
                process.stdin.write("\n")
                process.stdin.flush()
                line = process.stdout.readline()
        except BrokenPipeError:
            line = ""  # it ended meanwhile: its last words say why
        finally:
            limit.cancel()
        if process.wait() != 0 or not line:
            errors.seek(0)
            raise ClientFailed(f"{' '.join(command[:2])}...: {errors.read()[-1500:].strip()} "
                               f"(status {process.returncode})")
        return found


def _bare(mode, *words):
    """One run of bare_bench."""
    program = brokers.REPOSITORY / "build/release/bench/bare_bench"
    output, _ = run([str(program), mode, *map(str, words)])
    return json.loads(output)


def _bare_figures(cpu_s, records, size):
    return {"cpu_s": cpu_s, "cpu_us_per_record": cpu_s * 1e6 / records,
            "cpu_s_per_gb": cpu_s * 1e9 / (records * size)}


def bare_produce(folder, frame, frames, rate, records, size):
    """bare_bench's CPU, as if `frames` requests of `frame` bytes carried the records. Its file stays:
    the next run is to have fresh pages, as brokers have, who delete their logs a minute later."""
    file = Path(tempfile.mkdtemp(prefix="bare-", dir=folder)) / "log"
    return _bare_figures(_bare("produce", file, frame, frames, rate)["cpu_s"], records, size)


def bare_consume(folder, records, size):
    """bare_bench's figures for the records' bytes in one stream of sendfile: the cheaper of the
    system's congestion control and of one that does not pace (`by_control` has both)."""
    found = {}
    for name, control in {"system": [], "unpaced": [UNPACED]}.items():
        with tempfile.TemporaryDirectory(prefix="bare-", dir=folder) as parent:
            found[name] = _bare("consume", Path(parent) / "log", records * size, *control)
    cheaper = min(found.values(), key=lambda one: one["cpu_s"])
    return {**_bare_figures(cheaper["cpu_s"], records, size), "by_control": found,
            "records_per_s": records / cheaper["seconds"],
            "mb_per_s": records * size / 1e6 / cheaper["seconds"]}


class Java:
    """Kafka's own Java clients, started with java directly."""

    def __init__(self):
        self._class_path = brokers.class_path("tools")
        self._classes = brokers.REPOSITORY / "build/bench/classes"
        self._compile()

    @property
    def class_path(self):
        """Of Kafka's tools and clients, and of our own classes."""
        return f"{self._classes}:{self._class_path}"

    def _compile(self):
        """Our own classes, unless they are newer than their sources."""
        sources = sorted((Path(__file__).parents[1] / "clients").glob("*.java"))
        made = [self._classes / (source.stem + ".class") for source in sources]
        if all(file.exists() for file in made) and \
                min(file.stat().st_mtime for file in made) > \
                max(source.stat().st_mtime for source in sources):
            return
        self._classes.mkdir(parents=True, exist_ok=True)
        subprocess.run(["javac", "-nowarn", "-cp", self._class_path, "-d", str(self._classes),
                        *map(str, sources)], check=True, capture_output=True, timeout=120)

    def produce(self, broker, topic, count, size, **properties):
        """ProducerPerformance as fast as it goes. Its figures leave out the first fifth, in which its
        own JVM warms up; the broker's CPU is measured over all of it."""
        command = ["java", *CLIENT_JVM, "-cp", self._class_path,
                   "org.apache.kafka.tools.ProducerPerformance", "--bootstrap-server",
                   broker.bootstrap, "--topic", topic, "--num-records", str(count),
                   "--record-size", str(size), "--throughput", "-1", "--warmup-records",
                   str(count // 5)]
        if properties:
            command += ["--command-property",
                        *(f"{k.replace('_', '.')}={v}" for k, v in properties.items())]
        output, busiest = run(command)
        lines = [line for line in PRODUCER_LINE.finditer(output) if line[2]]
        if not lines:
            raise ClientFailed(f"ProducerPerformance printed no steady state: {output[-500:]}")
        rate = float(lines[-1][3])
        return {"records": count, "bytes": count * size, "records_per_s": rate,
                "mb_per_s": rate * size / 1e6, "client_thread": busiest}

    def consume(self, broker, topic, partitions, count, size):
        """Kafka's Java consumer with its defaults; it proves every byte that rdkafka_bench wrote."""
        output, busiest = run(
            ["java", *CLIENT_JVM, "-cp", self.class_path, "AssignedConsumer",
             broker.bootstrap, topic, str(partitions), str(count), str(size), str(RUN_LIMIT_S)])
        return {**json.loads(output.strip().splitlines()[-1]), "client_thread": busiest}
