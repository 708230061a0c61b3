"""A plain socket that speaks Kafka's protocol, for what no client library would send."""

import socket
import struct
from contextlib import contextmanager

from support import messages
from support.waiting import wait_until

DEADLINE_S = 30.0


class Closed(Exception):
    """The broker closed the connection where an answer was due."""


class Connection:
    """One connection. Every wait ends after `deadline_s` with TimeoutError."""

    def __init__(self, address, deadline_s=DEADLINE_S, receive_buffer=None):
        host, port = address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(deadline_s)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation_id = 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive_exactly(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                part = self.socket.recv(min(count - len(data), 1 << 20))
            except ConnectionResetError as error:
                raise Closed(str(error)) from None
            if not part:
                raise Closed(f"closed after {len(data)} of {count} bytes")
            data += part
        return bytes(data)

    def receive_frame(self):
        (size,) = struct.unpack(">i", self.receive_exactly(4))
        return self.receive_exactly(size)

    def is_closed_by_peer(self):
        """Waits until the peer has closed; False if it sends bytes or the deadline passes first."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def send(self, api_name, version, **values):
        """Sends one request and returns its correlation id."""
        self.correlation_id += 1
        self.send_bytes(frame(api_name, version, values, self.correlation_id))
        return self.correlation_id

    def receive(self, api_name, version):
        """Takes the next response, which must be this one: (correlation id, message)."""
        data = self.receive_frame()
        api = messages.api_for(api_name, version)
        reader = messages.Reader(data)
        correlation_id = reader.fixed(">i")
        if api.response_header_version(version):
            assert reader.uvarint() == 0, "no response header has tagged fields"
        message, used = api.response.decode(version, data[reader.at:])
        assert reader.at + used == len(data), f"{api_name} v{version}: bytes left over"
        return correlation_id, message

    def call(self, api_name, version, **values):
        sent = self.send(api_name, version, **values)
        got, message = self.receive(api_name, version)
        assert got == sent, f"the answer to request {got} came where {sent} was due"
        return message


def header(api_name, version, correlation_id=1, client_id="raw"):
    api = messages.api_for(api_name, version)
    out = bytearray(struct.pack(">hhi", api.key, version, correlation_id))
    kind = api.request_header_version(version)
    if kind >= 1:
        out += struct.pack(">h", len(client_id)) + client_id.encode()
    if kind >= 2:
        out.append(0)
    return bytes(out)


def frame(api_name, version, values, correlation_id=1):
    body = header(api_name, version, correlation_id)
    body += messages.api_for(api_name, version).request.encode(version, values)
    return struct.pack(">i", len(body)) + body


@contextmanager
def connected(broker, **options):
    with Connection(broker.address, **options) as connection:
        yield connection


def produce_request(topic, batch, partition=0, acks=-1, timeout_ms=20_000, topic_id=None):
    """A Produce body for one partition; from version 13 on the topic goes by its id."""
    named = {"topicId": topic_id} if topic_id else {"name": topic}
    return {"acks": acks, "timeoutMs": timeout_ms,
            "topicData": [{**named, "partitionData": [{"index": partition, "records": batch}]}]}


def produce(connection, topic, batch, partition=0, acks=-1, version=9):
    """Produces one buffer and returns the partition's part of the answer."""
    answer = connection.call("Produce", version, **produce_request(topic, batch, partition, acks))
    return answer["responses"][0]["partitionResponses"][0]


def fetch_request(topic, partition=0, offset=0, *, max_wait_ms=500, min_bytes=1,
                  max_bytes=52_428_800, partition_max_bytes=10_485_760, isolation=0,
                  topic_id=None):
    named = {"topicId": topic_id} if topic_id else {"topic": topic}
    return {"replicaId": -1, "maxWaitMs": max_wait_ms, "minBytes": min_bytes,
            "maxBytes": max_bytes, "isolationLevel": isolation,
            "topics": [{**named, "partitions": [
                {"partition": partition, "fetchOffset": offset,
                 "partitionMaxBytes": partition_max_bytes}]}]}


def fetch(connection, topic, partition=0, offset=0, version=12, **options):
    """Fetches one partition without a session and returns its part of the answer."""
    request = fetch_request(topic, partition, offset, **options)
    answer = connection.call("Fetch", version, **request)
    assert answer.get("errorCode", 0) == 0, answer
    return answer["responses"][0]["partitions"][0]


def list_offset(connection, topic, partition, timestamp, version=7, isolation=0):
    answer = connection.call(
        "ListOffsets", version, replicaId=-1, isolationLevel=isolation,
        topics=[{"name": topic, "partitions": [
            {"partitionIndex": partition, "timestamp": timestamp}]}])
    return answer["topics"][0]["partitions"][0]


def end_offset(connection, topic, partition=0):
    answer = list_offset(connection, topic, partition, -1)
    assert answer["errorCode"] == 0, answer
    return answer["offset"]


def metadata(connection, topics=None, version=12, auto_create=False):
    """The metadata of the named topics, or of all."""
    wanted = None if topics is None else [{"name": name} for name in topics]
    return connection.call("Metadata", version, topics=wanted, allowAutoTopicCreation=auto_create)


def set_topic_config(connection, topic, **configs):
    """Sets what is named, with _ for each dot; None sets it back to the default."""
    _set_configs(connection, 2, topic, configs)


def set_broker_config(connection, **configs):
    """The same for all brokers."""
    _set_configs(connection, 4, "", configs)


def _set_configs(connection, kind, resource, configs):
    answer = connection.call("IncrementalAlterConfigs", 1, resources=[
        {"resourceType": kind, "resourceName": resource, "configs": [
            {"name": name.replace("_", "."), "configOperation": 1 if value is None else 0,
             "value": None if value is None else str(value)}
            for name, value in configs.items()]}])
    assert answer["responses"][0]["errorCode"] == 0, answer


def create_topic(connection, name, partitions=1, configs=None, version=5):
    """Creates a topic and returns its part of the answer, whatever the error code is.

    Where there is no error, it returns when each partition has its leader.
    """
    answer = connection.call(
        "CreateTopics", version, timeoutMs=30_000,
        topics=[{"name": name, "numPartitions": partitions, "replicationFactor": 1,
                 "configs": [{"name": key, "value": str(value)}
                             for key, value in (configs or {}).items()]}])
    topic = answer["topics"][0]
    if topic["errorCode"] == 0:
        for partition in range(partitions):
            wait_until(lambda p=partition: list_offset(connection, name, p, -1)["errorCode"] == 0,
                       30, f"{name}-{partition} has a leader", poll_s=0.005)
    return topic
