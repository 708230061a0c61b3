"""Apache Kafka's own DumpLogSegments reads what the broker wrote."""

import re

from support import batches, clients, kafka_tools, packages, wire
from support.waiting import wait_until

COMPLAINTS = re.compile(r"mismatch|out of order|not found|corrupt|exception|error|invalid bytes|"
                        r"isvalid: false", re.IGNORECASE)


def dumped(files, *options):
    said = kafka_tools.run("kafka-dump-log", *options, "--files", ",".join(map(str, files)))
    found = [line for line in said.splitlines() if COMPLAINTS.search(line)]
    assert not found, "\n".join(found[:10])
    return said


def test_segments_indexes_and_snapshots(broker_factory, tmp_path):
    """The package index in all codecs, in segments of 1 MiB, after an orderly end."""
    broker = broker_factory.start({"log.segment.bytes": 1 << 20, "log.index.interval.bytes": 1024})
    sent = packages.some_packages(4000)
    codecs = ("none", "gzip", "snappy", "lz4", "zstd")
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "dumped", 2)["errorCode"] == 0
    for codec in codecs:
        clients.JAVA.produce(broker, "dumped", sent, tmp_path, codec=codec)
    with wire.connected(broker) as connection:
        ends = [wire.end_offset(connection, "dumped", partition) for partition in range(2)]
    broker.stop()

    for partition, end in enumerate(ends):
        folder = broker.data / f"dumped-{partition}"
        segments = sorted(folder.glob("*.log"))
        assert len(segments) > 2
        said = dumped(segments, "--deep-iteration")
        offsets = [int(n) for n in re.findall(r"^\| offset: (\d+) ", said, re.MULTILINE)]
        assert offsets == list(range(end))
        used = set(re.findall(r"compresscodec: (\w+)", said))
        assert used == set(codecs)

        indexes = sorted(folder.glob("*.index")) + sorted(folder.glob("*.timeindex"))
        assert len(indexes) == 2 * len(segments)
        dumped(indexes, "--verify-index-only")
        said = dumped(indexes, "--index-sanity-check")
        assert "passed sanity check" in said
        said = dumped(indexes)
        assert len(re.findall(r"^offset: \d+ position: \d+", said, re.MULTILINE)) > len(segments)

        snapshots = sorted(folder.glob("*.snapshot"))
        assert snapshots and snapshots[-1].name == f"{end:020}.snapshot"
        said = dumped(snapshots)
        assert "producerId: " in said


def test_a_directory_after_a_crash_and_a_recovery(broker_factory):
    broker = broker_factory.start({"log.index.interval.bytes": 100})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "crashed")
        for _ in range(200):
            wire.produce(connection, "crashed", batches.build([(b"k", bytes(200))]))
    broker.kill()
    broker.start()
    broker.stop()
    folder = broker.data / "crashed-0"
    said = dumped(sorted(folder.glob("*.log")), "--deep-iteration")
    assert said.count("| offset: ") == 200
    dumped(sorted(folder.glob("*.index")) + sorted(folder.glob("*.timeindex")))


def compacted_up_to(log):
    return max(map(int, re.findall(r": compacted \[\d+, (\d+)\)", log)), default=0)


def test_segments_that_were_compacted(broker_factory):
    broker = broker_factory.start({"log.cleaner.backoff.ms": 50, "log.index.interval.bytes": 512,
                                   "log.segment.delete.delay.ms": 0})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "compacted", configs={
            "cleanup.policy": "compact", "internal.segment.bytes": str(64 << 10),
            "min.cleanable.dirty.ratio": "0.01"})
        for n in range(40):
            for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
                pairs = [(b"key %d %s" % (k, codec.encode()), b"%d " % n + bytes(100))
                         for k in range(20)]
                pairs.append((b"gone %d" % n, None))
                wire.produce(connection, "compacted", batches.build(pairs, codec=codec))
        for _ in range(3):
            wire.produce(connection, "compacted", batches.build([(b"last", bytes(40 << 10))]))
        wait_until(lambda: compacted_up_to(broker.log()) >= 4_000, 60, "it is compacted")
        assert wire.fetch(connection, "compacted")["errorCode"] == 0
    broker.stop()
    folder = broker.data / "compacted-0"
    segments = sorted(folder.glob("*.log"))
    said = dumped(segments, "--deep-iteration")
    offsets = [int(n) for n in re.findall(r"^\| offset: (\d+) ", said, re.MULTILINE)]
    assert offsets == sorted(set(offsets)) and len(offsets) < 2000
    assert re.search(r"deleteHorizonMs: OptionalLong\[\d+\]", said), "tombstones have a horizon"
    indexes = sorted(folder.glob("*.index")) + sorted(folder.glob("*.timeindex"))
    dumped(indexes, "--verify-index-only")
    assert "passed sanity check" in dumped(indexes, "--index-sanity-check")
    assert re.fullmatch(r"0\n1\ncompacted 0 \d+\n",
                        (broker.data / "cleaner-offset-checkpoint").read_text())
