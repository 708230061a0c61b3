"""Record batches of format 2, built and read byte by byte, good ones and wrong ones."""

import gzip
import struct
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import crc32c
import lz4.frame
import snappy
import zstandard

from support.messages import Reader, put_varint

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
_HEAD = struct.Struct(">qiibIhiqqqhii")  # base offset ... count: 61 bytes


@dataclass
class Record:
    key: bytes | None
    value: bytes | None
    headers: list = field(default_factory=list)
    offset: int = -1
    timestamp: int = -1


def compress(codec, data):
    if codec == "gzip":
        return gzip.compress(data)
    if codec == "snappy":
        return snappy.compress(data)
    if codec == "lz4":
        return lz4.frame.compress(data, block_linked=False)  # Kafka takes no other
    if codec == "zstd":
        return zstandard.compress(data)
    return data


def decompress(codec, data):
    if codec == 1:
        return gzip.decompress(data)
    if codec == 2:
        if data.startswith(b"\x82SNAPPY\x00"):
            return _decompress_framed_snappy(data)
        return snappy.decompress(data)
    if codec == 3:
        return lz4.frame.decompress(data)
    if codec == 4:
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


def _decompress_framed_snappy(data):
    out, at = bytearray(), 16
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        out += snappy.decompress(data[at + 4:at + 4 + size])
        at += 4 + size
    return bytes(out)


def _bytes_or_null(out, data):
    if data is None:
        return put_varint(out, -1)
    put_varint(out, len(data))
    out += data
    return None


def _record(index, record, base_timestamp):
    body = bytearray(b"\x00")
    put_varint(body, record.timestamp - base_timestamp)
    put_varint(body, index)
    _bytes_or_null(body, record.key)
    _bytes_or_null(body, record.value)
    put_varint(body, len(record.headers))
    for key, value in record.headers:
        _bytes_or_null(body, key.encode())
        _bytes_or_null(body, value)
    out = bytearray()
    put_varint(out, len(body))
    return bytes(out + body)


def build(records, *, codec="none", base_offset=0, magic=2, attributes=None, count=None,
          last_offset_delta=None, crc=None, producer_id=-1, producer_epoch=-1, base_sequence=-1,
          leader_epoch=-1, timestamp=None):
    """One batch of (key, value) pairs or Records. What is given by name overrides the right value."""
    now = int(time.time() * 1000) if timestamp is None else timestamp
    full = [r if isinstance(r, Record) else Record(*r) for r in records]
    for record in full:
        if record.timestamp < 0:
            record.timestamp = now
    base = full[0].timestamp if full else now
    body = b"".join(_record(i, record, base) for i, record in enumerate(full))
    body = compress(codec, body)
    last = len(full) - 1 if last_offset_delta is None else last_offset_delta
    top = max((record.timestamp for record in full), default=now)
    covered = struct.pack(">hiqqqhii", CODECS[codec] if attributes is None else attributes, last,
                          base, top, producer_id, producer_epoch, base_sequence,
                          len(full) if count is None else count) + body
    checksum = crc32c.crc32c(covered) if crc is None else crc
    rest = struct.pack(">ibI", leader_epoch, magic, checksum) + covered
    return struct.pack(">qi", base_offset, len(rest)) + rest


class Batch(NamedTuple):
    base_offset: int
    last_offset: int
    attributes: int
    producer: tuple  # id, epoch, first sequence
    max_timestamp: int
    records: list

    @property
    def is_control(self):
        return bool(self.attributes & 0x20)


def read_batches(data):
    """Every whole batch of a buffer or a segment, markers included, each checksum proven."""
    found, at = [], 0
    while at + 12 <= len(data):
        base_offset, size = struct.unpack_from(">qi", data, at)
        if at + 12 + size > len(data):
            break
        found.append(_read_batch(data[at:at + 12 + size], base_offset))
        at += 12 + size
    return found


def read_all(data):
    """The records of every whole batch in a fetched buffer, without transaction markers."""
    return [record for batch in read_batches(data) if not batch.is_control
            for record in batch.records]


def _read_batch(data, base_offset):
    (_, _, _, magic, crc, attributes, last_delta, base_timestamp, top, *producer,
     count) = _HEAD.unpack_from(data)
    assert magic == 2, f"format {magic}"
    assert crc32c.crc32c(data[21:]) == crc, f"the checksum of the batch at {base_offset} is wrong"
    reader = Reader(decompress(attributes & 7, data[61:]) if count else b"")
    records = [_read_record(reader, base_offset, top if attributes & 8 else None, base_timestamp)
               for _ in range(count)]
    return Batch(base_offset, base_offset + last_delta, attributes, tuple(producer), top, records)


def _read_record(reader, base_offset, append_time, base_timestamp):
    reader.varint()
    reader.fixed(">b")
    timestamp = base_timestamp + reader.varint()
    record = Record(None, None, [], base_offset + reader.varint(), timestamp)
    if append_time is not None:
        record.timestamp = append_time
    record.key = _take(reader)
    record.value = _take(reader)
    for _ in range(reader.varint()):
        name = _take(reader).decode()
        record.headers.append((name, _take(reader)))
    return record


def _take(reader):
    length = reader.varint()
    return None if length < 0 else reader.take(length)
