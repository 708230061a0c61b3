"""One scenario for each row of the comparison.

A scenario is prepared once per broker, measured several times, and finished. `measure` returns the
figures that its client printed; the session adds what the broker used meanwhile.
"""

import os
import time
from dataclasses import dataclass, field

from . import clients, cold_reader, compaction, machine

SETTLE_S = 5
IDLE_S = 10
READY_LIMIT_S = 30


@dataclass(frozen=True)
class Target:
    """`metric` must be at most (or at least) `bound`; as Barnabas / Kafka, or as it is (absolute)."""

    metric: str
    bound: float
    absolute: bool = False
    at_least: bool = False


@dataclass
class Context:
    """What a scenario works with: one broker, the clients, and the size of the work."""

    broker: object
    java: object
    quick: bool
    state: dict = field(default_factory=dict)

    def create_topic(self, name, partitions, settings=()):
        """A broker that has answered may still refuse topics for a moment: it is tried again."""
        limit = time.monotonic() + READY_LIMIT_S
        while True:
            try:
                return clients.rdkafka(self.broker, "create", topic=name, partitions=partitions,
                                       topic_conf=list(settings))
            except clients.ClientFailed:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.2)

    def delete_topic(self, name):
        clients.rdkafka(self.broker, "delete", topic=name)


class Scenario:
    """The common ground; `fresh` ones need a broker that has just started and did nothing else."""

    fresh = False
    throughput = False

    def __init__(self, name, title, kafka_here, targets):
        self.name, self.title = name, title
        self.kafka_here, self.targets = kafka_here, targets

    def prepare(self, context):
        """Brings the broker where its runs start."""

    def before(self, context, run):
        """What one run needs, outside the measurement."""

    def measure(self, context, run):
        raise NotImplementedError

    def after(self, context, run):
        """Proves what measure() did and clears up, outside the measurement."""

    def finish(self, context):
        """Removes what prepare() made."""

    def bare(self, folder, quick):
        """What the machine itself takes for the work, in the same figures; None where that is not
        measured."""


class Work(Scenario):
    """What writes or reads `count` records of `size` bytes on `partitions` partitions."""

    def __init__(self, name, title, kafka_here, targets, *, partitions, size, count, quick_count):
        super().__init__(name, title, kafka_here, targets)
        self.partitions, self.size = partitions, size
        self._count, self._quick_count = count, quick_count

    def count(self, context):
        return self._quick_count if context.quick else self._count

    def topic(self, run):
        return f"{self.name}-{run}".replace("_", "-")


