"""`barnabas cat` beside the real kcat on the same broker: what both print, and what either sends."""

import json
import signal
import subprocess
import time

import pytest
from support import batches, programs, wire
from support import broker as brokers
from support.waiting import wait_until

HEADERS = [("trace", b"1"), ("empty", b""), ("null", None)]
NOW_MS = 1_700_000_000_000
RECORDS = [batches.Record(b"k%d" % n if n % 3 else None, b"value %d" % n, HEADERS[:n % 4])
           for n in range(40)]
ODD = [batches.Record(b"", b"", []), batches.Record(None, None, []),
       batches.Record(b'q"\\', b"tab\there\x01 \xc3\xa9\n", [("h", b"x")])]
NUMBERS = [batches.Record(n.to_bytes(4, "big", signed=True), n.to_bytes(8, "big", signed=True) + b"!")
           for n in (-5, 0, 7)]


def words(broker, *arguments):
    return ["-b", broker.bootstrap, *map(str, arguments)]


def run(program, broker, *arguments, stdin=b""):
    """Output as bytes, and the status; -q is left to the caller."""
    done = subprocess.run([*program, *words(broker, *arguments)], input=stdin, capture_output=True,
                          timeout=60, check=False)
    return done


def kcat(broker, *arguments, stdin=b""):
    return run(["kcat"], broker, *arguments, stdin=stdin)


def ours(broker, *arguments, stdin=b""):
    return run([str(brokers.binary()), "cat"], broker, *arguments, stdin=stdin)


def same(broker, *arguments, ordered=True):
    """Both print the same and end alike; returns what."""
    theirs, mine = kcat(broker, *arguments), ours(broker, *arguments)
    one, other = theirs.stdout, mine.stdout
    if not ordered:
        one, other = sorted(one.splitlines()), sorted(other.splitlines())
    assert other == one, (theirs, mine)
    assert mine.returncode == theirs.returncode, (theirs, mine)
    return theirs.stdout


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("cat"))
    # The records are old: nobody deletes them.
    broker = factory.start({"group.initial.rebalance.delay.ms": "0", "log.retention.ms": "-1"})
    with wire.connected(broker) as connection:
        for topic, partitions in {"one": 1, "three": 3, "odd": 1, "numbers": 1, "none": 2}.items():
            assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
        for n, record in enumerate(RECORDS):
            for topic, partition in (("one", 0), ("three", n % 3)):
                batch = batches.build([record], timestamp=NOW_MS + n * 1000)
                assert wire.produce(connection, topic, batch, partition)["errorCode"] == 0
        for topic, some in (("odd", ODD), ("numbers", NUMBERS)):
            batch = batches.build(some, timestamp=NOW_MS)
            assert wire.produce(connection, topic, batch)["errorCode"] == 0
    yield broker
    factory.close()


FORMATS = [r"%t/%p/%o %T %k=%s\n", r"%K %S %h|%%\n", r"\x41\t%s\x0a", r"%R%s"]


@pytest.mark.parametrize("format_string", FORMATS)
@pytest.mark.parametrize("topic", ["one", "odd"])
def test_records_by_a_format(broker, topic, format_string):
    assert same(broker, "-C", "-t", topic, "-e", "-q", "-f", format_string)
    same(broker, "-C", "-t", topic, "-e", "-q", "-Z", "-f", format_string)


def test_records_without_a_format(broker):
    same(broker, "-C", "-t", "one", "-e", "-q")
    same(broker, "-C", "-t", "odd", "-e", "-q", "-K", "\\t", "-D", ";\\n")
    same(broker, "-C", "-t", "odd", "-e", "-q", "-K", ":", "-Z")
    same(broker, "-C", "-t", "three", "-e", "-q", "-K:", ordered=False)
    same(broker, "-C", "-t", "three", "-p", 1, "-eq")
    assert same(broker, "-C", "-t", "none", "-e", "-q") == b""


