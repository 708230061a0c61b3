"""What Kafka's console tools do not have: JSON, groups that begin at once, outputs that are closed."""

import json
import os
import pty
import subprocess
import time

import pytest
from support import batches, tool_server, wire
from support import broker as brokers
from support.waiting import wait_until

pytestmark = pytest.mark.own

AWAY = "127.0.0.1:1"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """With Kafka's defaults: a classic group waits for 3 s before it begins."""
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("console"))
    broker = factory.start()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders", 2, {  # their time is long ago
            "retention.ms": "-1"})["errorCode"] == 0
        for partition in range(2):
            batch = batches.build([batches.Record(b"k", b"v", [("h", b"x")]),
                                   batches.Record(None, b"\xff", [])], timestamp=1000)
            assert wire.produce(connection, "orders", batch, partition)["errorCode"] == 0
    yield broker
    factory.close()


def run(broker, command, *words, stdin=b""):
    return tool_server.run_ours(command, "--bootstrap-server", broker.bootstrap, *words,
                                stdin=stdin)


def start(broker, command, *words, **options):
    return subprocess.Popen([str(brokers.binary()), command, "--bootstrap-server",
                             broker.bootstrap, *map(str, words)], **options)


def test_a_record_is_a_line_of_json(broker):
    said = run(broker, "console-consumer", "--topic", "orders", "--partition", 0, "--offset", 0,
               "--max-messages", 2, "--json")
    assert said.status == 0 and said.errors == "Processed a total of 2 messages\n"
    first, second = map(json.loads, said.out.splitlines())
    assert first == {"topic": "orders", "partition": 0, "offset": 0, "leaderEpoch": 0,
                     "timestamp": 1000, "timestampType": "CreateTime",
                     "headers": [{"key": "h", "value": "x"}], "key": "k", "value": "v"}
    assert (second["key"], second["valueBase64"], second["headers"]) == (None, "/w==", [])


def test_an_acknowledged_record_is_a_line_of_json(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "told")["errorCode"] == 0
    for words, first in (([], 0), (["--sync"], 2), (["--request-required-acks", 0], -1)):
        said = run(broker, "console-producer", "--topic", "told", "--json", *words, stdin=b"a\nb\n")
        assert (said.status, said.errors) == (0, ""), said
        lines = [json.loads(line) for line in said.out.splitlines()]
        assert [line["offset"] for line in lines] == ([first, first + 1] if first >= 0
                                                      else [-1, -1])
        assert all(set(line) == {"topic", "partition", "offset", "timestamp"} for line in lines)
    # Old names are warned of where no JSON is disturbed.
    said = run(broker, "console-producer", "--topic", "told", "--json", "--property", "a=b")
    assert (said.out, said.status) == ("", 0) and "--property is deprecated" in said.errors


