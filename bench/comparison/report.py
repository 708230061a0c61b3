"""The figures as a table of ratios against what is to be reached, and as JSON."""

import json
import statistics
import subprocess
import time

from . import brokers, machine, session
from .scenarios import Target

# A client whose busiest thread is this busy cannot go faster, whatever the broker does.
CLIENT_IS_THE_LIMIT = 0.8
MEMORY_UNDER_LOAD_MIB = 200

UNITS = {
    "records_per_s": ("records/s", "{:,.0f}"),
    "mb_per_s": ("MB/s", "{:.0f}"),
    "cpu_s_per_gb": ("broker CPU s/GB", "{:.2f}"),
    "cpu_us_per_record": ("broker CPU us/record", "{:.2f}"),
    "settled_s": ("s until all are settled", "{:.2f}"),
    "commits_per_s": ("commits/s", "{:,.0f}"),
    "transactions_per_s": ("transactions/s", "{:,.0f}"),
    "cpu_ms_per_group": ("broker CPU ms/group formed", "{:.2f}"),
    "cpu_us_per_commit": ("broker CPU us/commit", "{:.2f}"),
    "cpu_us_per_transaction": ("broker CPU us/transaction", "{:.1f}"),
    "group_kib": ("memory KiB/group", "{:.1f}"),
    "group_live_kib": ("of that live KiB/group", "{:.1f}"),
    "p50_ms": ("p50 ms", "{:.3f}"),
    "p99_ms": ("p99 ms", "{:.3f}"),
    "p999_ms": ("p99.9 ms", "{:.3f}"),
    "p99_alone_ms": ("p99 ms without the reader", "{:.3f}"),
    "p99_in_memory_ms": ("p99 ms, the reader's data in memory", "{:.3f}"),
    "p99_past_broker_ms": ("p99 ms, the disk read past the broker", "{:.3f}"),
    "p999_alone_ms": ("p99.9 ms without the reader", "{:.3f}"),
    "reader_mb_per_s": ("MB/s of the reader", "{:.0f}"),
    "seconds": ("seconds", "{:.2f}"),
    "start_up_ms": ("start-up ms", "{:.1f}"),
    "first_byte_ms": ("ms to the first byte, the slowest command's p50", "{:.1f}"),
    "first_byte_middle_ms": ("ms to the first byte, the middle of all p50s", "{:.1f}"),
    "idle_memory_mib": ("idle memory MiB", "{:.1f}"),
    "idle_cpu_percent": ("idle CPU %", "{:.2f}"),
    "peak_memory_mib": ("peak memory MiB", "{:.0f}"),
}


def _git(*command):
    done = subprocess.run(["git", "-C", str(brokers.REPOSITORY), *command], text=True,
                          capture_output=True, check=False)
    return done.stdout.strip()


def _show(metric, value):
    return "-" if value is None else UNITS[metric][1].format(value)


