"""`barnabas log check` and `log repair` on what Barnabas and Apache Kafka left."""

import json
import random
import re
import shutil
import subprocess

import pytest
from support import archives, batches, broker as brokers, wire
from support.waiting import wait_until

pytestmark = pytest.mark.own

SEED = 20261126
RECORDS = 1500
MAY_BE_LEFT = {"leftover"}  # by an orderly stop and by a crash: files that only take room


def tool(*arguments):
    """Exit status, standard output, error output."""
    done = subprocess.run([brokers.binary(), "log", *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def found(command, directory, *options):
    """Status, what is told of problems and notes, and the summary."""
    status, out, errors = tool(command, directory, "--json", *options)
    assert errors == "", errors
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["type"] == "summary"
    return status, lines[:-1], lines[-1]


def contents(directory):
    return {str(path.relative_to(directory)): path.read_bytes()
            for path in sorted(directory.rglob("*")) if path.is_file() and path.name != ".lock"}


@pytest.fixture(scope="module", params=archives.NAMES)
def left_by_kafka(request, tmp_path_factory):
    return archives.unpack(request.param, tmp_path_factory.mktemp(request.param))


def test_nothing_is_wrong_in_what_kafka_left(left_by_kafka):
    partitions = batches_read = 0
    for directory in left_by_kafka:
        before = contents(directory)
        status, told, summary = found("check", directory)
        assert status == 0, told
        assert {line["kind"] for line in told} <= MAY_BE_LEFT
        assert summary["stoppedInOrder"] == (directory / ".kafka_cleanshutdown").exists()
        assert contents(directory) == before
        assert not (directory / ".lock").exists() or "crashed" in str(directory)
        partitions += summary["partitions"]
        batches_read += summary["batches"]
    assert partitions > 9 and batches_read > 40


def test_what_kafka_left_is_tidied(left_by_kafka, tmp_path):
    for directory in left_by_kafka:
        copy = tmp_path / directory.name
        shutil.copytree(directory, copy)
        status, told, _ = found("repair", copy, "--dry-run")
        assert status == 0 and contents(copy) == contents(directory)
        status, again, summary = found("repair", copy)
        assert status == 0 and len(again) == len(told) and summary["problemsLeft"] == 0
        assert all(line["mended"] for line in again)
        assert found("check", copy)[1] == []
        gone = set(contents(directory)) - set(contents(copy))
        assert all(".deleted" in name or "-delete/" in name for name in gone)
        assert {name: data for name, data in contents(directory).items() if name not in gone} == \
            contents(copy)


@pytest.fixture
def stopped(broker_factory):
    """A broker that stopped in order, with several segments, codecs and 2 partitions."""
    lot = random.Random(SEED)
    broker = broker_factory.start({"log.segment.bytes": 1 << 20, "log.index.interval.bytes": 512})
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "kept", 2)["errorCode"] == 0
        for number in range(RECORDS // 10):
            codec = ("none", "gzip", "snappy", "lz4", "zstd")[number % 5]
            batch = batches.build([(str(number).encode(), lot.randbytes(4000)) for _ in range(10)],
                                  codec=codec)
            answer = wire.produce(connection, "kept", batch, partition=number % 2)
            assert answer["errorCode"] == 0, answer
    broker.stop()
    return broker


def served(broker):
    with wire.connected(broker) as connection:
        records = []
        for partition in range(2):
            end = wire.end_offset(connection, "kept", partition)
            offset = 0
            while offset < end:
                data = wire.fetch(connection, "kept", partition=partition,
                                  offset=offset)["records"]
                read = [record for record in batches.read_all(data) if record.offset >= offset]
                assert read, f"nothing at {offset} of {end}"
                records += [(partition, record.offset, record.key, record.value)
                            for record in read]
                offset = read[-1].offset + 1
        return records


def test_a_damaged_directory_is_mended_and_serves_the_same(stopped):
    stopped.start()
    expected = served(stopped)
    assert len(expected) == RECORDS
    stopped.stop()
    assert found("check", stopped.data)[:2] == (0, [])

    lot = random.Random(SEED)
    folder = stopped.data / "kept-0"
    logs = sorted(folder.glob("*.log"))
    assert len(logs) > 2
    logs[-1].write_bytes(logs[-1].read_bytes() + lot.randbytes(300))
    logs[0].with_suffix(".index").unlink()
    times = logs[1].with_suffix(".timeindex")
    times.write_bytes(lot.randbytes(len(times.read_bytes())))
    (folder / "leader-epoch-checkpoint").write_text("0\n9\n")
    snapshot = sorted(folder.glob("*.snapshot"))[-1]
    snapshot.write_bytes(snapshot.read_bytes()[:-1] + b"\xff")
    (folder / "00000000000000000000.log.cleaned").write_bytes(b"half")
    (stopped.data / "recovery-point-offset-checkpoint").write_text("0\n1\nkept 0 99999\n")

    damaged = contents(stopped.data)
    status, told, _ = found("check", stopped.data)
    assert status == 1
    assert {line["kind"] for line in told} == {
        "torn-tail", "missing-index", "wrong-index", "broken-epochs", "broken-snapshot",
        "leftover", "checkpoint-beyond-end"}
    status, would, _ = found("repair", stopped.data, "--dry-run")
    assert status == 1 and would == told and contents(stopped.data) == damaged
    status, done, summary = found("repair", stopped.data)
    assert status == 0 and summary["problemsLeft"] == 0
    assert [line["mended"] for line in done] == [True] * len(told)
    assert found("check", stopped.data)[:2] == (0, [])
    stopped.start()
    assert served(stopped) == expected
    stopped.stop()
    assert found("check", stopped.data)[:2] == (0, [])


def test_the_clusters_state_is_looked_into(stopped, tmp_path):
    """cluster.db itself, and what it and the partitions' folders say of each other."""
    def of(change):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(stopped.data, copy)
        change(copy)
        before = contents(copy)
        status, told, _ = found("check", copy)
        assert contents(copy) == before
        return status, [(line["kind"], line["path"].removeprefix(f"{copy}/"), line["sentence"])
                        for line in told]

    def spoil(copy):
        with (copy / "cluster.db").open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)

    status, [(kind, path, sentence)] = of(spoil)
    assert (status, kind, path) == (1, "broken-cluster-state", "cluster.db"), sentence
    assert "from a copy of the directory" in sentence

    status, [(kind, path, sentence)] = of(
        lambda copy: (copy / "cluster.db").write_bytes(b"no database" * 1000))
    assert (status, kind, path) == (1, "broken-cluster-state", "cluster.db"), sentence

    status, told = of(lambda copy: (copy / "kept-1").rename(copy / "kept-7"))
    assert status == 0 and [line[:2] for line in told] == [
        ("note", "kept-7"), ("note", "cluster.db")], told
    assert told[0][2].startswith("is in no topic of the cluster")
    assert told[1][2].startswith("has 1 partitions without a folder here, the first is kept-1")

    def exchange_id(copy):
        other = "AAAAAAAAQjKARVsqayEU9Q"
        (copy / "kept-0" / "partition.metadata").write_text(f"version: 0\ntopic_id: {other}")

    status, [(kind, path, sentence)] = of(exchange_id)
    assert (status, kind, path) == (1, "other-topic", "kept-0"), sentence
    assert of(lambda copy: (copy / "cluster.db").unlink())[1] == [], "as in Kafka's directories"


def test_what_cannot_be_mended_is_left_and_told(stopped):
    log = sorted((stopped.data / "kept-1").glob("*.log"))[0]
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)
    status, out, _ = tool("repair", stopped.data)
    assert status == 1
    assert "corrupt-batch" in out and "a repair cannot mend this" in out and "another replica" in out
    assert log.read_bytes() == data