@pytest.mark.parametrize("offset", [
    ["-o", "beginning"], ["-o", "end"], ["-o", "5"], ["-o", "-3"], ["-o", "-1000"],
    ["-o", f"s@{NOW_MS + 10_000}"], ["-o", f"s@{NOW_MS * 2}"],
    ["-o", f"s@{NOW_MS + 10_000}", "-o", f"e@{NOW_MS + 20_000}"], ["-c", "4"],
    ["-o", "7", "-c", "2"]])
def test_offsets_times_and_counts(broker, offset):
    same(broker, "-C", "-t", "one", "-e", "-q", "-f", r"%o %T\n", *offset)


def test_a_stop_time_ends_by_itself(broker):
    said = same(broker, "-C", "-t", "one", "-q", "-f", r"%o\n", "-o", f"e@{NOW_MS + 5_000}")
    assert said == b"0\n1\n2\n3\n4\n"


def test_json_lines(broker):
    same(broker, "-C", "-t", "one", "-e", "-q", "-J")
    for line in ours(broker, "-C", "-t", "odd", "-e", "-q", "-J").stdout.splitlines():
        assert json.loads(line)["topic"] == "odd"


def test_numbers(broker):
    assert same(broker, "-C", "-t", "numbers", "-e", "-q", "-s", "key=i$", "-s", "value=q c",
                "-f", r"%k:%s\n") == b"-5:-5 !\n0:0 !\n7:7 !\n"
    theirs, mine = (run(broker, "-C", "-t", "numbers", "-e", "-q", "-s", "key=q", "-f", r"%k\n")
                    for run in (kcat, ours))
    assert (mine.returncode, mine.stdout) == (theirs.returncode, theirs.stdout)
    assert b"key truncated, expected 8 bytes to unpack q but only 4 bytes remaining" in mine.stderr
    both = [run(broker, "-C", "-t", "numbers", "-e", "-q", "-E", "-s", "key=q", "-f", r"%o %k\n")
            for run in (kcat, ours)]
    assert both[0].stdout == both[1].stdout and both[1].returncode == both[0].returncode == 0


def test_metadata(broker):
    def told(program, *arguments):
        first, *rest = program(broker, "-L", *arguments).stdout.decode().splitlines()
        return first.split(" (from ")[0], sorted(rest)
    for arguments in ([], ["-t", "three"]):
        assert told(ours, *arguments) == told(kcat, *arguments)
    # kcat creates what it is asked about: ours looks.
    assert '  topic "nothing" with 0 partitions: Broker: Unknown topic or partition' in told(
        ours, "-t", "nothing")[1]
    theirs, mine = (json.loads(run(broker, "-L", "-J").stdout) for run in (kcat, ours))
    for one in (theirs, mine):
        one["topics"].sort(key=lambda topic: topic["topic"])
        del one["originating_broker"]
    assert mine == theirs


def test_offsets_of_times(broker):
    asked = ["-t", f"one:0:{NOW_MS + 10_000}", "-t", f"three:2:{NOW_MS}", "-t", "one:0:0"][:4]
    assert same(broker, "-Q", *asked) == b"one [0] offset 10\nthree [2] offset 0\n"
    theirs, mine = (json.loads(run(broker, "-Q", "-J", *asked).stdout) for run in (kcat, ours))
    assert mine == theirs
    assert ours(broker, "-Q", "-t", "nothing:0:0").returncode == 1


def stored(broker, topic):
    """All that a topic of one partition holds, as kcat tells it."""
    return kcat(broker, "-C", "-t", topic, "-e", "-q", "-Z", "-f", r"%K %S %h %k %s\n").stdout


@pytest.mark.parametrize("arguments, sent", [
    ([], b"a\nb\n\nc"), (["-K:"], b"k:v\nnone\n:v\nk:\n"), (["-K:", "-Z"], b"k:v\n:v\nk:\n"),
    (["-D", ";;", "-K", "=>"], b"k=>v;;l=>w\n;;"), (["-k", "fixed"], b"a\nb\n"),
    (["-K:", "-k", "fixed"], b"k:v\nnone\n"), (["-H", "a=b", "-H", "c", "-H", "d="], b"x\n"),
    (["-z", "zstd"], b"z\n" * 1000), (["-c", "2"], b"1\n2\n3\n"), (["-p", "0"], b"p\n")])
