"""Runs scenarios on the brokers in turn and collects the figures."""

import sys
import time

from . import brokers, clients, machine

# Above these shares of all cores a measurement is marked as disturbed.
FOREIGN_LIMIT = 0.03
STOLEN_LIMIT = 0.03
WARM_UP_S = 60
IDLE_WAIT_S, IDLE_SAMPLE_S, IDLE_SHARE = 30, 0.4, 0.15


def say(text):
    print(text, file=sys.stderr, flush=True)


def wait_for_quiet(limit_s):
    """Gives other processes time to end; the measurement tells whether they did."""
    limit = time.monotonic() + limit_s
    while time.monotonic() < limit:
        watch = machine.Watch([])
        time.sleep(1)
        if watch.stop()["foreign"] < FOREIGN_LIMIT:
            return


def wait_until_idle(broker):
    """Returns when the broker has done what it still had to do: Kafka deletes and creates the logs
    of a large topic long after it has answered."""
    limit = time.monotonic() + IDLE_WAIT_S
    while time.monotonic() < limit:
        before = machine.cpu_seconds(broker.pid)
        time.sleep(IDLE_SAMPLE_S)
        if machine.cpu_seconds(broker.pid) - before < IDLE_SHARE * IDLE_SAMPLE_S:
            return


class Session:
    """The brokers that stay warm from scenario to scenario, and all figures so far.

    figures[scenario][broker] = {"warm": [run, ...], "cold": [run, ...]}
    bare_figures[scenario] = [run, ...], where the machine alone was measured
    """

    def __init__(self, parent, names, context_of, *, durability, runs, cold, quick,
                 wait_s):
        self._parent, self._names, self._context_of = parent, names, context_of
        self._durability, self._runs, self._cold, self._quick = durability, runs, cold, quick
        self._wait_s = wait_s
        self._warm = {}
        self._page_cache = machine.PageCache(parent)
        self.figures = {}
        self.bare_figures = {}
        self.peak_memory_mib = {}

    def close(self):
        for broker in self._warm.values():
            broker.stop()
        self._page_cache.close()

    def run(self, scenario):
        """Measures one scenario on all brokers, alternating."""
        say(f"{scenario.name}: {scenario.title}")
        found = self.figures[scenario.name] = {name: {"warm": [], "cold": []}
                                               for name in self._names}
        if scenario.fresh:
            for run in range(self._runs):
                for name in self._order(run):
                    found[name]["warm"].append(self._on_fresh(scenario, name))
            return
        contexts = {name: self._context_of(self._warm_broker(name)) for name in self._names}
        for name in self._names:
            self._alone(name)
            scenario.prepare(contexts[name])
            self._once(scenario, contexts[name], "warm-up")
        if not self._quick:
            wait_for_quiet(self._wait_s)
        for run in range(self._runs):
            for name in self._order(run):
                self._alone(name)
                found[name]["warm"].append(self._once(scenario, contexts[name], str(run)))
                self._tell(name, found[name]["warm"][-1])
            self._bare(scenario)
        for name in self._names:
            self._alone(name)
            scenario.finish(contexts[name])
        if self._cold:
            for name in self._names:
                self._alone(None)
                found[name]["cold"].append(self._on_fresh(scenario, name))
                self._tell(name + " cold", found[name]["cold"][-1])

    def _bare(self, scenario):
        """The machine alone, between the brokers' runs."""
        self._alone(None)
        self._page_cache.fill()
        if figures := scenario.bare(self._parent, self._quick):
            self.bare_figures.setdefault(scenario.name, []).append(figures)
            say(f"  bare: cpu_s_per_gb {figures['cpu_s_per_gb']:.4g}, "
                f"cpu_us_per_record {figures['cpu_us_per_record']:.4g}")

    def _order(self, run):
        """A B, B A, A B, ...: neither side always has the other one's leavings."""
        return self._names if run % 2 == 0 else list(reversed(self._names))

    def _start(self, name):
        broker = brokers.KINDS[name](self._parent, self._durability)
        broker.start()
        return broker

    def _warm_broker(self, name):
        if name in self._warm and self._warm[name].ended():
            self._warm.pop(name).stop()
        if name not in self._warm:
            self._alone(None)
            broker = self._warm[name] = self._start(name)
            say(f"  {name} answers after {broker.start_up_s * 1000:.0f} ms")
            if not self._quick:
                self._warm_up(broker)
        return self._warm[name]

    def _warm_up(self, broker):
        """A JVM needs its first minute: small and large batches in, everything out again."""
        context = self._context_of(broker)
        limit = time.monotonic() + WARM_UP_S
        while time.monotonic() < limit:
            for batch, size in ((16384, 100), (1_000_000, 1024), (1000, 200)):
                work = {"topic": "warm-up", "partitions": 6, "size": size, "count": 200_000}
                context.create_topic("warm-up", 6)
                clients.rdkafka(broker, "produce", **work, batch=batch)
                clients.rdkafka(broker, "consume", **work)
                context.delete_topic("warm-up")

    def _alone(self, name):
        """Only the broker `name` of the warm ones runs on; the others are stopped where they are."""
        for other, broker in self._warm.items():
            if other != name and not broker.ended():
                broker.pause()
        if name in self._warm and not self._warm[name].ended():
            self._warm[name].resume()

    def _on_fresh(self, scenario, name):
        self._alone(None)
        broker = self._start(name)
        try:
            context = self._context_of(broker)
            scenario.prepare(context)
            figures = self._once(scenario, context, "fresh")
            if scenario.fresh:
                self._tell(name, figures)
            return figures
        finally:
            broker.stop()

    def _once(self, scenario, context, run):
        """One measurement; a broker that ended meanwhile is what went wrong, not its client."""
        try:
            return self._measured(scenario, context, run)
        except clients.ClientFailed as failure:
            if context.broker.ended():
                raise brokers.BrokerFailed(f"{context.broker.name} ended during {scenario.name}: "
                                           f"{context.broker.last_words()}") from failure
            raise

    def _measured(self, scenario, context, run):
        """The client's figures and what the broker used meanwhile."""
        broker = context.broker
        scenario.before(context, run)
        if not scenario.fresh:
            self._page_cache.fill()
            wait_until_idle(broker)
        machine.reset_peak_memory(broker.pid)
        others = [other.pid for other in self._warm.values()
                  if other is not broker and not other.ended()]
        watch = machine.Watch([broker.pid, *others])
        figures = scenario.measure(context, run)
        used = watch.stop()
        figures["peak_memory_mib"] = machine.memory_mib(broker.pid, "VmHWM")
        self.peak_memory_mib[broker.name] = max(figures["peak_memory_mib"],
                                                self.peak_memory_mib.get(broker.name, 0))
        figures.update(cpu_s=used["cpu_s"][0], wall_s=used["wall_s"], foreign=used["foreign"],
                       stolen=used["stolen"])
        if "records" in figures:
            figures["cpu_us_per_record"] = figures["cpu_s"] * 1e6 / figures["records"]
        if "bytes" in figures:
            figures["cpu_s_per_gb"] = figures["cpu_s"] * 1e9 / figures["bytes"]
        scenario.after(context, run)
        return figures

    @staticmethod
    def _tell(name, figures):
        shown = ("records_per_s", "mb_per_s", "settled_s", "commits_per_s", "transactions_per_s",
                 "cpu_ms_per_group", "cpu_us_per_commit", "cpu_us_per_transaction", "group_kib",
                 "group_live_kib", "retries_per_transaction", "p50_ms", "p99_ms", "p999_ms",
                 "p99_alone_ms", "p999_alone_ms", "p99_in_memory_ms", "p99_past_broker_ms",
                 "reader_mb_per_s", "seconds", "cpu_s_per_gb",
                 "cpu_us_per_record", "peak_memory_mib", "start_up_ms", "idle_cpu_percent",
                 "idle_memory_mib", "first_byte_ms", "first_byte_middle_ms", "client_thread")
        parts = [f"{key} {figures[key]:.4g}" for key in shown if key in figures]
        say(f"  {name}: {', '.join(parts)}{'  (disturbed)' if disturbed(figures) else ''}")


def disturbed(figures):
    return figures["foreign"] > FOREIGN_LIMIT or figures["stolen"] > STOLEN_LIMIT
