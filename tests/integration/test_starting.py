"""`barnabas server`: its file, its options, what it says, where it listens."""

import json
import os
import re
import select
import subprocess
import urllib.error
import urllib.request

import pytest
from support import batches, wire
from support.broker import binary
from support.ports import free_port
from support.waiting import wait_until

pytestmark = pytest.mark.own


def refused(broker, deadline_s=30):
    """Starts a broker that must not start, and returns what it said."""
    broker.launch()
    assert broker.wait(deadline_s) not in (0, None), broker.log()
    assert broker.process.returncode > 0, f"ended by signal {-broker.process.returncode}"
    return broker.log()


def works(broker):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "works")["errorCode"] == 0
        assert wire.produce(connection, "works", batches.build([(b"k", b"v")]))["errorCode"] == 0


def test_kafkas_own_properties_file_is_read(broker_factory, tmp_path):
    """The file that Apache Kafka 4.x ships, with its comments, as it stands but for port and folder."""
    port, data = free_port(), tmp_path / "kraft-combined-logs"
    file = tmp_path / "server.properties"
    file.write_text(f"""
# The role of this server. Setting this puts us in KRaft mode
process.roles=broker,controller
node.id=7
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{free_port()}
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs={data}
num.partitions = 2
num.recovery.threads.per.data.dir=2
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
""")
    broker = broker_factory.make({"listeners": None, "log.dirs": None}, arguments=[str(file)])
    broker.start()
    works(broker)
    with wire.connected(broker) as connection:
        assert [node["nodeId"] for node in wire.metadata(connection)["brokers"]] == [7]
    assert broker.port == port
    assert (data / "meta.properties").exists()


def test_an_override_wins_over_the_file(broker_factory, tmp_path):
    file = tmp_path / "server.properties"
    file.write_text("node.id=7\n")
    broker = broker_factory.start({"node.id": 9}, arguments=[str(file)])
    with wire.connected(broker) as connection:
        assert [node["nodeId"] for node in wire.metadata(connection)["brokers"]] == [9]


def test_an_override_may_stand_before_the_file(broker_factory, tmp_path):
    file = tmp_path / "server.properties"
    file.write_text("node.id=7\nnum.partitions=3\n")
    broker = broker_factory.start(arguments=["--override", "node.id=9", str(file)])
    with wire.connected(broker) as connection:
        assert [node["nodeId"] for node in wire.metadata(connection)["brokers"]] == [9]
        described = connection.call("DescribeConfigs", 4, resources=[
            {"resourceType": 4, "resourceName": "9", "configurationKeys": ["num.partitions"]}])
        assert described["results"][0]["configs"][0]["value"] == "3"


def test_a_file_that_is_not_there_is_named(broker_factory, tmp_path):
    said = refused(broker_factory.make(arguments=[str(tmp_path / "absent.properties")]))
    assert "absent.properties" in said


def test_an_unknown_name_ends_start_up_with_the_nearest_known_one(broker_factory):
    broker = broker_factory.make({"log.retention.hour": 5})
    said = refused(broker)
    assert "log.retention.hour" in said and "log.retention.hours" in said


def test_allow_unknown_turns_that_into_a_warning(broker_factory):
    broker = broker_factory.start({"log.retention.hour": 5}, arguments=["--allow-unknown"])
    works(broker)
    assert "log.retention.hours" in broker.log()


@pytest.mark.parametrize("name, value", [("log.segment.bytes", "many"), ("log.segment.bytes", "-1"),
                                         ("num.partitions", "0"), ("listeners", "PLAINTEXT//:9"),
                                         ("log.cleanup.policy", "burn")])
def test_a_wrong_value_ends_start_up_with_its_name(broker_factory, name, value):
    said = refused(broker_factory.make({name: value}))
    assert name in said and value in said


def test_without_a_file(broker_factory, tmp_path):
    """Data goes to ./barnabas-data, the node is 1, the cluster id is made and kept."""
    broker = broker_factory.start({"log.dirs": None})
    works(broker)
    with wire.connected(broker) as connection:
        answer = wire.metadata(connection)
        assert [node["nodeId"] for node in answer["brokers"]] == [1]
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", answer["clusterId"])
    assert (broker.directory / "barnabas-data" / "meta.properties").exists()


def temporary(tmp_path, *more):
    return subprocess.Popen([binary(), "server", "--temporary", *more], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, cwd=tmp_path,
                            env={**os.environ, "TMPDIR": str(tmp_path)})