def test_what_is_sent_is_what_kcat_sends(broker, arguments, sent):
    topics = [f"sent-{time.time_ns()}-{who}" for who in ("kcat", "ours")]
    for topic, program in zip(topics, (kcat, ours), strict=True):
        done = program(broker, "-P", "-t", topic, "-q", *arguments, stdin=sent)
        assert (done.returncode, done.stderr) == (0, b""), done
    assert stored(broker, topics[1]) == stored(broker, topics[0]) != b""


def test_files_and_lines(broker, tmp_path):
    paths = [tmp_path / name for name in ("a", "b", "empty")]
    paths[0].write_bytes(b"one\ntwo\n")
    paths[1].write_bytes(b"three")
    paths[2].write_bytes(b"")
    for arguments in ([*paths], ["-l", paths[0]], [paths[0], tmp_path / "gone"]):
        topics = [f"files-{time.time_ns()}-{who}" for who in ("kcat", "ours")]
        done = [program(broker, "-P", "-t", topic, "-q", *arguments)
                for topic, program in zip(topics, (kcat, ours), strict=True)]
        assert done[0].returncode == done[1].returncode == 0, done
        assert stored(broker, topics[1]) == stored(broker, topics[0])
    assert kcat(broker, "-P", "-q", "-t", "files", tmp_path / "gone").returncode == 1
    assert ours(broker, "-P", "-q", "-t", "files", tmp_path / "gone").returncode == 1


def test_tee(broker):
    both = [run(broker, "-P", "-t", "tee", "-T", "-q", "-K:", stdin=b"k:v\nl:w\n").stdout
            for run in (kcat, ours)]
    assert both[0] == both[1] == b"k:vl:w"


def copy_of(broker, topic, out, back):
    """What a topic prints in one way is sent to another and compared with kcat's eyes."""
    target = f"copy-{time.time_ns()}"
    printed = ours(broker, "-C", "-t", topic, "-e", "-q", *out).stdout
    done = ours(broker, "-P", "-t", target, "-q", *back, stdin=printed)
    assert (done.returncode, done.stderr) == (0, b""), done
    shown = r"%T %K %S %h %k %s\n"
    both = [kcat(broker, "-C", "-t", name, "-e", "-q", "-f", shown).stdout
            for name in (topic, target)]
    return both


def test_json_lines_go_in_again(broker):
    for topic in ("one", "odd", "numbers"):
        before, after = copy_of(broker, topic, ["-J"], ["--json-in"])
        assert after == before != b""


def test_formats_are_read_back(broker):
    before, after = copy_of(broker, "numbers", ["-f", r"%T %K %k%S %s"], ["-f", r"%T %K %k%S %s"])
    assert after == before
    target = f"packed-{time.time_ns()}"
    done = ours(broker, "-P", "-t", target, "-q", "-f", r"%k=%s\n", "-s", "key=i", "-s",
                "value=q c", stdin=b"-5=-5 !\n0=0 !\n7=7 !\n")
    assert done.returncode == 0, done
    assert stored(broker, target) == stored(broker, "numbers")


def test_wrong_input_is_named(broker):
    done = ours(broker, "-P", "-t", "wrong", "-q", "--json-in", stdin=b'{"payload":"a"}\n{"pay":1}\n')
    assert done.returncode == 1
    assert b"record 2 of the input: a record has no 'pay'" in done.stderr
    done = ours(broker, "-P", "-t", "wrong", "-q", "-E", "--json-in",
                stdin=b'nonsense\n{"payload":"b"}\n')
    assert done.returncode == 1 and b"record 1 of the input" in done.stderr
    assert stored(broker, "wrong") == b"-1 1  NULL a\n-1 1  NULL b\n"


