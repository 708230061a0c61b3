"""Bad bytes on the port: the connection ends, and nobody else notices."""

import os
import random
import selectors
import socket
import struct

import pytest
from support import batches, messages, vectors, wire

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 32)))
REFUSED = "the connection ends without an answer"


@pytest.fixture(autouse=True)
def still_serving(broker):
    """After every test the broker that met it answers, and holds what it held."""
    yield
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "kept")
        assert wire.produce(connection, "kept", batches.build([(None, b"x")]))["errorCode"] == 0
        end = wire.end_offset(connection, "kept")
        kept = batches.read_all(wire.fetch(connection, "kept")["records"])
        assert [record.offset for record in kept] == list(range(end))


def framed(payload):
    return struct.pack(">i", len(payload)) + payload


@pytest.mark.parametrize("length", [2**31 - 1, 2_000_000_000, 104_857_601, -1, -2, -2**31, 0])
def test_an_impossible_frame_length_ends_the_connection(broker, length):
    with wire.connected(broker) as connection:
        connection.send_bytes(struct.pack(">i", length) + b"\x00\x12\x00\x00")
        assert connection.is_closed_by_peer(), REFUSED


@pytest.mark.parametrize("text", [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(32)),
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\xff" * 4096,
    framed(b"\xff" * 4096),
    framed(b"\x00"),
    framed(b"\x00\x12\x00\x00\x00\x00\x00\x01\x7f\xff"),
], ids=["http", "tls", "ssh", "ff", "framed-ff", "one-byte", "client-id-too-long"])
def test_another_protocol_ends_the_connection(broker, text):
    with wire.connected(broker) as connection:
        connection.send_bytes(text)
        assert connection.is_closed_by_peer(), REFUSED


def test_random_frames_end_their_connections(broker):
    print("seed", SEED)
    chance = random.Random(SEED)
    payloads = [chance.randbytes(chance.randrange(1, 2000)) for _ in range(500)]
    # A known key and version in front gets behind the dispatcher, to every decoder.
    keys = [(api.key, api.max) for api in messages.apis().values() if api.name != "ApiVersions"]
    payloads += [struct.pack(">hhi", *chance.choice(keys), 1) + b"\xff\xff\x00"
                 + b"\xff" * chance.randrange(8, 64) for _ in range(500)]
    for _, answer in exchange(broker, [framed(payload) for payload in payloads]):
        assert answer == b"", REFUSED


def test_half_a_frame_and_then_the_end(broker):
    whole = wire.frame("Metadata", 12, {"topics": None})
    for size in range(len(whole)):
        with wire.connected(broker) as connection:
            connection.send_bytes(whole[:size])
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.is_closed_by_peer(), REFUSED


def test_every_request_truncated_at_every_byte(broker):
    """Each request type, lowest and highest version, cut after each byte of its frame's body.

    (The vectors' program cuts the bodies of all versions, Kafka 3.9's too.)"""
    frames = []
    for line in vectors.lines("frames"):
        if line["type"] == "request":
            payload = bytes.fromhex(line["hex"])[4:]
            frames += [(f"{line['api']} v{line['version']} cut to {size} of {len(payload)}",
                        framed(payload[:size])) for size in range(len(payload))]
    assert len(frames) > 20_000
    for index, answer in exchange(broker, [frame for _, frame in frames]):
        assert answer == b"", f"{frames[index][0]}: {REFUSED}"


def exchange(broker, frames, at_once=128, deadline_s=30):
    """Sends each frame on its own connection; (index, what came back until it was closed)."""
    waiting = iter(enumerate(frames))
    with selectors.DefaultSelector() as selector:
        opened = 0

        def open_next():
            nonlocal opened
            index, frame = next(waiting, (None, None))
            if index is None:
                return
            client = socket.create_connection(broker.address, timeout=deadline_s)
            client.sendall(frame)
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ, (index, bytearray()))
            opened += 1

        for _ in range(at_once):
            open_next()
        while opened:
            ready = selector.select(deadline_s)
            assert ready, f"{opened} connections still open after {deadline_s} s, e.g. frame " \
                f"{frames[next(iter(selector.get_map().values())).data[0]].hex()}"
            for key, _ in ready:
                index, answer = key.data
                part = receive(key.fileobj)
                answer += part
                if not part:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                    opened -= 1
                    yield index, bytes(answer)
                    open_next()


