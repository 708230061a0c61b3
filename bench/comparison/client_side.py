"""The clients beside each other on one broker: our C++ client, librdkafka and Java's.

Each measurement is one process, whose CPU the kernel tells when it has ended: all of it, connecting and
(Java's) starting the virtual machine included. Its memory and threads are looked at fifty times a
second.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import brokers, clients, machine, session

PROGRAMS = brokers.REPOSITORY / "build/release/bench"
SAMPLE_S = 0.02
CONNECTIONS_EVERY = 10  # looks: counting them goes through all of the machine's
NAMES = ("java", "librdkafka", "barnabas")
# librdkafka's own defaults, in place of the large ones with which it measures brokers.
RDKAFKA_CONSUMER = ["queued.min.messages=100000", "queued.max.messages.kbytes=65536"]

METRICS = {
    "records_per_s": ("records/s", "{:,.0f}"),
    "mb_per_s": ("MB/s", "{:.0f}"),
    "p50_ms": ("p50 ms", "{:.3f}"),
    "p99_ms": ("p99 ms", "{:.3f}"),
    "p999_ms": ("p99.9 ms", "{:.3f}"),
    "client_cpu_s_per_gb": ("client CPU s/GB", "{:.2f}"),
    "client_cpu_s": ("client CPU s", "{:.2f}"),
    "client_peak_mib": ("client's peak memory MiB", "{:.0f}"),
    "client_threads": ("client's threads", "{:.0f}"),
    "client_connections": ("client's connections", "{:.0f}"),
}


class Peaks:
    """The most that a process had of each thing, among the times when it was looked at. The kernel's
    own ru_maxrss would not do: it goes on from what this process, which forked it, had."""

    def __init__(self):
        self.memory_mib, self.threads, self.connections = 0.0, 0, 0
        self._looks = 0

    def look(self, pid):
        self.memory_mib = max(self.memory_mib, machine.memory_mib(pid, "VmHWM"))
        self.threads = max(self.threads, machine.thread_count(pid))
        self._looks += 1
        if self._looks % CONNECTIONS_EVERY == 0:
            self.connections = max(self.connections, machine.connection_count(pid))


def _ended(process):
    """Waits for it; (exit status, its CPU seconds, its Peaks)."""
    peaks, limit = Peaks(), time.monotonic() + clients.RUN_LIMIT_S
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_utime + usage.ru_stime, peaks
        if time.monotonic() > limit:
            process.kill()
        peaks.look(process.pid)
        time.sleep(SAMPLE_S)


def run(command):
    """Runs a client to its end; (its output, CPU seconds, its Peaks)."""
    command = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, stdin=subprocess.DEVNULL,
                                   preexec_fn=machine.die_with_parent)
        status, cpu_s, peaks = _ended(process)
        out.seek(0)
        errors.seek(0)
        output = out.read()
        if status != 0:
            raise clients.ClientFailed(f"{' '.join(command[:3])}... ({status}): "
                                       f"{(errors.read() + output)[-1500:].strip()}")
        return output, cpu_s, peaks


@dataclass(frozen=True)
class Work:
    """One row of the comparison; `mode`: produce, consume, rate, or roundtrip: one record at a time,
    written and read by one process. `nodes`: how many brokers the client sees, if not the one."""

    name: str
    title: str
    mode: str
    size: int
    count: int
    quick_count: int
    acks: str = "all"
    partitions: int = 1
    batch: int = 16_384
    linger: int = 5
    rate: int = 0
    nodes: int = 0

    def records(self, quick):
        return self.quick_count if quick else self.count


def all_work():
    rows = []
    for size, count in ((100, 6_000_000), (1024, 1_000_000)):
        shown = "100 B" if size == 100 else "1 KB"
        for acks in ("1", "all"):
            rows.append(Work(f"produce_{size}_acks_{acks}", f"produce {shown}, acks={acks}",
                             "produce", size, count, count // 10, acks, batch=1_000_000, linger=20))
        rows.append(Work(f"consume_{size}", f"consume {shown}", "consume", size, count,
                         count // 10))
    rows.append(Work("rate", "5,000 records/s of 1 KB, acks=all, no linger", "rate", 1024, 100_000,
                     20_000, linger=0, rate=5_000))
    rows.append(Work("brokers_100", "one record after the other to and from 100 brokers", "roundtrip",
                     1024, 10_000, 2_000, partitions=100, linger=0, nodes=100))
    return rows


class Programs:
    """How each client does a piece of work."""

    def __init__(self, quick):
        self._quick, self._java = quick, clients.Java()

    def measure(self, name, work, bootstrap, topic):
        output, cpu_s, peaks = run(self._command(name, work, bootstrap, topic))
        figures = self._java_figures(output, work) if name == "java" else json.loads(output)
        figures |= {"client_peak_mib": peaks.memory_mib}
        if work.mode == "roundtrip":  # as many bytes as it waits: CPU per GB would say nothing
            return figures | {"client_cpu_s": cpu_s, "client_threads": peaks.threads,
                              "client_connections": peaks.connections}
        payload = work.records(self._quick) * work.size
        return figures | {"client_cpu_s_per_gb": cpu_s * 1e9 / payload}

    def _command(self, name, work, bootstrap, topic):
        if name == "java":
            return self._java_command(work, bootstrap, topic)
        program = "cpp_bench" if name == "barnabas" else "rdkafka_bench"
        options = {"bootstrap": bootstrap, "topic": topic, "size": work.size,
                   "partitions": work.partitions, "count": work.records(self._quick)}
        if work.mode != "consume":
            options |= {"acks": work.acks, "batch": work.batch, "linger": work.linger}
        if work.mode == "rate":
            options["rate"] = work.rate
        command = [PROGRAMS / program, work.mode]
        for option, value in options.items():
            command += ["--" + option, value]
        if name == "librdkafka" and work.mode in ("consume", "roundtrip"):
            for setting in RDKAFKA_CONSUMER:
                command += ["--conf", setting]
        return command

    def _java_command(self, work, bootstrap, topic):
        """Kafka's ProducerPerformance; AssignedConsumer and RoundTrip, which prove what they read."""
        count = work.records(self._quick)
        java = ["java", *clients.CLIENT_JVM, "-cp", self._java.class_path]
        where = [bootstrap, topic, work.partitions, count, work.size, clients.RUN_LIMIT_S]
        if work.mode == "consume":
            return [*java, "AssignedConsumer", *where]
        if work.mode == "roundtrip":
            return [*java, "RoundTrip", *where, work.acks, work.batch, work.linger]
        return [*java, "org.apache.kafka.tools.ProducerPerformance", "--bootstrap-server",
                bootstrap, "--topic", topic, "--num-records", count, "--record-size",
                work.size, "--throughput", work.rate or -1, "--warmup-records", count // 5,
                "--command-property", f"acks={work.acks}", f"batch.size={work.batch}",
                f"linger.ms={work.linger}"]

    @staticmethod
    def _java_figures(output, work):
        """ProducerPerformance's without its first fifth; it knows whole milliseconds."""
        if work.mode in ("consume", "roundtrip"):
            return json.loads(output.strip().splitlines()[-1])
        lines = [line for line in clients.PRODUCER_LINE.finditer(output) if line[2]]
        if not lines:
            raise clients.ClientFailed(f"ProducerPerformance printed no steady state: {output}")
        found = lines[-1]
        figures = {"records_per_s": float(found[3]),
                   "mb_per_s": float(found[3]) * work.size / 1e6}
        if work.mode == "rate":
            figures |= {"p50_ms": float(found[6]), "p99_ms": float(found[8]),
                        "p999_ms": float(found[9])}
        return figures


