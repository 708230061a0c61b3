"""What our perf tests and verifiable clients do that Kafka's tools do not: the bar on a terminal, a
broker that is away, a reader that is gone."""

import json
import subprocess

import pytest
from support import broker as brokers
from support import tool_server, wire
from support.ports import free_port
from support.programs import Program
from support.terminals import on_a_terminal
from support.waiting import wait_until

pytestmark = pytest.mark.own


def create(broker, topic, partitions=1):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0


def test_bars_are_for_terminals_alone(broker):
    create(broker, "bars")
    writing = ("producer-perf-test", "--bootstrap-server", broker.bootstrap, "--topic", "bars",
               "--num-records", 400, "--record-size", 10, "--throughput", 1000)
    reading = ("consumer-perf-test", "--bootstrap-server", broker.bootstrap, "--topic", "bars",
               "--num-records", 400)
    for words in (writing, reading):
        status, shown = on_a_terminal(*words)
        assert status == 0 and "% of 400" in shown and "\r\033[K" in shown, shown
        last = shown.rstrip().split("\r\033[K")[-1]
        assert "% of" not in last and ", " in last, shown
        said = tool_server.run_ours(words[0], *words[1:])
        assert said.status == 0 and "% of" not in said.out + said.errors, said


def test_a_broker_that_is_away(tmp_path):
    nowhere = f"127.0.0.1:{free_port()}"
    config = tmp_path / "hurry.properties"
    config.write_text("max.block.ms=500\nrequest.timeout.ms=300\ndelivery.timeout.ms=500\nlinger.ms=0\n")
    said = tool_server.run_ours(
        "producer-perf-test", "--bootstrap-server", nowhere, "--topic", "t", "--num-records", 1,
        "--record-size", 10, "--throughput", -1, "--command-config", config)
    assert said.status == 0 and said.out.startswith("0 records sent, "), said
    assert said.errors.startswith("org.apache.kafka.common.errors.TimeoutException: "), said
    said = tool_server.run_ours("verifiable-producer", "--bootstrap-server", nowhere, "--topic", "t",
                                "--max-messages", 1, "--command-config", config)
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["name"] for event in events] == ["startup_complete", "producer_send_error",
                                                   "shutdown_complete", "tool_data"]
    assert (events[-1]["sent"], events[-1]["acked"]) == (1, 0)


def test_a_verifiable_producer_ends_when_nobody_reads(broker):
    create(broker, "unread")
    with subprocess.Popen(
            [str(brokers.binary()), "verifiable-producer", "--bootstrap-server", broker.bootstrap,
             "--topic", "unread", "--throughput", "200"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert json.loads(process.stdout.readline())["name"] == "startup_complete"
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_a_wrong_configuration_is_named(broker):
    for words in (["producer-perf-test", "--topic", "t", "--num-records", 1, "--record-size", 1,
                   "--throughput", -1, "--command-property", "linger.sm=1"],
                  ["consumer-perf-test", "--topic", "t", "--num-records", 1, "--command-property",
                   "linger.sm=1"]):
        said = tool_server.run_ours(words[0], "--bootstrap-server", broker.bootstrap, *words[1:])
        assert said.status == 1 and "linger.sm" in said.errors, said
    said = tool_server.run_ours("producer-perf-test", "--bootstrap-server", broker.bootstrap,
                                "--topic", "t", "--num-records", 1, "--throughput", -1,
                                "--payload-file", "/nowhere/file")
    assert said.status == 1 and "/nowhere/file" in said.errors, said


def test_e2e_latency_gives_each_client_what_it_knows(broker, tmp_path):
    config = tmp_path / "all.properties"
    config.write_text("batch.size=1\nmax.poll.records=1\nretries=5\nclient.id=x\n")
    words = ("--bootstrap-server", broker.bootstrap, "--topic", "each", "--num-records", 3,
             "--producer-acks", 1, "--record-size", 10, "--command-config", config)
    assert tool_server.run_ours("e2e-latency", *words).status == 0
    config.write_text("batch.sise=1\n")
    said = tool_server.run_ours("e2e-latency", *words)
    assert said.status == 1 and "batch.sise" in said.errors


def test_a_consumer_that_is_stopped_leaves_its_group(broker, tmp_path):
    create(broker, "left")
    words = [brokers.binary(), "verifiable-consumer", "--bootstrap-server", broker.bootstrap,
             "--topic", "left", "--group-id", "leavers"]
    with Program(words, tmp_path, "member") as member:
        wait_until(lambda: any("partitions_assigned" in line and '"left"' in line
                               for line in member.lines()), 30, "it has its partition")
        assert member.stop() == 143
        events = [json.loads(line) for line in member.lines()]
    assert [event["name"] for event in events[-3:]] == ["shutdown_requested", "partitions_revoked",
                                                        "shutdown_complete"]
    said = tool_server.run_ours("consumer-groups", "--bootstrap-server", broker.bootstrap, "--list",
                                "--state", "--json")
    assert '"Empty"' in said.out, said


def test_the_tools_are_completed_and_explained():
    for name, option in (("producer-perf-test", "--payload-monotonic"),
                         ("consumer-perf-test", "--show-detailed-stats"),
                         ("e2e-latency", "--record-header-key-size"),
                         ("verifiable-producer", "--repeating-keys"),
                         ("verifiable-consumer", "--group-remote-assignor")):
        said = tool_server.run_ours(name, "--help")
        assert said.status == 0 and option in said.out and f"barnabas {name}" in said.out
        assert f"kafka-{name}" in said.out
        assert option in tool_server.run_ours("completion", "bash").out
