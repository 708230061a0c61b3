"""`barnabas doctor` at Apache Kafka's broker (BARNABAS_TEST_BROKER=kafka), and at ours: it says the same
of both, and raises no alarm where nothing is wrong."""

import json
import shutil
import subprocess

import pytest
from support import broker as brokers
from support import wire
from support.groups import commit, ready
from support.ports import free_port
from support.waiting import wait_until

CHECKS = {"address", "name", "connection", "protocol", "cluster", "controller", "advertised", "limits",
          "versions", "topics", "disks", "clock"}


def doctor(servers, *words):
    """(findings, exit status)"""
    done = subprocess.run([str(brokers.binary()), "doctor", "--bootstrap-server", servers, "--json",
                           *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          check=False)
    assert done.stderr == b"", done
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def of(findings, check):
    return [(one["level"], one["text"]) for one in findings if one["check"] == check]


def disk_is_full(directory):
    """Then doctor says so, whoever's broker it is."""
    usage = shutil.disk_usage(directory)
    return usage.free * 10 < usage.total


def alarms(findings, broker):
    return [one for one in findings if one["level"] != "ok"
            and not (one["check"] == "disks" and disk_is_full(broker.directory))]


def test_a_broker_that_has_just_started(broker):
    findings, status = doctor(broker.bootstrap)
    assert alarms(findings, broker) == [] and status == 0, findings
    assert {one["check"] for one in findings} == CHECKS
    assert of(findings, "protocol") == [("ok", f"{broker.bootstrap} speaks Kafka's")]
    assert "has 1 broker" in of(findings, "cluster")[0][1]
    assert of(findings, "advertised")[0][1].endswith(f"{broker.bootstrap}, as you do")
    assert len(of(findings, "versions")) == 1, findings
    assert str(broker.data) in of(findings, "disks")[0][1]


def test_a_broker_at_work(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders", 3)["errorCode"] == 0
        ready(connection, "readers")
        assert set(commit(connection, "readers", {("orders", 0): 4}).values()) == {0}
    findings, status = doctor(broker.bootstrap)
    assert alarms(findings, broker) == [] and status == 0, findings
    assert "partitions have leaders" in of(findings, "topics")[0][1]
    assert "no broker's clock is seen to be ahead" in of(findings, "clock")[0][1]


def test_what_it_writes_is_gone_afterwards(broker):
    def names():
        with wire.connected(broker) as connection:
            return {topic["name"] for topic in wire.metadata(connection)["topics"]}
    before = names()
    findings, status = doctor(broker.bootstrap, "--write")
    assert alarms(findings, broker) == [] and status == 0, findings
    assert "agree to" in of(findings, "clock")[0][1]
    wait_until(lambda: names() == before, 30, "the topic is gone")


def test_an_advertised_address_that_leads_nowhere(broker_factory):
    port, elsewhere = free_port(), free_port()
    listeners = f"PLAINTEXT://127.0.0.1:{port}"
    advertised = f"PLAINTEXT://127.0.0.1:{elsewhere}"
    broker = broker_factory.make({"listeners": listeners, "advertised.listeners": advertised})
    if brokers.is_kafka():
        controller = free_port()
        broker.overrides |= {
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"{advertised},CONTROLLER://127.0.0.1:{controller}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}"}
    broker.launch()
    broker.host, broker.port = "127.0.0.1", port
    wait_until(broker._answers, 60, "the broker answers")
    findings, status = doctor(f"127.0.0.1:{port}")
    level, text = of(findings, "advertised")[0]
    assert (status, level) == (1, "fail") and f"127.0.0.1:{elsewhere}" in text, findings
    assert "refused" in text and findings[-1]["check"] == "limits", findings
    assert "advertised.listeners" in next(one["advice"] for one in findings
                                          if one["check"] == "advertised")


@pytest.mark.skipif(not brokers.is_kafka(), reason="Barnabas has no controllers apart from brokers")
def test_a_controllers_port(broker):
    findings, status = doctor(f"127.0.0.1:{broker.controller_port}")
    level, text = of(findings, "protocol")[0]
    assert (status, level) == (1, "fail") and "is a controller's port" in text, findings
    assert findings[-1]["check"] == "protocol", findings
