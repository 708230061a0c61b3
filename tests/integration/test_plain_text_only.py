"""Whoever asks for TLS or SASL hears that they are not there yet, and nothing goes out in plain text:
commands before they connect, a broker before it listens."""

import json
import socket
import subprocess

import pytest

from support import broker as brokers
from support import tool_server

pytestmark = pytest.mark.own

TOPIC = ["--topic", "t"]
COMMANDS = {
    "topics": ["--list"],
    "configs": ["--describe", "--entity-type", "topics", "--entity-name", "t"],
    "console-producer": TOPIC,
    "console-consumer": TOPIC,
    "console-share-consumer": TOPIC,
    "consumer-groups": ["--list"],
    "share-groups": ["--list"],
    "get-offsets": TOPIC,
    "delete-records": ["--offset-json-file", "{folder}/offsets.json"],
    "log-dirs": ["--describe"],
    "transactions": ["list"],
    "features": ["describe"],
    "cluster": ["cluster-id"],
    "broker-api-versions": [],
    "leader-election": ["--election-type", "preferred", "--all-topic-partitions"],
    "reassign-partitions": ["--list"],
    "producer-perf-test": [*TOPIC, "--num-records", "1", "--record-size", "1", "--throughput", "-1"],
    "consumer-perf-test": [*TOPIC, "--num-records", "1"],
    "e2e-latency": [*TOPIC, "--num-records", "1", "--producer-acks", "1", "--record-size", "1"],
    "verifiable-producer": [*TOPIC, "--max-messages", "1"],
    "verifiable-consumer": [*TOPIC, "--group-id", "g", "--max-messages", "1"],
    "doctor": [],
}


@pytest.fixture
def nobody():
    """An address where connections come in: there must be none."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        listener.setblocking(False)
        yield "127.0.0.1:%d" % listener.getsockname()[1]
        with pytest.raises(BlockingIOError):
            listener.accept()


def ours(*words):
    done = subprocess.run([str(brokers.binary()), *map(str, words)], input=b"x\n",
                          capture_output=True, timeout=60, check=False)
    return tool_server.Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "doctor"])
def test_commands_refuse_another_protocol(command, nobody, tmp_path):
    config = tmp_path / "client.properties"
    config.write_text("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n")
    (tmp_path / "offsets.json").write_text(json.dumps({"partitions": [], "version": 1}))
    words = [word.format(folder=tmp_path) for word in COMMANDS[command]]
    where = ["--bootstrap-server", nobody, "--command-config", config]
    # `cluster` has its options behind what it shall do, `transactions` and `features` before.
    said = ours(command, *words, *where) if command == "cluster" else ours(command, *where, *words)
    assert said.status != 0, said
    told = said.out + said.errors
    assert "security.protocol cannot be 'SASL_SSL': TLS and SASL are not supported yet" in told, said


def test_doctor_says_it_as_well(nobody, tmp_path):
    config = tmp_path / "client.properties"
    config.write_text("security.protocol=SSL\n")
    said = ours("doctor", "--bootstrap-server", nobody, "--command-config", config)
    assert said.status != 0 and "TLS and SASL are not supported yet" in said.out + said.errors, said


@pytest.mark.parametrize("words", [
    ["-X", "security.protocol=ssl"],
    ["-X", "sasl.jaas.config=PlainLoginModule required;"],
    ["-X", "ssl.truststore.location=/t"]], ids=lambda words: words[1].partition("=")[0])
def test_cat_refuses_it(words, nobody):
    for mode in (["-L"], ["-C", "-t", "t", "-e"], ["-P", "-t", "t"]):
        said = ours("cat", "-b", nobody, *mode, *words)
        assert said.status != 0 and "TLS and SASL are not supported yet" in said.errors, said


@pytest.mark.parametrize("command", ["topics", "console-producer"])
def test_an_address_with_tls_is_refused(command, nobody):
    said = ours(command, "--bootstrap-server", f"SSL://{nobody}", *COMMANDS[command])
    assert said.status != 0, said
    told = said.out + said.errors
    assert f"bootstrap.servers has 'SSL://{nobody}': TLS and SASL are not supported yet" in told, said


@pytest.mark.parametrize("listeners, protocols, says", [
    ("SSL://127.0.0.1:0", None, "SSL is SSL"),
    ("PLAINTEXT://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0", None, "SASL_PLAINTEXT is SASL_PLAINTEXT"),
    ("OUT://127.0.0.1:0", "OUT:SASL_SSL", "OUT is SASL_SSL")])
def test_a_broker_does_not_listen_in_plain_text_instead(listeners, protocols, says, tmp_path):
    words = ["server", "--override", f"log.dirs={tmp_path}/data", "--override", "metrics.listeners=",
             "--override", f"listeners={listeners}"]
    if protocols:
        words += ["--override", f"listener.security.protocol.map={protocols}"]
    said = ours(*words)
    assert said.status != 0 and "listening on" not in said.out, said
    assert f"listeners: {says}, which is not supported yet; only PLAINTEXT is" in said.out + said.errors
    assert not (tmp_path / "data").exists()
