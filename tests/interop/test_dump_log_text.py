"""`barnabas dump-log` prints what Apache Kafka's kafka-dump-log prints, line by line."""

import json
import os
import struct
import subprocess

import pytest
from support import archives, batches, broker, kafka_tools, vectors

TOOL = "kafka-dump-log"
TIMESTAMP = 1_767_225_600_000


def blocks(errors):
    """Error output by its headings: Kafka's order of files is that of a hash table."""
    found = []
    for line in errors.decode().splitlines():
        if line.startswith((" ", "Indexed")):
            found[-1].append(line)
        else:
            found.append([line])
    return sorted(found)


def compare(*arguments, expect=None):
    """Runs both and returns what they print; `expect` has to be in it."""
    theirs = kafka_tools.run_apart(TOOL, *arguments)
    ours = kafka_tools.run_ours(TOOL, *arguments)
    assert ours[1].decode(errors="replace").splitlines() == \
        theirs[1].decode(errors="replace").splitlines()
    assert ours[1] == theirs[1]
    assert ours[0] == theirs[0], theirs[2].decode() + ours[2].decode()
    if theirs[0] == 0:
        assert blocks(ours[2]) == blocks(theirs[2])
    else:
        assert ours[2].startswith(b"barnabas dump-log: ") and ours[2].count(b"\n") == 1
    if expect is not None:
        assert expect.encode() in theirs[1] + theirs[2]
    return theirs[1].decode() + theirs[2].decode()


def joined(files):
    files = sorted(map(str, files))
    assert files
    return ",".join(files)


@pytest.fixture(scope="module", params=archives.NAMES)
def left_by_kafka(request, tmp_path_factory):
    return archives.unpack(request.param, tmp_path_factory.mktemp(request.param))


def can_be_dumped(path):
    """An index that is preallocated beside an empty log ends Kafka's tool."""
    return path.suffix != ".index" or path.stat().st_size == 0 or \
        path.with_suffix(".log").stat().st_size > 0


def folders(directories, topic):
    return [path for directory in directories for path in sorted(directory.glob(f"{topic}-*"))
            if not path.name.endswith("-delete")]


def test_what_kafka_left(left_by_kafka):
    everything = [path for directory in left_by_kafka for path in directory.glob("*/*")]
    logs = [path for path in everything if path.suffix == ".log"]
    compare("--files", joined(logs))
    deep = compare("--deep-iteration", "--print-data-log", "--files", joined(logs))
    assert "endTxnMarker: ABORT" in deep and "compresscodec: zstd" in deep
    compare("--print-data-log", "--skip-record-metadata", "--files", joined(logs))
    compare("--max-bytes", "10000", "--deep-iteration", "--files", joined(logs))
    beside = [path for path in everything
              if path.suffix in (".index", ".timeindex", ".txnindex", ".snapshot")]
    said = compare("--files", joined(filter(can_be_dumped, beside)))
    assert "timestamp: " in said and "lastStableOffset: " in said
    compare("--verify-index-only", "--files", joined(filter(can_be_dumped, beside)))
    for path in sorted(beside):
        if not can_be_dumped(path):
            compare("--files", path)
            break


@pytest.mark.parametrize("option", ["--index-sanity-check", "--verify-index-only"])
def test_each_index_that_kafka_left_alone(left_by_kafka, option):
    """One by one, as an index that is not sane ends the tool."""
    for path in sorted(path for folder in folders(left_by_kafka, "transactional")
                       for path in folder.glob("*index") if path.suffix != ".txnindex"):
        compare(option, "--files", path)


def test_what_kafka_keeps_in_its_own_topics(left_by_kafka):
    for topic, option in [("__consumer_offsets", "--offsets-decoder"),
                          ("__transaction_state", "--transaction-log-decoder")]:
        logs = [log for folder in folders(left_by_kafka, topic) for log in folder.glob("*.log")]
        assert '"data":{' in compare(option, "--files", joined(logs))
    for folder in folders(left_by_kafka, "__cluster_metadata"):
        files = [*folder.glob("*.log"), *folder.glob("*.checkpoint")]
        said = compare("--cluster-metadata-decoder", "--files", joined(files))
        assert '"type":"TOPIC_RECORD"' in said and "LeaderChange: " in said
        assert "SnapshotHeader " in said and "SnapshotFooter " in said


