"""Our clients in front of a hundred brokers: threads do not grow with them, connections do.

bench/simulated_cluster shows one broker as a hundred; bench/cpp is the client.
"""

import json
import subprocess
from pathlib import Path

import pytest

from support import wire
from support.broker import binary
from support.programs import Program
from support.waiting import wait_until

pytestmark = pytest.mark.own

NODES = 100
RECORDS = 2_000
# The program's own thread, the event loop that producer and consumer share, at most two helpers, and
# what a sanitizer brings.
THREADS_MAX = 6
DEADLINE_S = 120


def program(name):
    return binary().parent / "bench" / name


@pytest.fixture
def broker(broker_factory):
    broker = broker_factory.start({"flush.before.ack": "never"})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "spread", NODES)
    return broker


@pytest.fixture
def cluster(broker, tmp_path):
    """The address of its first node."""
    command = [program("simulated_cluster"), broker.bootstrap, NODES]
    with Program(command, tmp_path, "simulated-cluster") as process:
        line = wait_until(process.lines, 30, f"it listens\n{process}")[0]
        assert line.startswith("listening on 127.0.0.1:"), line
        yield "127.0.0.1", int(line.rpartition(":")[2])


@pytest.mark.parametrize("version", [0, 1, 7, 9, 12, 13])
def test_every_version_shows_all_nodes_and_their_partitions(cluster, version):
    with wire.Connection(cluster) as connection:
        seen = wire.metadata(connection, ["spread"], version)
    nodes = {node["nodeId"]: (node["host"], node["port"]) for node in seen["brokers"]}
    assert sorted(nodes) == list(range(1, NODES + 1))
    assert len(set(nodes.values())) == NODES and nodes[1] == cluster
    partitions = seen["topics"][0]["partitions"]
    leaders = {each["partitionIndex"]: each["leaderId"] for each in partitions}
    assert leaders == {partition: 1 + partition for partition in range(NODES)}


def established(pid):
    """How many of the process's sockets are TCP connections."""
    open_sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "01":
            open_sockets.add(f"socket:[{fields[9]}]")
    found = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found += str(descriptor.readlink()) in open_sockets
        except OSError:  # closed meanwhile
            continue
    return found


def look(process, seen):
    """True when it has ended; else what it has now goes into `seen`."""
    if process.poll() is not None:
        return True
    try:
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        seen.append((threads, established(process.pid)))
    except OSError:  # it ended meanwhile
        pass
    return False


def test_threads_do_not_grow_with_the_brokers(cluster, tmp_path):
    command = [program("cpp_bench"), "roundtrip", "--bootstrap", "%s:%d" % cluster,
               "--topic", "spread", "--partitions", NODES, "--count", RECORDS, "--size", 100]
    seen = []
    with (tmp_path / "out").open("w+") as out, (tmp_path / "log").open("w+") as log:
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                              stderr=log) as process:
            try:
                wait_until(lambda: look(process, seen), DEADLINE_S, "all records came back")
            finally:
                process.kill()
        out.seek(0)
        log.seek(0)
        said = out.read()
        assert process.returncode == 0, said + log.read()
    assert json.loads(said)["records"] == RECORDS - RECORDS // 10
    # The producer and the consumer each have their own to every broker.
    assert max(connections for _, connections in seen) >= 2 * NODES
    assert max(threads for threads, _ in seen) <= THREADS_MAX