def test_temporary(tmp_path):
    """A free port, one line on standard output, and a folder that is gone at the end."""
    first, second = temporary(tmp_path), temporary(tmp_path)
    try:
        for process in (first, second):
            match = re.fullmatch(r"listening on (\S+):(\d+)\n", process.stdout.readline())
            assert match
            with wire.Connection((match[1], int(match[2]))) as connection:
                wire.create_topic(connection, "t")
                batch = batches.build([(b"k", b"v")])
                assert wire.produce(connection, "t", batch)["errorCode"] == 0
                described = connection.call("DescribeConfigs", 4, resources=[
                    {"resourceType": 2, "resourceName": "t",
                     "configurationKeys": ["flush.before.ack"]}])
                assert described["results"][0]["configs"][0]["value"] == "never"
        assert list(tmp_path.iterdir()), "its folder lies in TMPDIR"
    finally:
        for process in (first, second):
            process.terminate()
            rest, _ = process.communicate(timeout=30)
            assert process.returncode == 0
            assert rest == "", "standard output has that one line alone"
    assert list(tmp_path.iterdir()) == []


def test_an_ipv6_address_is_said_in_brackets(tmp_path):
    process = temporary(tmp_path, "--override", "listeners=PLAINTEXT://[::1]:0")
    try:
        match = re.fullmatch(r"listening on \[::1\]:(\d+)\n", process.stdout.readline())
        assert match
        with wire.Connection(("::1", int(match[1]))) as connection:
            assert connection.call("ApiVersions", 0)["errorCode"] == 0
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert f"clients of listener PLAINTEXT are sent to [::1]:{match[1]}" in said


def test_start_up_says_where_clients_are_sent(broker_factory):
    port = free_port()
    broker = broker_factory.start({"listeners": f"PLAINTEXT://0.0.0.0:{port}",
                                   "advertised.listeners": f"PLAINTEXT://localhost:{port}"})
    assert f"localhost:{port}" in broker.log()
    with wire.Connection(("127.0.0.1", port)) as connection:
        (node,) = wire.metadata(connection)["brokers"]
        assert (node["host"], node["port"]) == ("localhost", port)


def test_a_free_port_is_taken_for_port_0(broker_factory):
    broker = broker_factory.start({"listeners": "PLAINTEXT://127.0.0.1:0"})
    assert broker.port > 0
    with wire.connected(broker) as connection:
        assert wire.metadata(connection)["brokers"][0]["port"] == broker.port


def test_a_port_in_use_is_named(broker_factory, broker):
    said = refused(broker_factory.make({"listeners": f"PLAINTEXT://127.0.0.1:{broker.port}"}))
    assert str(broker.port) in said and "in use" in said


def test_several_listeners_each_sent_to_its_own(broker_factory):
    ports = [free_port() for _ in range(3)]
    broker = broker_factory.start({
        "listeners": f"INSIDE://127.0.0.1:{ports[0]},OUTSIDE://127.0.0.1:{ports[1]},"
                     f"SIX://[::1]:{ports[2]}",
        "listener.security.protocol.map": "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,SIX:PLAINTEXT",
        "inter.broker.listener.name": "INSIDE"})
    for host, port in (("127.0.0.1", ports[0]), ("127.0.0.1", ports[1]), ("::1", ports[2])):
        with wire.Connection((host, port)) as connection:
            (node,) = wire.metadata(connection)["brokers"]
            assert (node["host"], node["port"]) == (host, port)
    assert broker.running


def test_limits_of_connections(broker_factory):
    broker = broker_factory.start({"max.connections.per.ip": 5})
    held = []
    # The harness's own connections are closed, which the broker may not have noticed yet.
    wait_until(lambda: admit(broker, held) == 5, 10, "five connections are open")
    with wire.connected(broker) as one_more:
        assert one_more.is_closed_by_peer()
    held.pop().close()
    wait_until(lambda: admit(broker, held) == 5, 10, "there is room for another")
    for connection in held:
        connection.close()


