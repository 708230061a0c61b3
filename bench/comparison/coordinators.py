"""The scenarios of the coordinators: groups, their offsets, transactions."""

from . import clients, machine
from .scenarios import Scenario, Target

MEMBERS = 5
PRODUCERS = 8


class StepCpu:
    """What a broker's CPU clock said at each step of a client."""

    def __init__(self, broker):
        self._pid, self._at = broker.pid, {}

    def __call__(self, step):
        self._at[step] = machine.cpu_seconds(self._pid)

    def between(self, first, last):
        return self._at[last] - self._at[first]


class OnTopic(Scenario):
    """Whose clients share one topic, which each run has anew."""

    partitions = 1

    def topic(self, run):
        return f"{self.name}-{run}".replace("_", "-")

    def before(self, context, run):
        context.create_topic(self.topic(run), self.partitions)

    def after(self, context, run):
        context.delete_topic(self.topic(run))

    def _run(self, context, run, mode, on_step, **options):
        """Names of groups and transactional ids are the topic's: no run meets what another left."""
        return clients.coordination(context.broker, mode, on_step, topic=self.topic(run),
                                    name=self.topic(run), partitions=self.partitions, **options)


class Groups(OnTopic):
    """Groups of classic consumers join, then all commit without pause; the client fetches every
    offset back and compares it. A member has one of the topic's partitions."""

    partitions = MEMBERS

    def __init__(self, *args, groups, quick_groups, heartbeat_ms, **kwargs):
        super().__init__(*args, **kwargs)
        self._groups, self._quick_groups = groups, quick_groups
        self._heartbeat_ms = heartbeat_ms

    def groups(self, context):
        return self._quick_groups if context.quick else self._groups

    def _form(self, context, run, on_step, groups, seconds):
        return self._run(context, run, "groups", on_step, groups=groups, members=MEMBERS,
                         heartbeat_ms=self._heartbeat_ms, seconds=seconds)

    def measure(self, context, run):
        cpu = StepCpu(context.broker)
        groups = self.groups(context)
        figures = self._form(context, run, cpu, groups, 2 if context.quick else 10)
        figures["cpu_ms_per_group"] = 1e3 * cpu.between("connected", "settled") / groups
        figures["cpu_us_per_commit"] = 1e6 * cpu.between("counting", "counted") / figures["commits"]
        return figures


class Commits(Groups):
    """Of a few members, so that it is the single commit that counts, not the queue of thousands."""

    def measure(self, context, run):
        figures = super().measure(context, run)
        return {key: value for key, value in figures.items()
                if key not in ("settled_s", "cpu_ms_per_group")}


class GroupsMemory(Groups):
    """What the groups of Groups keep in memory, on a broker that had few of them before."""

    fresh = True
    FIRST_GROUPS = 20

    def before(self, context, run):
        super().before(context, run)
        self._form(context, run, lambda step: None, self.FIRST_GROUPS, 1)

    def measure(self, context, run):
        broker, groups = context.broker, self.groups(context)
        resident, live = [], []

        def look(step):
            if step in ("", "counted"):
                resident.append(machine.memory_mib(broker.pid, "VmRSS"))  # before a collection
                live.append(broker.live_memory_mib())

        look("")
        figures = self._form(context, run, look, groups, 1)
        return {"groups": figures["groups"],
                "group_kib": 1024 * (resident[1] - resident[0]) / groups,
                "group_live_kib": 1024 * (live[1] - live[0]) / groups}


class Transactions(OnTopic):
    """Of 100 records of 100 bytes; librdkafka reads with read_committed what they wrote and compares
    every byte. Each producer has aborted one transaction before, which must not be seen."""

    partitions = PRODUCERS
    RECORDS, SIZE = 100, 100

    def __init__(self, *args, kip890, **kwargs):
        super().__init__(*args, **kwargs)
        self._kip890 = kip890

    def measure(self, context, run):
        cpu = StepCpu(context.broker)
        figures = self._run(context, run, "transactions", cpu, producers=PRODUCERS,
                            seconds=2 if context.quick else 10, records=self.RECORDS,
                            size=self.SIZE, kip890="yes" if self._kip890 else "no")
        figures["cpu_us_per_transaction"] = (1e6 * cpu.between("ready", "done")
                                             / figures["transactions"])
        context.state[run] = figures["transactions"] * self.RECORDS
        return figures

    def after(self, context, run):
        clients.rdkafka(context.broker, "consume", topic=self.topic(run), size=self.SIZE,
                        partitions=self.partitions, count=context.state.pop(run),
                        conf="isolation.level=read_committed")
        super().after(context, run)


class Rebalance(OnTopic):
    """One of 100 members leaves, until all others have their new assignments."""

    partitions = 200
    MEMBERS = 100
    HEARTBEAT_MS = 20

    def __init__(self, *args, protocol, **kwargs):
        super().__init__(*args, **kwargs)
        self._protocol = protocol

    def measure(self, context, run):
        figures = self._run(context, run, "rebalance", lambda step: None, groups=1,
                            members=self.MEMBERS, protocol=self._protocol,
                            heartbeat_ms=self.HEARTBEAT_MS, rounds=3 if context.quick else 10)
        del figures["settled_s"]
        return figures


def all_scenarios():
    """The issue names no figures to reach; they are to be no worse than Kafka's."""
    latency = [Target("p50_ms", 1), Target("p99_ms", 1)]
    commits = [Target("commits_per_s", 1, at_least=True), Target("cpu_us_per_commit", 1)]
    transactions = [Target("transactions_per_s", 1, at_least=True),
                    Target("cpu_us_per_transaction", 1), *latency]
    thousand = {"groups": 1000, "quick_groups": 200, "heartbeat_ms": 1000}
    return [
        Groups("groups_1000", "1,000 groups of 5 join, then all 5,000 members commit", "-",
               [Target("settled_s", 1), Target("cpu_ms_per_group", 1), *commits], **thousand),
        GroupsMemory("groups_memory", "memory of 1,000 groups of 5 with their connections", "-",
                     [Target("group_kib", 1), Target("group_live_kib", 1)], **thousand),
        Commits("commits", "50 members in 10 groups commit, one request in flight each", "-",
                [*commits, *latency], groups=10, quick_groups=10, heartbeat_ms=1000),
        Transactions("transactions", "transactions of 100 records of 100 B, 8 producers, KIP-890", "-",
                     transactions, kip890=True),
        Transactions("transactions_v1", "the same as clients before Kafka 4.0 make them", "-",
                     transactions, kip890=False),
        Rebalance("rebalance_100", "a member of 100 leaves a classic group", "-", latency,
                  protocol="classic"),
        Rebalance("rebalance_100_consumer", "the same in a consumer group (KIP-848)", "-", latency,
                  protocol="consumer"),
    ]