def receive(client):
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("key, version", [
    (-1, 0), (-32768, 0), (32767, 0), (95, 0), (200, 3),     # no such API
    (0, 14), (0, -1), (1, 19), (3, 99), (3, -1), (2, 32767),  # no such version
    (4, 7), (5, 4), (6, 8),                                   # not for clients
])
def test_an_unknown_api_or_version_ends_the_connection(broker, key, version):
    with wire.connected(broker) as connection:
        connection.send_bytes(framed(struct.pack(">hhih", key, version, 7, -1) + bytes(16)))
        assert connection.is_closed_by_peer(), REFUSED


@pytest.mark.parametrize("version", [6, 99, 32767, -1])
def test_an_unknown_version_of_api_versions_is_answered_with_version_0(broker, version):
    with wire.connected(broker) as connection:
        connection.send_bytes(framed(struct.pack(">hhih", 18, version, 7, -1) + b"\x00"))
        reader = messages.Reader(connection.receive_frame())
        assert reader.fixed(">i") == 7
        answer, _ = messages.apis()["ApiVersions"].response.decode(0, reader.data[4:])
        assert answer["errorCode"] == 35, "UNSUPPORTED_VERSION"
        ranges = {row["apiKey"]: (row["minVersion"], row["maxVersion"])
                  for row in answer["apiKeys"]}
        assert ranges[18][0] == 0 and ranges[18][1] >= 3, "so that the client can ask again"
        # and it can, on this very connection
        assert connection.call("ApiVersions", 3, clientSoftwareName="raw",
                               clientSoftwareVersion="1")["errorCode"] == 0


@pytest.mark.own
def test_announced_bytes_take_no_memory_before_they_come(broker):
    """200 connections announce 100 MB each and send 1 KB."""
    before = broker.memory_bytes()
    connections = [wire.Connection(broker.address) for _ in range(200)]
    for connection in connections:
        connection.send_bytes(struct.pack(">i", 104_857_600) + bytes(1024))
    with wire.connected(broker) as other:
        wire.metadata(other)
    assert broker.memory_bytes() - before < 64 << 20
    for connection in connections:
        connection.close()


def nested_frames():
    """Frames below the limit of their size whose arrays, each small enough, are too many; with what
    is said of each."""
    topics = [{"name": f"t{i}", "partitions": [{"partitionIndex": 0}] * 40_000} for i in range(6)]
    yield (wire.frame("ListOffsets", 1, {"replicaId": -1, "topics": topics}),
           "200006 elements in all arrays, 200006 of them structs")
    data = [{"name": "t", "partitionData": [{"index": 0, "records": None}] * 210_000}]
    yield (wire.frame("Produce", 3, {"acks": 1, "timeoutMs": 1, "topicData": data}),
           "210001 elements in all arrays, 210001 of them structs")
    tags = b"".join(varint(100 + i) + b"\x00" for i in range(10_000))
    topic = b"\x02t" + varint(10_000) + tags
    body = varint(9) + topic * 8 + b"\x00\x00\x00\x00"
    yield framed(wire.header("Metadata", 9) + body), "more than 10000 unknown tagged fields"


def varint(value):
    out = bytearray()
    messages.put_uvarint(out, value)
    return bytes(out)


@pytest.mark.own
def test_arrays_that_are_too_many_together_end_the_connection(broker):
    """Each would be many times its size in memory and hold all others up meanwhile."""
    for frame, why in nested_frames():
        before = broker.memory_bytes()
        with wire.connected(broker) as connection:
            connection.send_bytes(frame)
            assert connection.is_closed_by_peer(), REFUSED
        assert why in broker.log()
        assert broker.memory_bytes() - before < 100 << 20


def test_array_counts_are_not_believed(broker):
    """Metadata for two thousand million topics, in a frame of 30 bytes."""
    for count in (2**31 - 1, 1_000_001):
        with wire.connected(broker) as connection:
            body = wire.header("Metadata", 1) + struct.pack(">i", count) + bytes(10)
            connection.send_bytes(framed(body))
            assert connection.is_closed_by_peer(), REFUSED