class Produce(Work):
    """Through librdkafka; each run writes a topic of its own, which is then read and compared."""

    throughput = True
    written_by = "ours"
    mode = "produce"

    def __init__(self, *args, client, **kwargs):
        super().__init__(*args, **kwargs)
        self._client = client

    def _work(self, context, run):
        """The options that say which records these are."""
        return {"topic": self.topic(run), "partitions": self.partitions,
                "count": self.count(context), "size": self.size}

    def before(self, context, run):
        context.create_topic(self.topic(run), self.partitions)

    def measure(self, context, run):
        return clients.rdkafka(context.broker, self.mode, **self._work(context, run), **self._client)

    def bare(self, folder, quick):
        """Requests of one full batch. With small batches a client sends several in one request: how
        many depends on the broker."""
        batch = self._client.get("batch")
        if batch is None:
            return None
        count = self._quick_count if quick else self._count
        return clients.bare_produce(folder, batch, count * self.size // batch, 0, count, self.size)

    def after(self, context, run):
        clients.rdkafka(context.broker, "consume", **self._work(context, run),
                        written_by=self.written_by)
        context.delete_topic(self.topic(run))


class Rate(Produce):
    """A fixed rate, for the time until each record is acknowledged."""

    throughput = False
    mode = "rate"
    REQUEST_BYTES = 120  # around one record

    def bare(self, folder, quick):
        """Each record is a request."""
        count = (self._quick_count if quick else self._count) // 4
        return clients.bare_produce(folder, self.size + self.REQUEST_BYTES, count,
                                    self._client["rate"], count, self.size)


class RateBesideColdReader(Rate):
    """The same alone, while a consumer reads old data from the disk, while it reads them from
    memory, and while somebody reads as many bytes from the disk past the broker: what the machine
    pays for that, whoever reads."""

    def bare(self, folder, quick):
        return None  # its CPU is not what matters here

    READER_MB_PER_S = 100
    OLD_PARTITIONS = 2

    def prepare(self, context):
        context.create_topic("old-data", self.OLD_PARTITIONS)
        clients.rdkafka(context.broker, "produce", topic="old-data", size=1024, linger=20,
                        partitions=self.OLD_PARTITIONS, batch=1_000_000,
                        count=400_000 if context.quick else 2_000_000)

    def before(self, context, run):
        for name in self._runs(run):
            super().before(context, name)

    def measure(self, context, run):
        with_reader, by_itself, from_memory, past_broker = self._runs(run)
        broker, speed = context.broker, self.READER_MB_PER_S
        alone = super().measure(context, by_itself)
        figures, read = self._beside(context, with_reader, cold_reader.ColdReader(
            broker, "old-data", self.OLD_PARTITIONS, speed))
        in_memory, _ = self._beside(context, from_memory, cold_reader.ColdReader(
            broker, "old-data", self.OLD_PARTITIONS, speed, cold=False))
        past, _ = self._beside(context, past_broker,
                               cold_reader.FileReader(broker, "old-data", speed))
        return {**figures, "p99_alone_ms": alone["p99_ms"], "p999_alone_ms": alone["p999_ms"],
                "p99_in_memory_ms": in_memory["p99_ms"], "p99_past_broker_ms": past["p99_ms"],
                "reader_mb_per_s": read}

    def _beside(self, context, run, reader):
        with reader:
            figures = super().measure(context, run)
        return figures, reader.mb_per_s

    @staticmethod
    def _runs(run):
        return run, f"{run}-alone", f"{run}-memory", f"{run}-past"

    def after(self, context, run):
        for name in self._runs(run):
            super().after(context, name)

    def finish(self, context):
        context.delete_topic("old-data")


class RoundTrip(Produce):
    """One record at a time; the client compares each one as it comes back."""

    throughput = False
    mode = "roundtrip"


class ProduceJava(Produce):
    """Through Kafka's ProducerPerformance; what it wrote is read and compared by its digest."""

    written_by = "java"

    def bare(self, folder, quick):
        return None  # the size of its requests depends on the broker

    def measure(self, context, run):
        return context.java.produce(context.broker, self.topic(run), self.count(context), self.size,
                                    **self._client)


class Consume(Work):
    """Reads one topic again and again; the reader compares every byte."""

    throughput = True

    def __init__(self, *args, batch, **kwargs):
        super().__init__(*args, **kwargs)
        self._batch = batch

    def prepare(self, context):
        context.create_topic(self.topic("all"), self.partitions)
        clients.rdkafka(context.broker, "produce", topic=self.topic("all"), size=self.size,
                        partitions=self.partitions, count=self.count(context), batch=self._batch,
                        linger=20)

    def measure(self, context, run):
        return clients.rdkafka(context.broker, "consume", topic=self.topic("all"), size=self.size,
                               partitions=self.partitions, count=self.count(context))

    def bare(self, folder, quick):
        """All partitions in one stream, that nobody has to ask for."""
        return clients.bare_consume(folder, self._quick_count if quick else self._count, self.size)

    def finish(self, context):
        context.delete_topic(self.topic("all"))


class ConsumeJava(Consume):
    def bare(self, folder, quick):
        return None  # the same stream as consume_100b's

    def measure(self, context, run):
        return context.java.consume(context.broker, self.topic("all"), self.partitions,
                                    self.count(context), self.size)


class Compact(Work):
    """Compaction by itself: a log is written while the cleaner is held back by a ratio that no log
    exceeds; measured is from letting it go until its checkpoint has reached the active segment."""

    SEGMENT_BYTES = 64 << 20
    RECORDS_PER_KEY = 15
    HELD_BACK, LET_GO = "1.0", "0.5"
    LIMIT_S = 120

    def __init__(self, *args, client, **kwargs):
        super().__init__(*args, partitions=1, **kwargs)
        self._client = client

    def prepare(self, context):
        """The cleaner looks often. It may be in a rest of the length before; when it has compacted a
        small log, that is over."""
        compaction.alter(context.broker, compaction.BROKER, "", {"log.cleaner.backoff.ms": "50"})
        self._write(context, "first", 3 * (1 << 20) // self.size, 1 << 20)
        self._let_go("first", context).await_cleaned(self.LIMIT_S)
        context.delete_topic(self.topic("first"))

    def before(self, context, run):
        self._write(context, run, self.count(context), self.SEGMENT_BYTES)
        os.sync()

    def measure(self, context, run):
        log = compaction.PartitionLog(context.broker, self.topic(run))
        end, size = log.active_base(), log.sealed_bytes()
        start = time.monotonic()
        self._let_go(run, context).await_cleaned(self.LIMIT_S)
        seconds = time.monotonic() - start
        context.state[run] = end
        return {"records": end, "bytes": size, "seconds": seconds, "mb_per_s": size / 1e6 / seconds}

    def after(self, context, run):
        clients.rdkafka(context.broker, "consume", **self._records(run, self.count(context)),
                        cleaned_to=context.state.pop(run))
        context.delete_topic(self.topic(run))

    def finish(self, context):
        compaction.alter(context.broker, compaction.BROKER, "", {"log.cleaner.backoff.ms": None})

    def _records(self, run, count):
        """The options that say which records these are."""
        return {"topic": self.topic(run), "partitions": 1, "count": count, "size": self.size,
                "filler": self._client["filler"], "keys": max(count // self.RECORDS_PER_KEY, 1)}

    def _write(self, context, run, count, segment_bytes):
        context.create_topic(self.topic(run), 1, [
            "cleanup.policy=compact", f"segment.bytes={segment_bytes}",
            f"min.cleanable.dirty.ratio={self.HELD_BACK}"])
        clients.rdkafka(context.broker, "produce", **{**self._client, **self._records(run, count)})

    def _let_go(self, run, context):
        compaction.alter(context.broker, compaction.TOPIC, self.topic(run),
                         {"min.cleanable.dirty.ratio": self.LET_GO})
        return compaction.PartitionLog(context.broker, self.topic(run))


class TopicReady(Scenario):
    """A topic of 2,000 partitions, from the request until all have a leader and answer."""

    def measure(self, context, run):
        return clients.rdkafka(context.broker, "create", topic=f"wide-{run}", partitions=2000)

    def after(self, context, run):
        context.delete_topic(f"wide-{run}")


class Idle(Scenario):
    """A broker that has just started and has nothing to do."""

    fresh = True

    def measure(self, context, run):
        pid = context.broker.pid
        time.sleep(1 if context.quick else SETTLE_S)
        idle_s = 3 if context.quick else IDLE_S
        before, start = machine.cpu_seconds(pid), time.monotonic()
        time.sleep(idle_s)
        used = machine.cpu_seconds(pid) - before
        return {"start_up_ms": context.broker.start_up_s * 1000,
                "idle_cpu_percent": 100 * used / (time.monotonic() - start),
                "idle_memory_mib": machine.memory_mib(pid, "VmRSS")}


def all_scenarios():
    """In the order of the issue's table."""
    half = [Target("cpu_s_per_gb", 1 / 2)]
    latency = [Target("p50_ms", 0.6), Target("p99_ms", 1 / 2)]
    large = {"batch": 1_000_000, "linger": 20}
    rows = [
        Produce("produce_1k", "produce 1 KB, 6 partitions, acks=all, librdkafka, 1 MB batches",
                "1.5 s/GB; 577 MB/s", half, partitions=6, size=1024, count=2_000_000,
                quick_count=300_000, client={"acks": "all", **large}),
        Produce("produce_100b", "produce 100 B, 1 partition, acks=1, librdkafka, 1 MB batches",
                "2.0 s/GB; 2.4 M records/s", half, partitions=1, size=100, count=10_000_000,
                quick_count=2_000_000, client={"acks": "1", **large}),
        ProduceJava("java_100b", "produce 100 B, acks=1, Java defaults (16 KB batches)",
                    "0.8 us/record; 505 to 549 k records/s", [Target("cpu_us_per_record", 1 / 3)],
                    partitions=1, size=100, count=4_000_000, quick_count=800_000,
                    client={"acks": "1"}),
    ]
    for codec, here in (("none", "1.6"), ("lz4", "1.5"), ("zstd", "2.2")):
        rows.append(ProduceJava(
            f"java_64k_{codec}", f"produce 1 KB, Java, 64 KB batches, {codec}", f"{here} s/GB", half,
            partitions=6, size=1024, count=1_000_000, quick_count=200_000,
            client={"acks": "all", "batch_size": 65536, "linger_ms": 10, "compression_type": codec}))
    return rows + [
        Consume("consume_1k", "consume 1 KB, 1 MB fetches", "0.24 s/GB; 1142 MB/s",
                [Target("cpu_s_per_gb", 1)], partitions=6, size=1024, count=2_000_000,
                quick_count=400_000, batch=1_000_000),
        Consume("consume_100b", "consume 100 B, 1 MB fetches", "0.42 s/GB; 417 MB/s",
                [Target("cpu_s_per_gb", 1)], partitions=1, size=100, count=10_000_000,
                quick_count=2_000_000, batch=1_000_000),
        ConsumeJava("consume_java", "consume 100 B in 16 KB batches through Java",
                    "0.8 to 1.5 s/GB", half, partitions=1, size=100, count=8_000_000,
                    quick_count=1_500_000, batch=16384),
        RoundTrip("roundtrip", "one record end to end, acks=all, librdkafka",
                  "p50 0.25, p99 0.45 to 1.5 ms", latency, partitions=1, size=100, count=20_000,
                  quick_count=3_000, client={"acks": "all", "linger": 0}),
        Rate("rate_20k", "20,000 records/s of 1 KB, no linger, librdkafka",
             "p50 0.37, p99 5, p99.9 15 ms; 23 us/record",
             latency + [Target("p999_ms", 1 / 3), Target("cpu_us_per_record", 1 / 3)],
             partitions=1, size=1024, count=400_000, quick_count=100_000,
             client={"acks": "all", "linger": 0, "rate": 20_000}),
        RateBesideColdReader(
            "rate_cold", "5,000 records/s of 1 KB while a consumer reads 100 MB/s of old data from disk",
            "-", [Target("p99_ms", 1 / 2), Target("p999_ms", 1 / 3)], partitions=1, size=1024,
            count=100_000, quick_count=40_000, client={"acks": "all", "linger": 0, "rate": 5_000}),
        Produce("wide_dealt", "2,000 partitions, 200 B, acks=all, records dealt in turn",
                "1.1 us/record", [Target("cpu_us_per_record", 1 / 3)], partitions=2000, size=200,
                count=4_000_000, quick_count=800_000, client={"acks": "all", "linger": 5}),
        ProduceJava("wide_sticky", "2,000 partitions, 200 B, acks=all, Java sticky",
                    "8 to 31 us/record", [Target("cpu_us_per_record", 1 / 3)], partitions=2000,
                    size=200, count=1_000_000, quick_count=200_000, client={"acks": "all"}),
        *(Compact(f"compact_{codec}",
                  f"compaction of 1.5 M records of 1 KB under 100,000 keys, 16 KB batches, {codec}", "-",
                  [Target("mb_per_s", 1, at_least=True), Target("cpu_s_per_gb", 1 / 2)],
                  size=1024, count=1_500_000, quick_count=200_000,
                  client={"batch": 16_384, "linger": 20, "codec": codec, "filler": "words"})
          for codec in ("none", "lz4")),
        TopicReady("wide_topic", "a topic of 2,000 partitions, until all answer", "6.0 s",
                   [Target("seconds", 0.6, absolute=True)]),
        Idle("idle", "start-up to first answer; idle memory; idle CPU", "2.5 s; 371 MiB; 3.5 %",
             [Target("start_up_ms", 20, absolute=True), Target("idle_memory_mib", 20, absolute=True),
              Target("idle_cpu_percent", 0.1, absolute=True)]),
    ]