def test_who_is_one_too_many_of_all_waits(broker_factory):
    """As with Kafka, also on several shards: a place that becomes free goes to one who waits."""
    port = free_port()
    broker = broker_factory.start({"max.connections": 4, "shards": 2,
                                   "metrics.listeners": f"127.0.0.1:{port}"})
    held = [wire.Connection(broker.address) for _ in range(3)]
    for connection in held:
        assert connection.call("ApiVersions", 0)["errorCode"] == 0
    waiting = [wire.Connection(broker.address) for _ in range(6)]
    for connection in waiting:
        connection.send("ApiVersions", 0)

    def others_wait():
        """Many requests later, nobody else is served, and the broker counts no more."""
        for _ in range(20):
            assert held[0].call("ApiVersions", 0)["errorCode"] == 0
        assert re.search(r"^barnabas_connections 4$", get(port, "/metrics")[1], re.MULTILINE)
        return not readable(waiting)

    for served in range(1, 4):
        wait_until(lambda: readable(waiting), 10, f"number {served} is let in")
        (let_in,) = readable(waiting)
        waiting.remove(let_in)
        assert let_in.receive("ApiVersions", 0)[1]["errorCode"] == 0
        assert others_wait()
        let_in.close()
    wait_until(lambda: readable(waiting), 10, "the next one is let in")
    wire.set_broker_config(held[0], max_connections=100)
    for connection in waiting:
        assert connection.receive("ApiVersions", 0)[1]["errorCode"] == 0
    for connection in held + waiting:
        connection.close()
    assert broker.log().count("max.connections=4 connections are open") == 1


def test_a_stop_does_not_wait_for_who_waits(broker_factory):
    broker = broker_factory.start({"max.connections": 1})
    with wire.connected(broker) as held, wire.connected(broker) as waits:
        assert held.call("ApiVersions", 0)["errorCode"] == 0
        waits.send("ApiVersions", 0)
        assert held.call("ApiVersions", 0)["errorCode"] == 0
        assert broker.stop(10) == 0
        assert held.is_closed_by_peer()
        assert waits.is_closed_by_peer()


def readable(connections):
    """Those that have an answer, or were closed."""
    sockets = {connection.socket: connection for connection in connections}
    return [sockets[ready] for ready in select.select(list(sockets), [], [], 0)[0]]


def admit(broker, held):
    """Opens one more connection, keeps it if it is answered; returns how many are kept."""
    connection = wire.Connection(broker.address)
    try:
        assert connection.call("ApiVersions", 0)["errorCode"] == 0
        held.append(connection)
    except (wire.Closed, OSError):
        connection.close()
    return len(held)


def test_idle_connections_are_closed(broker_factory):
    broker = broker_factory.start({"connections.max.idle.ms": 500})
    with wire.connected(broker) as connection:
        assert connection.call("ApiVersions", 0)["errorCode"] == 0
        assert connection.is_closed_by_peer()


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_metrics_live_and_ready(broker_factory):
    port = free_port()
    broker = broker_factory.start({"metrics.listeners": f"127.0.0.1:{port}"})
    works(broker)
    assert get(port, "/live")[0] == 200
    assert get(port, "/ready")[0] == 200
    status, text = get(port, "/metrics")
    assert status == 200
    for wanted in (r'barnabas_requests_total\{[^}]*api="Produce"[^}]*\} 1\b',
                   r"barnabas_produced_records_total(\{\})? 1\b",
                   r'barnabas_request_seconds_bucket\{[^}]*api="Produce"',
                   r"barnabas_connections(\{\})? \d", r"barnabas_partitions(\{\})? 1\b",
                   r"barnabas_log_bytes(\{\})? [1-9]"):
        assert re.search(wanted, text), f"{wanted} is not in\n{text}"
    for line in text.splitlines():
        assert re.fullmatch(r"#.*|[a-z_]+(\{.*\})? \S+", line), line
    with pytest.raises(urllib.error.HTTPError):
        get(port, "/absent")


def test_log_lines_as_json(broker_factory):
    broker = broker_factory.start({"log.format": "json"})
    works(broker)
    with wire.connected(broker) as connection:
        connection.send_bytes(b"\x7f\xff\xff\xffgarbage\n")
        assert connection.is_closed_by_peer()
    broker.stop()
    lines = [line for line in broker.log().splitlines() if not line.startswith("listening on ")]
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line


def test_the_limit_of_open_files_is_raised_and_reported(broker_factory):
    broker = broker_factory.start()
    limits = open(f"/proc/{broker.process.pid}/limits").read()
    soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()
    assert soft == hard
    assert soft in broker.log().replace(",", "")
