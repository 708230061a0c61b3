"""`barnabas doctor`: what is wrong on the way to a cluster and in it."""

import json
import socket
import subprocess
import threading

import pytest
from support import broker as brokers
from support import wire
from support.ports import free_port
from support.waiting import wait_until

pytestmark = pytest.mark.own


def doctor(servers, *words):
    done = subprocess.run([str(brokers.binary()), "doctor", "--bootstrap-server", servers, "--json",
                           "--timeout-ms", "1000", *words], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    assert done.stderr == b"", done
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (1 if any(f["level"] == "fail" for f in findings) else 0), done
    assert all("advice" in f for f in findings if f["level"] != "ok"), findings
    return findings


def of(findings, check):
    return [(f["level"], f["text"]) for f in findings if f["check"] == check]


def answers(port):
    try:
        with wire.Connection(("127.0.0.1", port), deadline_s=5) as connection:
            return bool(connection.call("Metadata", 1, topics=[])["brokers"])
    except (OSError, wire.Closed):
        return False


def test_a_healthy_broker(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders", 3)["errorCode"] == 0
    findings = doctor(broker.bootstrap)
    assert {f["level"] for f in findings} == {"ok"}, findings
    assert {f["check"] for f in findings} == {
        "address", "name", "connection", "protocol", "cluster", "controller", "advertised", "limits",
        "versions", "topics", "disks", "clock"}
    written = of(doctor(broker.bootstrap, "--write"), "clock")
    assert written[0][0] == "ok" and "agree to" in written[0][1], written
    with wire.connected(broker) as connection:
        names = [topic["name"] for topic in wire.metadata(connection)["topics"]]
    assert names == ["orders"]
    text = subprocess.run([str(brokers.binary()), "doctor", "--bootstrap-server", broker.bootstrap],
                          capture_output=True, text=True, check=True).stdout
    assert text.startswith("ok    address")


def test_an_advertised_address_that_leads_nowhere(broker_factory):
    for advertised, part in ((f"127.0.0.1:{free_port()}", "refused"),
                             ("no-such-host.invalid:9092", "does not know")):
        port = free_port()
        broker = broker_factory.make({"listeners": f"PLAINTEXT://127.0.0.1:{port}",
                                      "advertised.listeners": f"PLAINTEXT://{advertised}"})
        broker.launch()
        wait_until(lambda port=port: answers(port), 30, "the broker answers")
        told = of(doctor(f"127.0.0.1:{port}"), "advertised")
        assert told[0][0] == "fail" and advertised in told[0][1] and part in told[0][1], told


class Impostor:
    """Listens, and answers whatever comes with the same bytes; none: closes."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                connection.recv(1000)
                if self.answer:
                    connection.sendall(self.answer)


@pytest.mark.parametrize("answer, part", [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "its protocol is HTTP"),
    (b"\x15\x03\x03\x00\x02\x02\x0a", "speaks TLS"),
    (b"SSH-2.0-x\r\n", "its protocol is SSH"),
    (b"hello", "nobody here knows"), (b"", "closes the connection upon")])
def test_another_program_has_the_port(answer, part):
    with Impostor(answer) as address:
        findings = doctor(address)
    assert of(findings, "connection")[0][0] == "ok"
    level, text = of(findings, "protocol")[0]
    assert level == "fail" and part in text, findings
    assert findings[-1]["check"] == "protocol"


def test_the_way_to_nobody():
    for servers, check in (("127.0.0.1", "address"), ("no-such-host.invalid:9092", "name"),
                           (f"127.0.0.1:{free_port()}", "connection")):
        findings = doctor(servers)
        assert findings[-1]["check"] == check and findings[-1]["level"] == "fail", findings