def test_an_acknowledgement_is_told_at_once(broker):
    """Standard input is still open: nothing waits for its end."""
    process = start(broker, "console-producer", "--topic", "live", "--json", "--timeout", 0,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for offset in range(3):
        process.stdin.write(b"x\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["offset"] == offset
    process.stdin.close()
    assert process.wait(60) == 0


def test_a_group_of_ones_own_begins_at_once(broker):
    """It is one of KIP-848, unless somebody asks for another."""
    words = ("--topic", "orders", "--from-beginning", "--max-messages", 4)
    process = start(broker, "console-consumer", *words[:3], stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL)
    process.stdout.readline()
    said = run(broker, "consumer-groups", "--list", "--type")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert "console-consumer-" in said.out and "Consumer" in said.out, said
    said = run(broker, "console-consumer", *words, "--json", "--command-property",
               "group.protocol=classic")
    assert said.status == 0 and said.errors == "Processed a total of 4 messages\n"


def test_a_broker_without_that_protocol_has_a_classic_group(broker_factory):
    broker = broker_factory.start({"group.coordinator.rebalance.protocols": "classic",
                                   "group.initial.rebalance.delay.ms": "0"})
    run(broker, "console-producer", "--topic", "orders", stdin=b"a\nb\n")
    said = run(broker, "console-consumer", "--topic", "orders", "--from-beginning",
               "--max-messages", 2)
    assert (said.status, said.out) == (0, "a\nb\n"), said
    assert said.errors == "Processed a total of 2 messages\n"


def test_an_output_that_is_closed_ends_the_commands(broker):
    reading, writing = os.pipe()
    process = start(broker, "console-consumer", "--topic", "orders", "--from-beginning",
                    stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    os.close(reading)
    errors = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 0, errors
    assert "Unable to write to standard out, closing consumer.\n" in errors
    reading, writing = os.pipe()
    os.close(reading)
    process = start(broker, "console-producer", "--topic", "closed", "--json", "--timeout", 0,
                    stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)

    def ended():
        try:
            process.stdin.write(b"x\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass
        return process.poll() is not None
    wait_until(ended, 60, "the producer ends")
    assert process.returncode == 1
    assert b"Unable to write to standard out" in process.stderr.read()


def test_a_terminal_is_prompted(broker):
    ours, theirs = pty.openpty()
    process = start(broker, "console-producer", "--topic", "typed", stdin=theirs, stdout=theirs,
                    stderr=theirs)
    os.close(theirs)
    assert os.read(ours, 1) == b">"
    os.write(ours, b"one\n\x04")  # the end of the input, as Ctrl-D
    assert process.wait(60) == 0
    assert os.read(ours, 100).replace(b"^D\x08\x08", b"") == b"one\r\n>"
    os.close(ours)
    said = run(broker, "console-consumer", "--topic", "typed", "--from-beginning", "--max-messages",
               1)
    assert said.out == "one\n"


def test_records_that_cannot_be_printed(broker):
    words = ("--topic", "orders", "--partition", 0, "--offset", 0, "--max-messages", 2,
             "--value-deserializer", "LongDeserializer")
    said = run(broker, "console-consumer", *words)
    assert (said.status, said.out) == (1, "")
    assert "Size of data received by LongDeserializer is not 8" in said.errors
    for json_too in ([], ["--json"]):
        said = run(broker, "console-consumer", *words, "--skip-message-on-error", *json_too)
        assert (said.status, said.out) == (0, "")
        assert said.errors.count("skipping this message: ") == 2
        assert said.errors.endswith("Processed a total of 2 messages\n")


def test_mistakes_are_named(broker, tmp_path):
    config = tmp_path / "client.properties"
    config.write_text("fetch.min.byte=1\n")
    for command in ("console-consumer", "console-producer"):
        said = run(broker, command, "--topic", "t", "--command-config", tmp_path / "nowhere")
        assert said.status == 1 and "nowhere" in said.errors
        said = run(broker, command, "--topic", "t", "--command-property", "=1")
        assert said.status == 1 and "'=1' has no name" in said.errors
    said = run(broker, "console-consumer", "--topic", "t", "--command-config", config)
    assert said.status == 1 and "fetch.min.bytes" in said.errors
    said = run(broker, "console-consumer", "--topic", "t", "--formatter", "my.Formatter")
    assert said.status == 1 and "my.Formatter" in said.errors
    said = run(broker, "console-consumer", "--topic", "t", "--from-beginning", "--timeout-ms", 100,
               "--command-property", "value.deserializer=x", "--value-deserializer", "com.Mine")
    assert said.status == 0 and "com.Mine" in said.errors


def test_a_broker_that_is_away_is_told_of():
    words = ("--bootstrap-server", "127.0.0.1:1", "--topic", "t")
    said = tool_server.run_ours("console-producer", *words, "--max-block-ms", 300, stdin=b"x\n")
    assert said.status == 0 and "'t'" in said.errors and "max.block.ms" in said.errors, said
    said = tool_server.run_ours("console-producer", *words, "--max-block-ms", 300, "--sync",
                                stdin=b"x\n")
    assert said.status == 1 and "max.block.ms" in said.errors, said
    said = tool_server.run_ours("console-consumer", *words, "--timeout-ms", 300)
    assert said.status == 0 and said.errors.endswith("Processed a total of 0 messages\n"), said


@pytest.mark.parametrize("words", [
    ["console-consumer", "--topic", "orders"],
    ["console-consumer", "--topic", "orders", "--group", "named"],
    ["console-share-consumer", "--topic", "orders"]])
def test_nobody_waits_for_a_broker_that_was_never_there(words):
    """Neither in silence nor, at the end, for leaving a group that was not joined."""
    began = time.perf_counter()
    said = tool_server.run_ours(words[0], "--bootstrap-server", AWAY, *words[1:], "--timeout-ms", 700)
    assert time.perf_counter() - began < 10, said
    assert (said.status, said.out) == (0, ""), said
    assert said.errors.count(f"WARN no metadata from bootstrap server {AWAY}: ") == 1, said


def test_a_member_of_kcats_tells_of_a_broker_that_is_away(tmp_path):
    errors = tmp_path / "errors"
    with errors.open("wb") as file, subprocess.Popen(
            [str(brokers.binary()), "cat", "-b", AWAY, "-G", "g", "orders"], stderr=file) as member:
        wait_until(lambda: f"% WARNING: no metadata from bootstrap server {AWAY}: " in
                   errors.read_text(), 10, "it tells what is wrong")
        member.terminate()
        member.wait(10)


def test_a_topic_that_cannot_be_is_told_of(broker):
    said = run(broker, "console-consumer", "--topic", "bad/name")
    assert said.status == 0 and "Processed a total of 0 messages" in said.errors, said
    assert "InvalidTopicException" in said.errors and "'bad/name'" in said.errors, said