def write_log(folder, records, name="00000000000000000000.log"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(b"".join(
        batches.build([record], base_offset=offset, timestamp=TIMESTAMP)
        for offset, record in enumerate(records)))
    return path


FAMILIES = {"group": "--offsets-decoder", "transaction": "--transaction-log-decoder",
            "share": "--share-group-state-decoder"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_record_of_the_coordinators(tmp_path, family):
    """Every vector: keys with a tombstone, values behind the first key of their kind."""
    lines = [line for line in vectors.lines("coordinator-records") if line["family"] == family]
    keys = {}
    for line in lines:
        if line["part"] == "key":
            keys.setdefault(line["id"], bytes.fromhex(line["hex"]))
    records = []
    for line in lines:
        content = bytes.fromhex(line["hex"])
        records.append((content, None) if line["part"] == "key" else (keys[line["id"]], content))
    records.append((struct.pack(">h", 4711) + b"?", b"unknown"))
    said = compare(FAMILIES[family], "--files", write_log(tmp_path, records),
                   expect="Unknown record type 4711")
    assert said.count('"version":"') == sum(line["part"] == "value" for line in lines)
    assert "<DELETE>" in said


def test_members_of_a_classic_group(tmp_path):
    """Their subscriptions and assignments are shown unfolded."""
    def text(value):
        return struct.pack(">h", len(value)) + value.encode()

    def sized(value):
        return struct.pack(">i", len(value)) + value

    topics = struct.pack(">i", 2) + text("a") + text("b")
    subscription = struct.pack(">h", 1) + topics + sized(b"user") + struct.pack(">i", 0)
    assignment = struct.pack(">hi", 0, 1) + text("a") + struct.pack(">ii", 1, 0) + sized(b"")
    member = text("m-1") + text("instance") + text("client") + text("/127.0.0.1") + \
        struct.pack(">ii", 3000, 1000) + sized(subscription) + sized(assignment)
    broken = text("m-2") + text("i") + text("c") + text("h") + struct.pack(">ii", 1, 1) + \
        sized(b"\x00") + sized(b"nonsense")
    group = struct.pack(">h", 3) + text("consumer") + struct.pack(">i", 7) + text("range") + \
        text("m-1") + struct.pack(">qi", TIMESTAMP, 2) + member + broken
    record = (struct.pack(">h", 2) + text("group"), group)
    said = compare("--offsets-decoder", "--files", write_log(tmp_path, [record]))
    assert '"subscription":{"topics":["a","b"]' in said


def test_every_record_of_the_metadata_log(tmp_path):
    records = [(None, bytes.fromhex(line["hex"])) for line in vectors.lines("metadata-records")
               if line["family"] == "metadata"]
    said = compare("--cluster-metadata-decoder", "--files", write_log(tmp_path, records))
    assert said.count('"data":{') == len(records)


def test_records_of_remote_storage(tmp_path):
    records = [(None, bytes.fromhex(line["hex"])) for line in vectors.lines("metadata-records")
               if line["family"] == "remote-log-metadata"]
    assert records
    theirs = kafka_tools.run_apart(TOOL, "--remote-log-metadata-decoder", "--files",
                                   write_log(tmp_path, records))
    ours = kafka_tools.run_ours(TOOL, "--remote-log-metadata-decoder", "--files",
                                write_log(tmp_path, records))
    mine, kafkas = ours[1].decode().splitlines(), theirs[1].decode().splitlines()
    assert len(mine) == len(kafkas)
    for left, right in zip(mine, kafkas, strict=True):
        if ", skipping. " in right:  # a state, a size, ... that the class refuses
            assert "payload: RemoteLog" in left or ", skipping. " in left
        else:
            assert left == right
    assert any("RemoteLogSegmentMetadata{" in line for line in kafkas)


CONTROL_TYPES = {"LeaderChangeMessage": 2, "SnapshotHeaderRecord": 3, "SnapshotFooterRecord": 4,
                 "KRaftVersionRecord": 5, "VotersRecord": 6}


def test_every_control_record(tmp_path):
    values = [(type_id, bytes.fromhex(line["body_hex"]))
              for name, type_id in CONTROL_TYPES.items()
              for line in vectors.lines("embedded-records")
              if line["record"] == name and line["version"] == line["json"]["version"] == 0]
    values += [(0, struct.pack(">hi", 0, 7)), (1, struct.pack(">hi", 1, 8)), (9, b"later")]
    log = tmp_path / "00000000000000000000.log"
    log.write_bytes(b"".join(
        batches.build([(struct.pack(">hh", 0, type_id), value)], base_offset=offset,
                      attributes=0x20, timestamp=TIMESTAMP)
        for offset, (type_id, value) in enumerate(values)))
    said = compare("--deep-iteration", "--files", log, expect="controlType: UNKNOWN(9)")
    for part in ("LeaderChange: {", "SnapshotHeader {", "SnapshotFooter {", "KRaftVersion {",
                 "KRaftVoters {", "ABORT coordinatorEpoch: 7", "COMMIT coordinatorEpoch: 8"):
        assert part in said
    compare("--deep-iteration", "--skip-record-metadata", "--files", log)


def test_what_cannot_be_decoded(tmp_path):
    """The sentence is Kafka's up to the reason, which is ours."""
    for option, record in [("--offsets-decoder", (b"\x00", b"v")),
                           ("--transaction-log-decoder", (b"\x00\x00\x00\x01a", b"\x00\x63")),
                           ("--cluster-metadata-decoder", (None, b"\x01\x7f\x00")),
                           ("--remote-log-metadata-decoder", (None, b"\x01\x7f\x00"))]:
        log = write_log(tmp_path, [record])
        theirs, ours = (run(TOOL, option, "--files", log)[1].decode()
                        for run in (kafka_tools.run_apart, kafka_tools.run_ours))
        assert ", skipping. " in theirs
        assert ours.split(", skipping. ")[0] == theirs.split(", skipping. ")[0]
    log = write_log(tmp_path, [(None, b"no key")])
    for run in (kafka_tools.run_apart, kafka_tools.run_ours):
        status, _, errors = run(TOOL, "--offsets-decoder", "--files", log)
        assert status == 1 and b"missing key" in errors


def test_keys_and_values_of_other_kinds(tmp_path):
    package = "org.apache.kafka.tools.api."
    numbers = write_log(tmp_path, [(struct.pack(">i", -5), struct.pack(">q", 1 << 40))])
    compare("--key-decoder-class", package + "IntegerDecoder", "--value-decoder-class",
            package + "LongDecoder", "--files", numbers, expect="key: -5 payload: 1099511627776")
    odd = write_log(tmp_path, [
        ("schlüssel".encode(), b"\xff\xfe\xe2\x82(\xed\xa0\x80"), (None, b""), (b"", None),
        (b"line\nbreak", b"tab\t\x00"),
        batches.Record(b"k", b"v", [("a", b"1"), ("ü,", None), ("", b"")])])
    compare("--print-data-log", "--files", odd)
    compare("--print-data-log", "--skip-record-metadata", "--files", odd)
    compare("--key-decoder-class", "--files", odd)
    status, _, errors = kafka_tools.run_ours(TOOL, "--key-decoder-class", "com.example.Mine",
                                             "--files", odd)
    assert status == 1 and b"com.example.Mine" in errors and b"StringDecoder" in errors


def test_every_batch_that_kafka_can_write(tmp_path):
    """All formats and codecs, each a file."""
    logs = []
    for number, line in enumerate(vectors.lines("record-batches")):
        if all(batch.get("ensure_valid") == "ok" for batch in line["batches"]):
            logs.append(tmp_path / f"{number:020}.log")
            logs[-1].write_bytes(bytes.fromhex(line["hex"]))
    said = compare("--deep-iteration", "--print-data-log", "--files", joined(logs))
    for part in ("magic: 0 ", "magic: 1 ", "magic: 2 ", "isValid: true crc: ", "NoTimestampType",
                 "LogAppendTime", "OptionalLong["):
        assert part in said, part


def test_files_that_are_damaged(tmp_path):
    log = write_log(tmp_path, [(b"k", b"v" * 100)] * 20)
    whole = log.read_bytes()
    size = len(whole) // 20
    index, times = log.with_suffix(".index"), log.with_suffix(".timeindex")
    index.write_bytes(struct.pack(">iiii", 4, 4 * size, 9, 8 * size))
    times.write_bytes(struct.pack(">qiqi", TIMESTAMP, 3, TIMESTAMP, 7) +
                      struct.pack(">qi", TIMESTAMP + 1, 9))
    compare("--files", f"{log},{index},{times}", expect="Index offset: 9, log offset: 8")
    compare("--verify-index-only", "--files", f"{index},{times}", expect="out of order timestamp")
    times.write_bytes(struct.pack(">qi", TIMESTAMP, 3) + struct.pack(">qi", TIMESTAMP, 500))
    compare("--files", times, expect="found log offset: -1")
    log.write_bytes(whole + b"torn")
    compare("--deep-iteration", "--files", log, expect="Found 4 invalid bytes")
    log.write_bytes(whole[:-5])
    compare("--deep-iteration", "--files", log, expect="invalid bytes at the end of")
    compare("--max-bytes", size + 5, "--files", log)
    log.write_bytes(whole[:size] + whole[3 * size:])
    compare("--deep-iteration", "--files", log, expect="0 is followed by 3")
    flipped = bytearray(whole)
    flipped[size + 90] ^= 1
    log.write_bytes(flipped)
    compare("--files", log, expect="isvalid: false")
    compare("--max-message-size", "10", "--files", index)
    for wrong, option in [(b"x" * 9, "--index-sanity-check"),
                          (struct.pack(">ii", 3, 1 << 30), "--files")]:
        index.write_bytes(wrong)
        compare(*(option,) if option != "--files" else (), "--files", index)
    log.write_bytes(bytes(100))
    compare("--files", log)
    snapshot = tmp_path / "00000000000000000007.snapshot"
    snapshot.write_bytes(b"\x00\x01nonsense")
    for run in (kafka_tools.run_apart, kafka_tools.run_ours):
        status, out, errors = run(TOOL, "--files", snapshot)
        assert status == 0 and out.startswith(b"Dumping ") and errors.count(b"\n") == 1
    other = tmp_path / "README.md"
    compare("--files", other, expect="Ignoring unknown file")


def test_files_that_are_not_there(tmp_path):
    compare("--files", tmp_path / "00000000000000000000.log")
    compare("--files", tmp_path / "00000000000000000000.index")
    compare("--files", tmp_path / "nonsense.log")
    for arguments in ([], ["--print-data-log"], ["--nonsense"], ["--max-bytes", "many"]):
        assert kafka_tools.run_ours(TOOL, *arguments)[0] == 1
    assert b'Missing required argument "[files]"' in kafka_tools.run_ours(TOOL)[2]


@pytest.mark.own
def test_it_answers_to_kafkas_name(tmp_path):
    log = write_log(tmp_path, [(b"k", b"v")])
    expected = kafka_tools.run_ours(TOOL, "--print-data-log", "--files", log)
    for name in ("kafka-dump-log", "kafka-dump-log.sh"):
        link = tmp_path / name
        os.symlink(broker.binary(), link)
        done = subprocess.run([link, "--print-data-log", "--files", log], capture_output=True,
                              check=True)
        assert done.stdout == expected[1] and expected[1].count(b"payload: v") == 1
        said = subprocess.run([link, "--version"], capture_output=True, check=True).stdout
        assert said == subprocess.run([broker.binary(), "--version"], capture_output=True,
                                      check=True).stdout


@pytest.mark.own
def test_json_says_the_same(left_by_kafka):
    """One object a line, with the numbers that the text has."""
    files = [path for directory in left_by_kafka for path in directory.glob("*/*")
             if path.suffix in (".log", ".index", ".timeindex", ".txnindex", ".snapshot")
             and can_be_dumped(path)]
    arguments = ["--deep-iteration", "--print-data-log", "--files", joined(files)]
    text = kafka_tools.run_ours(TOOL, *arguments)[1].decode()
    status, out, errors = kafka_tools.run_ours(TOOL, "--json", *arguments)
    assert status == 0 and errors == b""
    lines = [json.loads(line) for line in out.decode().splitlines()]
    kinds = {line["type"] for line in lines}
    assert kinds >= {"file", "log", "batch", "record", "index entry", "time index entry",
                     "aborted transaction"}
    assert [line["offset"] for line in lines if line["type"] == "record"] == \
        [int(line.split()[2]) for line in text.splitlines() if line.startswith("| offset: ")]
    assert sum(line["type"] == "batch" for line in lines) == text.count("\nbaseOffset: ")
    logs = [log for folder in folders(left_by_kafka, "__consumer_offsets")
            for log in folder.glob("*.log")]
    out = kafka_tools.run_ours(TOOL, "--json", "--offsets-decoder", "--files", joined(logs))[1]
    decoded = [json.loads(line) for line in out.decode().splitlines()]
    assert any(isinstance(line.get("key"), dict) and line["key"]["data"] for line in decoded)