def test_a_killed_brokers_directory(broker_factory):
    broker = broker_factory.start({"log.index.interval.bytes": 200})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "killed")
        for _ in range(100):
            wire.produce(connection, "killed", batches.build([(b"k", bytes(100))]))
    broker.kill()
    status, told, summary = found("check", broker.data)
    assert not summary["stoppedInOrder"] and status == 0, told
    broker.start()
    broker.stop()
    assert found("check", broker.data)[0] == 0


COMPACTING = {"log.cleaner.backoff.ms": 50, "log.initial.task.delay.ms": 0,
              "log.retention.check.interval.ms": 200}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_compacted_topic(broker_factory, end):
    """Batches with gaps, indexes written anew, segments put together: nothing of it is wrong."""
    broker = broker_factory.start(COMPACTING)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "compacted", configs={
            "cleanup.policy": "compact", "internal.segment.bytes": "65536",
            "min.cleanable.dirty.ratio": "0.1"})
        for n in range(200):
            pairs = [(b"key %d" % k, b"%d" % n + bytes(100)) for k in range(40)]
            codec = ("none", "zstd")[n % 2]
            wire.produce(connection, "compacted", batches.build(pairs, codec=codec))
        checkpoint = broker.data / "cleaner-offset-checkpoint"
        wait_until(lambda: checkpoint.exists() and "compacted 0" in checkpoint.read_text(), 60,
                   "the topic is compacted")
    broker.stop() if end == "stop" else broker.kill()
    _, told, summary = found("check", broker.data)
    assert [line for line in told if line["type"] == "problem"] == []
    assert {line["kind"] for line in told} <= {"leftover", "note"}
    assert summary["batches"] < 200
    assert found("repair", broker.data)[0] == 0
    broker.start()
    with wire.connected(broker) as connection:
        assert wire.end_offset(connection, "compacted") == 200 * 40