class Comparison:
    """Runs all work with each client in turn. `figures[work][client]` is a list of runs."""

    def __init__(self, parent, options):
        self._options = options
        self._names = [name for name in NAMES if not options.client or name in options.client]
        kind = "barnabas" if options.broker == "both" else options.broker
        self._parent = parent
        self._broker = brokers.KINDS[kind](parent, options.durability)
        self._broker.start()
        self._fronts = {}  # by the number of nodes that they show
        self._programs = Programs(options.quick)
        self.figures, self.failures = {}, {}

    def close(self):
        for front in self._fronts.values():
            front.stop()
        self._broker.stop()

    def _seen_by(self, work):
        """What the clients are sent to: the broker, or a cluster that is this broker."""
        if work.nodes == 0:
            return self._broker
        if work.nodes not in self._fronts:
            front = brokers.SimulatedCluster(self._parent, self._broker, work.nodes)
            front.start()
            self._fronts[work.nodes] = front
        return self._fronts[work.nodes]

    def run(self):
        for work in all_work():
            if self._options.scenario and work.name not in self._options.scenario:
                continue
            try:
                self._measure(work)
            except clients.ClientFailed as failure:
                session.say(f"  FAILED: {failure}")
                self.failures[work.name] = str(failure)

    def _measure(self, work):
        session.say(f"{work.name}: {work.title}")
        found = self.figures[work.name] = {name: [] for name in self._names}
        if work.mode == "consume":
            self._create("to-read", work)
            self._write("to-read", work)
        if not self._options.quick:
            session.wait_for_quiet(self._options.wait)
        for run_number in range(self._options.runs + 1):  # the first one is not counted
            # A B C, C B A, ...: nobody always has another one's leavings.
            for name in self._names if run_number % 2 == 0 else reversed(self._names):
                figures = self._once(name, work, f"{work.name}-{run_number}-{name}".replace("_", "-"))
                if run_number > 0:
                    found[name].append(figures)
                    self._tell(name, figures)
        if work.mode == "consume":
            self._delete("to-read")

    def _once(self, name, work, topic):
        writes = work.mode != "consume"
        if writes:
            self._create(topic, work)
        session.wait_until_idle(self._broker)
        seen = self._seen_by(work)
        watch = machine.Watch(sorted({self._broker.pid, seen.pid}))
        figures = self._programs.measure(name, work, seen.bootstrap, topic if writes else "to-read")
        used = watch.stop()
        figures.update(foreign=used["foreign"], stolen=used["stolen"])
        if writes:
            own = name != "java" or work.mode == "roundtrip"
            self._prove(topic, work, "ours" if own else "java")
            self._delete(topic)
        return figures

    def _options_of(self, topic, work):
        return {"topic": topic, "partitions": work.partitions, "size": work.size,
                "count": work.records(self._options.quick)}

    def _create(self, topic, work):
        clients.rdkafka(self._broker, "create", topic=topic, partitions=work.partitions)

    def _delete(self, topic):
        clients.rdkafka(self._broker, "delete", topic=topic)

    def _write(self, topic, work):
        clients.rdkafka(self._broker, "produce", **self._options_of(topic, work), batch=1_000_000,
                        linger=20)

    def _prove(self, topic, work, written_by):
        """librdkafka reads everything back; a difference ends the scenario."""
        clients.rdkafka(self._broker, "consume", **self._options_of(topic, work),
                        written_by=written_by)

    @staticmethod
    def _tell(name, figures):
        parts = [f"{metric} {figures[metric]:.4g}" for metric in METRICS if metric in figures]
        session.say(f"  {name}: {', '.join(parts)}"
                    f"{'  (disturbed)' if session.disturbed(figures) else ''}")