def test_a_transaction_is_all_or_nothing(broker):
    words = ["-P", "-t", "transacted", "-X", "transactional.id=cat"]
    done = ours(broker, *words, stdin=b"a\nb\n")
    assert done.returncode == 0 and b"% Transaction successfully committed" in done.stderr, done
    assert kcat(broker, "-C", "-t", "transacted", "-e", "-q").stdout == b"a\nb\n"


def test_a_signal_aborts_the_transaction(broker):
    command = [str(brokers.binary()), "cat", *words(broker, "-P", "-t", "aborted", "-vv", "-X",
                                                    "transactional.id=stopped")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        process.stdin.write(b"a\n")
        process.stdin.flush()
        assert any(b"delivered" in line for line in iter(process.stderr.readline, b""))
        process.send_signal(signal.SIGTERM)
        assert b"% Aborting transaction" in process.stderr.read()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.stdin.close()
        process.stderr.close()
    assert kcat(broker, "-C", "-t", "aborted", "-e", "-q").stdout == b""


def test_librdkafkas_names_and_wrong_ones(broker):
    done = ours(broker, "-C", "-t", "one", "-e", "-q", "-X", "fetch.wait.max.ms=10", "-X",
                "topic.auto.offset.reset=earliest")
    assert done.returncode == 0 and done.stdout.count(b"\n") == len(RECORDS), done
    done = ours(broker, "-C", "-t", "one", "-e", "-X", "fetch.min.byte=1")
    assert done.returncode == 1 and b"fetch.min.bytes" in done.stderr
    done = ours(broker, "-C", "-t", "missing", "-e")
    assert done.returncode == kcat(broker, "-C", "-t", "missing", "-e").returncode == 1
    assert b"missing" in done.stderr


def group_reader(broker, tmp_path, name, *arguments):
    command = [str(brokers.binary()), "cat", *words(broker, *arguments)]
    return programs.Program(command, tmp_path, name)


def test_a_group_shares_partitions_and_goes_on_where_it_left_off(broker, tmp_path):
    first = ours(broker, "-G", "readers", "-X", "auto.offset.reset=earliest", "-c", "10", "-f",
                 r"%p %o\n", "three")
    assert first.returncode == 0 and b"% Group readers rebalanced" in first.stderr, first
    second = ours(broker, "-G", "readers", "-e", "-q", "-f", r"%p %o\n", "three")
    lines = first.stdout.splitlines() + second.stdout.splitlines()
    assert len(first.stdout.splitlines()) == 10 and len(set(lines)) == len(lines) == len(RECORDS)
    # kcat is another member of the same group: both speak the same assignors.
    with group_reader(broker, tmp_path, "ours", "-u", "-G", "both", "three") as mine:
        theirs = programs.Program(["kcat", "-u", *words(broker, "-G", "both", "three")], tmp_path,
                                  "theirs")
        with theirs:
            wait_until(lambda: _assigned(mine) and _assigned(theirs) and
                       _assigned(mine) | _assigned(theirs) == {0, 1, 2} and
                       not _assigned(mine) & _assigned(theirs), 30, "both have partitions")
            assert theirs.stop() == 0
        assert mine.stop() == 0


def _assigned(program):
    lines = [line for line in program.lines() if "): assigned: " in line or "): revoked: " in line]
    if not lines or "): revoked: " in lines[-1]:
        return set()
    return {int(part.split("]")[0]) for part in lines[-1].split("[")[1:]}


def test_it_follows_what_comes_and_a_signal_ends_it(broker, tmp_path):
    with group_reader(broker, tmp_path, "tail", "-C", "-t", "followed", "-q", "-u") as reader:
        assert reader.wait() == 1  # no such topic
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "followed")["errorCode"] == 0
    with group_reader(broker, tmp_path, "tail", "-C", "-t", "followed", "-q", "-u") as reader:
        for text in ("first", "second"):
            assert ours(broker, "-P", "-t", "followed", "-q", stdin=text.encode()).returncode == 0
            wait_until(lambda text=text: reader.lines()[-1:] == [text], 20, f"{text} is printed")
        assert reader.stop() == 0