def test_a_running_broker_keeps_the_tools_out(broker_factory):
    broker = broker_factory.start()
    for command in ("check", "repair"):
        status, out, errors = tool(command, broker.data)
        assert status == 2 and out == ""
        assert re.search(r"is used by a running broker: stop it first", errors)
    broker.stop()
    assert tool("check", broker.data)[0] == 0


def test_directories_that_are_none(tmp_path):
    for path, why in [(tmp_path, "is no log directory"), (tmp_path / "none", "is no directory")]:
        for command in ("check", "repair"):
            status, _, errors = tool(command, path)
            assert status == 2 and str(path) in errors and why in errors
    assert list(tmp_path.iterdir()) == []
    assert tool("check")[0] == 1


@pytest.mark.parametrize(("name", "text"), [
    ("meta.properties", "version=2\nnode.id=1\n"),
    ("recovery-point-offset-checkpoint", "1\n0\n"),
    ("kept-0/partition.metadata", "version: 1\ntopic_id: aJRHiaPnQjK_RVsqayEU9Q"),
])
def test_a_newer_directory_is_refused(stopped, name, text):
    """By the tools, and by a broker that starts; nothing is changed."""
    (stopped.data / name).write_text(text)
    before = {path: data for path, data in contents(stopped.data).items()
              if not path.startswith("cluster.db")}
    for command in ("check", "repair"):
        status, _, errors = tool(command, stopped.data)
        assert status == 2 and name in errors and "ewer broker" in errors, errors
    stopped.launch()
    assert stopped.wait(30) == 1
    assert name in stopped.tail() and "ewer broker" in stopped.tail()
    after = contents(stopped.data)
    before.pop(".kafka_cleanshutdown")  # gone as soon as a start looks at the logs
    assert {path: after[path] for path in before} == before
    if name != "kept-0/partition.metadata":
        assert ".kafka_cleanshutdown" in after


def test_a_partition_of_a_newer_format_is_offline(stopped):
    (stopped.data / "kept-0" / "leader-epoch-checkpoint").write_text("1\n0\n")
    stopped.start()
    with wire.connected(stopped) as connection:
        assert wire.fetch(connection, "kept", partition=0)["errorCode"] != 0
        assert wire.fetch(connection, "kept", partition=1)["errorCode"] == 0
    stopped.stop()
    assert "newer broker" in stopped.log()
    assert (stopped.data / "kept-0" / "leader-epoch-checkpoint").read_text() == "1\n0\n"