# Of the issue: CPU per GB no more than librdkafka's, p99 no worse, 1.2 times the records of 100 B; and
# threads that do not grow with the brokers, of which librdkafka has one for each.
def bound_of(work, metric):
    """(bound, at least?) for our figure / librdkafka's; None where nothing is to be reached."""
    if metric == "client_cpu_s_per_gb":
        return 1.0, False
    if metric == "p99_ms" and work.mode == "rate":
        return 1.0, False
    if metric == "client_threads":
        return 0.1, False
    if metric == "records_per_s" and work.size == 100 and work.mode != "rate":
        return 1.2, True
    return None


class Report:
    """All figures of a comparison as a table, and as JSON."""

    def __init__(self, options, comparison):
        self._options, self._figures = options, comparison.figures
        self.failures = comparison.failures
        self._time = time.localtime()

    def disturbed(self):
        return sum(session.disturbed(run) for by_name in self._figures.values()
                   for runs in by_name.values() for run in runs)

    def rows(self):
        rows = []
        for work in all_work():
            for metric in METRICS:
                medians = {name: statistics.median(run[metric] for run in runs)
                           for name, runs in self._figures.get(work.name, {}).items()
                           if runs and metric in runs[0]}
                if medians and (work.mode != "rate" or metric not in ("mb_per_s",)):
                    rows.append(self._row(work, metric, medians))
        return rows

    @staticmethod
    def _row(work, metric, medians):
        ours, theirs = medians.get("barnabas"), medians.get("librdkafka")
        ratio = ours / theirs if ours is not None and theirs else None
        bound = bound_of(work, metric)
        met = None
        if bound and ratio is not None:
            met = ratio >= bound[0] if bound[1] else ratio <= bound[0]
        return {"work": work.name, "title": work.title, "metric": metric, **medians, "ratio": ratio,
                "to_reach": "" if not bound else f"{'>=' if bound[1] else '<='} {bound[0]} x",
                "met": met}

    def text(self):
        facts = machine.facts()
        lines = [
            "# Clients beside each other, " + time.strftime("%Y-%m-%d %H:%M", self._time), "",
            f"{facts['cores']} cores of {facts['cpu']}, {facts['memory_gib']} GiB, "
            f"Linux {facts['kernel']} (TCP: {facts['congestion_control']}); broker: "
            f"{'barnabas' if self._options.broker == 'both' else self._options.broker}; "
            f"{self._options.runs} run(s) each{'; quick volumes' if self._options.quick else ''}. "
            "Java's CPU and memory are its virtual machine's, start included.", ""]
        if self.disturbed():
            lines += [f"**Not a good run: others used the machine in {self.disturbed()} "
                      "measurements.**", ""]
        lines += [f"**{name} failed: {reason}**" for name, reason in self.failures.items()]
        lines += ["| work | figure | Java | librdkafka | Barnabas | Barnabas / librdkafka "
                  "| to reach | |", "|---|---|---:|---:|---:|---:|---|---|"]
        before = None
        for row in self.rows():
            title = "" if row["work"] == before else f"`{row['work']}` {row['title']}"
            before = row["work"]
            unit, shown = METRICS[row["metric"]]
            cells = [shown.format(row[name]) if name in row else "-" for name in NAMES]
            ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
            verdict = {True: "met", False: "**missed**", None: ""}[row["met"]]
            lines.append(f"| {title} | {unit} | {' | '.join(cells)} | {ratio} | {row['to_reach']} "
                         f"| {verdict} |")
        return "\n".join(lines) + "\n"

    def keep(self, folder):
        """Writes <folder>/<date>-clients.md and .json; returns the first one's path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = Path(folder) / (time.strftime("%Y-%m-%d-%H%M", self._time) + "-clients.md")
        path.write_text(self.text())
        path.with_suffix(".json").write_text(json.dumps(
            {"machine": machine.facts(), "good": not self.disturbed() and not self.failures,
             "failures": self.failures, "rows": self.rows(), "runs": self._figures}, indent=1) + "\n")
        return path
