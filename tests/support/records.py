"""Records in files: what the client programs take in and hand out.

A record is, big-endian: int32 partition (-1: the partitioner chooses), int64 offset, int64 timestamp
in ms (-1: now), then key and value, each an int32 length (-1: null) and its bytes. An acknowledgement
is int32 index of the record in the input, int32 partition, int64 offset. The programs under
tests/interop read and write the same form.
"""

import struct
from typing import NamedTuple

_HEAD = struct.Struct(">iqq")
_LENGTH = struct.Struct(">i")
_ACK = struct.Struct(">iiq")


class Stored(NamedTuple):
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Ack(NamedTuple):
    index: int
    partition: int
    offset: int


def pair(key, value, partition=-1, timestamp=-1):
    """A record that is still to be sent."""
    return Stored(partition, -1, timestamp, key, value)


def pack(record):
    out = bytearray(_HEAD.pack(record.partition, record.offset, record.timestamp))
    for data in (record.key, record.value):
        out += _LENGTH.pack(-1 if data is None else len(data))
        out += data or b""
    return bytes(out)


def write_file(path, stored):
    with open(path, "wb") as out:
        for record in stored:
            out.write(pack(record))


def read_file(path):
    with open(path, "rb") as source:
        data = source.read()
    at, found = 0, []
    while at < len(data):
        partition, offset, timestamp = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        both = []
        for _ in range(2):
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            both.append(None if length < 0 else data[at:at + length])
            at += max(length, 0)
        found.append(Stored(partition, offset, timestamp, *both))
    return found


def pack_ack(index, partition, offset):
    return _ACK.pack(index, partition, offset)


def read_acks(path):
    with open(path, "rb") as source:
        data = source.read()
    whole = len(data) - len(data) % _ACK.size  # a program that was ended may leave half of one
    return [Ack(*fields) for fields in _ACK.iter_unpack(data[:whole])]
