"""Clients that do not read, do not finish or only sit there hold nobody else up."""

import resource
import struct
import time

import pytest
from support import batches, wire

IDLE = 10_000
OTHERS_WAIT_S = 2.0


def answered_quickly(broker):
    """Another client produces and fetches; how long that took."""
    start = time.monotonic()
    with wire.connected(broker) as connection:
        assert wire.produce(connection, "shared", batches.build([(b"k", b"v")]))["errorCode"] == 0
        end = wire.end_offset(connection, "shared")
        fetched = wire.fetch(connection, "shared", offset=end - 1)
        assert batches.read_all(fetched["records"])[-1].key == b"k"
    took = time.monotonic() - start
    assert took < OTHERS_WAIT_S, f"another client waited {took:.1f} s"


def fill_shared(connection):
    wire.create_topic(connection, "shared")
    if wire.end_offset(connection, "shared") < 20:
        for _ in range(20):
            batch = batches.build([(b"k", bytes(1_000_000))])
            assert wire.produce(connection, "shared", batch)["errorCode"] == 0


@pytest.fixture(autouse=True)
def shared_topic(broker):
    with wire.connected(broker) as connection:
        fill_shared(connection)


def test_a_client_that_never_reads_its_responses(broker):
    """20 clients ask for 20 MB again and again and read nothing of it."""
    before = broker.memory_bytes()
    deaf = [wire.Connection(broker.address, receive_buffer=4096) for _ in range(20)]
    for connection in deaf:
        connection.socket.setblocking(False)
    request = wire.frame("Fetch", 12, wire.fetch_request("shared", partition_max_bytes=20_000_000))
    for _ in range(200):
        for connection in deaf:
            try:
                connection.socket.send(request)
            except BlockingIOError:
                pass  # the broker reads no more of it, as it should
    for _ in range(10):
        answered_quickly(broker)
    grown = broker.memory_bytes() - before
    for connection in deaf:
        connection.close()
    answered_quickly(broker)
    assert grown < 512 << 20, f"the broker grew by {grown >> 20} MiB"


def read_some(connection, most=1 << 20):
    """What there is; nothing at the end."""
    try:
        return connection.socket.recv(most)
    except ConnectionResetError:
        return b""


def test_who_takes_nothing_of_an_answer_is_idle(broker_factory):
    """Who takes it slowly is not: 20 MB, more than sockets hold, take longer than the limit."""
    broker = broker_factory.start({"connections.max.idle.ms": 2500})
    with wire.connected(broker) as connection:
        fill_shared(connection)
    deaf, slow = wire.Connection(broker.address, receive_buffer=4096), wire.Connection(broker.address)
    request = wire.fetch_request("shared", partition_max_bytes=30_000_000)
    for connection in (deaf, slow):
        connection.send("Fetch", 12, **request)
    start, taken = time.monotonic(), 0
    while part := read_some(slow, 65536):
        taken += len(part)
        if taken > 20_000_000:
            break
        time.sleep(0.02)
    took = time.monotonic() - start
    assert taken > 20_000_000, f"{taken} bytes of 20 MB came in {took:.1f} s"
    assert took > 5, "that was not slow"
    left = 0
    while part := read_some(deaf):
        left += len(part)
    assert left < 10_000_000, "its connection is closed, and what was not sent dropped"
    deaf.close()
    slow.close()


def test_a_client_that_stops_in_the_middle_of_a_frame(broker):
    request = wire.frame("Produce", 9, wire.produce_request("shared", batches.build([(b"", b"")])))
    stopped = [wire.Connection(broker.address) for _ in range(200)]
    for index, connection in enumerate(stopped):
        connection.send_bytes(request[:1 + index % (len(request) - 1)])
    for _ in range(10):
        answered_quickly(broker)
    # and when they go on after all, they are served
    for index, connection in enumerate(stopped):
        connection.send_bytes(request[1 + index % (len(request) - 1):])
        _, answer = connection.receive("Produce", 9)
        assert answer["responses"][0]["partitionResponses"][0]["errorCode"] == 0
        connection.close()


def test_half_frames_that_hold_the_memory_for_requests(broker_factory):
    """Where queued.max.request.bytes is used up by requests that never end, they are given up.

    Without that one client with a few connections keeps everybody out for good.
    """
    broker = broker_factory.start({"queued.max.request.bytes": 4 << 20,
                                   "socket.request.max.bytes": 4 << 20})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "shared")
        stopped = [wire.Connection(broker.address) for _ in range(6)]
        for half in stopped:
            half.socket.settimeout(1)
            try:
                half.send_bytes(struct.pack(">i", 2 << 20) + bytes((2 << 20) - 1))
            except TimeoutError:
                pass  # there is no memory for it, so it is not read
        batch = batches.build([(b"k", bytes(500_000))])
        assert wire.produce(connection, "shared", batch)["errorCode"] == 0
    for half in stopped:
        half.close()


def test_a_frame_that_comes_byte_by_byte(broker):
    with wire.connected(broker) as connection:
        for byte in wire.frame("Metadata", 12, {"topics": [{"name": "shared"}]}):
            connection.send_bytes(bytes([byte]))
        _, answer = connection.receive("Metadata", 12)
        assert answer["topics"][0]["errorCode"] == 0


def test_ten_thousand_idle_connections(broker_factory):
    needed = IDLE + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), max(hard, needed)))
    except (ValueError, PermissionError):
        pytest.fail(f"the limit of open files is {hard}, {needed} are needed: raise it or run as root")
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "shared")
    before = broker.memory_bytes()
    idle = []
    try:
        for index in range(IDLE):
            idle.append(wire.Connection(broker.address))
            if index % 100 == 0:
                assert idle[-1].call("ApiVersions", 0)["errorCode"] == 0
        answered_quickly(broker)
        grown = broker.memory_bytes() - before
        for connection in idle[::100]:
            assert connection.call("ApiVersions", 0)["errorCode"] == 0
    finally:
        for connection in idle:
            connection.close()
    answered_quickly(broker)
    print(f"{grown / IDLE:.0f} bytes of memory for an idle connection")
    assert grown < 512 << 20, f"the broker grew by {grown >> 20} MiB"