class Report:
    """All figures of one session, judged."""

    def __init__(self, options, scenarios, work, failures):
        self.failures = failures
        self._options, self._scenarios = options, scenarios
        self._figures, self._peak = work.figures, work.peak_memory_mib
        self._bare = work.bare_figures
        self._time = time.localtime()

    def disturbed(self):
        """How many measurements others had a part in."""
        return sum(session.disturbed(run) for run in self._all_runs())

    def _all_runs(self):
        return [run for by_broker in self._figures.values() for kinds in by_broker.values()
                for runs in kinds.values() for run in runs]

    def _values(self, scenario, broker, metric, kind="warm"):
        runs = self._figures.get(scenario.name, {}).get(broker, {}).get(kind, [])
        return [run[metric] for run in runs if metric in run]

    def _median(self, scenario, broker, metric, kind="warm"):
        values = self._values(scenario, broker, metric, kind)
        return statistics.median(values) if values else None

    def _targets(self, scenario):
        """The scenario's own, and for throughput: 1 where the client is the limit, else 1.5."""
        targets = list(scenario.targets)
        if scenario.throughput:
            bound = 1 if self._client_is_the_limit(scenario) else 1.5
            targets.append(Target("records_per_s", bound, at_least=True))
        return targets

    def _client_is_the_limit(self, scenario):
        """A thread of it has a core for itself, or is busier than our broker, which waits for it."""
        busiest = {broker: self._median(scenario, broker, "client_thread") or 0
                   for broker in ("kafka", "barnabas")}
        cpu_s = self._median(scenario, "barnabas", "cpu_s")
        wall_s = self._median(scenario, "barnabas", "wall_s")
        waits = cpu_s is not None and cpu_s / wall_s < busiest["barnabas"]
        return waits or max(busiest.values()) >= CLIENT_IS_THE_LIMIT

    def _verdict(self, target, kafka, barnabas):
        """(ratio or None, met or None)"""
        ratio = barnabas / kafka if kafka and barnabas is not None else None
        value = barnabas if target.absolute else ratio
        if value is None:
            return ratio, None
        return ratio, value >= target.bound if target.at_least else value <= target.bound

    def rows(self):
        """One per figure that is to be reached, and per figure that is only told."""
        rows = []
        for scenario in self._scenarios:
            targets = {target.metric: target for target in self._targets(scenario)}
            rows += [self._row(scenario, metric, targets.get(metric)) for metric in UNITS
                     if self._told(scenario, metric, targets)]
        rows += self._memory_row()
        return rows

    def _told(self, scenario, metric, targets):
        """Whether the table has a row for it: what was measured and means something there."""
        measured = any(self._values(scenario, broker, metric) for broker in ("kafka", "barnabas"))
        rate = metric in ("records_per_s", "mb_per_s", "cpu_s_per_gb")
        return measured and (metric in targets or (
            metric != "seconds" and (scenario.throughput or not rate)))

    def _row(self, scenario, metric, target):
        kafka = self._median(scenario, "kafka", metric)
        barnabas = self._median(scenario, "barnabas", metric)
        ratio, met = self._verdict(target, kafka, barnabas) if target else (
            barnabas / kafka if kafka and barnabas is not None else None, None)
        runs = [run for broker in self._figures.get(scenario.name, {}).values()
                for run in broker["warm"]]
        return {
            "scenario": scenario.name, "metric": metric, "kafka": kafka, "barnabas": barnabas,
            "bare": self._bare_median(scenario, metric), "ratio": ratio, "to_reach": self._to_reach(target), "met": met,
            "kafka_cold": self._median(scenario, "kafka", metric, "cold"),
            "barnabas_cold": self._median(scenario, "barnabas", metric, "cold"),
            "spread": {broker: [min(values), max(values)] for broker in ("kafka", "barnabas")
                       if (values := self._values(scenario, broker, metric))},
            "disturbed": any(session.disturbed(run) for run in runs),
        }

    def _bare_median(self, scenario, metric):
        values = [run[metric] for run in self._bare.get(scenario.name, []) if metric in run]
        return statistics.median(values) if values else None

    def _memory_row(self):
        if not self._peak:
            return []
        kafka, barnabas = self._peak.get("kafka"), self._peak.get("barnabas")
        target = Target("peak_memory_mib", MEMORY_UNDER_LOAD_MIB, absolute=True)
        ratio, met = self._verdict(target, kafka, barnabas)
        return [{"scenario": "all of the above", "metric": "peak_memory_mib", "kafka": kafka,
                 "barnabas": barnabas, "bare": None, "ratio": ratio, "to_reach": self._to_reach(target),
                 "met": met, "kafka_cold": None, "barnabas_cold": None, "spread": {},
                 "disturbed": False}]

    @staticmethod
    def _to_reach(target):
        if target is None:
            return ""
        sign = ">=" if target.at_least else "<="
        return f"{sign} {target.bound:.3g}" + ("" if target.absolute else " x")

    def heading(self):
        facts = machine.facts()
        runs = self._all_runs()
        lines = [
            f"# Barnabas beside Apache Kafka {brokers.KAFKA_VERSION}, "
            + time.strftime("%Y-%m-%d %H:%M", self._time),
            "",
            f"{facts['cores']} cores of {facts['cpu']}, {facts['memory_gib']} GiB, "
            f"Linux {facts['kernel']} (TCP: {facts['congestion_control']}); "
            f"commit {_git('describe', '--always', '--dirty')}; "
            f"durability: {self._options.durability}; {self._options.runs} run(s) each"
            + ("; quick volumes, JVM not warmed up" if self._options.quick else ""),
            "",
        ]
        if self.disturbed():
            worst = max(max(run["foreign"], run["stolen"]) for run in runs)
            lines.append(f"**Not a good run: in {self.disturbed()} of {len(runs)} measurements other "
                         f"processes or the hypervisor used the machine (up to {worst:.0%} of all "
                         "cores). Rows marked ~ prove nothing.**")
        elif runs:
            lines.append(f"A quiet machine: others used at most "
                         f"{max(run['foreign'] for run in runs):.1%} of all cores.")
        lines += [f"**{name} failed: {reason}**" for name, reason in self.failures.items()]
        return "\n".join([*lines, ""])

    def text(self):
        lines = [self.heading(),
                 "| work | figure | bare | Kafka | Barnabas | ratio | to reach | | cold: Kafka / Barnabas |",
                 "|---|---|---:|---:|---:|---:|---|---|---:|"]
        titles = {scenario.name: f"{scenario.title} (in the issue: {scenario.kafka_here})"
                  for scenario in self._scenarios}
        before = None
        for row in self.rows():
            name = row["scenario"]
            title = "" if name == before else f"`{name}` {titles.get(name, '')}"
            before = name
            metric = row["metric"]
            verdict = {True: "met", False: "**missed**", None: ""}[row["met"]]
            ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
            cold = "" if row["kafka_cold"] is None and row["barnabas_cold"] is None else (
                f"{_show(metric, row['kafka_cold'])} / {_show(metric, row['barnabas_cold'])}")
            lines.append(
                f"| {title} | {UNITS[metric][0]}{' ~' if row['disturbed'] else ''} "
                f"| {'' if row['bare'] is None else _show(metric, row['bare'])} "
                f"| {_show(metric, row['kafka'])} | {_show(metric, row['barnabas'])} | {ratio} "
                f"| {row['to_reach']} | {verdict} | {cold} |")
        return "\n".join(lines) + "\n"

    def keep(self, folder):
        """Writes <folder>/<date>.md and .json; returns the first one's path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (time.strftime("%Y-%m-%d-%H%M", self._time) + ".md")
        path.write_text(self.text())
        whole = {"machine": machine.facts(), "commit": _git("rev-parse", "HEAD"),
                 "options": vars(self._options), "good": not self.disturbed() and not self.failures,
                 "failures": self.failures, "rows": self.rows(), "runs": self._figures, "bare": self._bare}
        path.with_suffix(".json").write_text(json.dumps(whole, indent=1) + "\n")
        return path
