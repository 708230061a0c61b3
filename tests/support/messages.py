"""Kafka's messages, encoded and decoded from the field lists in tests/data/protocol.

It knows every API and version that the lists hold and shares nothing with src/wire, so it can judge
the broker's bytes. A message is a dict with the lists' field names; a field that is left out takes
its default.
"""

import re
import struct
import uuid
from functools import cache
from pathlib import Path

import zstandard

DATA = Path(__file__).resolve().parents[1] / "data" / "protocol"

_FIXED = {"int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "int64": ">q",
          "float64": ">d", "boolean": ">?"}
_LINE = re.compile(r"( *)(\w+): (.+)")


def _in_range(text, version):
    """Whether `3-12`, `3+` or `4` holds the version."""
    for part in text.split(","):
        part = part.strip()
        if part.endswith("+"):
            if version >= int(part[:-1]):
                return True
        elif "-" in part:
            low, high = part.split("-")
            if int(low) <= version <= int(high):
                return True
        elif version == int(part):
            return True
    return False


class Field:
    """One line of a list: a name, its types with the versions of each, its tag and its default."""

    def __init__(self, name, text):
        self.name = name
        self.children = []
        self.default_text = None
        self.types = []
        for alternative in text.split(" | "):
            match = re.match(r"(nullable )?([\[\]\w]+) \(([\d+, -]+)\)(.*)", alternative)
            rest = match[4]
            self.types.append((match[2], bool(match[1]) or " nullable" in rest, match[3]))
            tag = re.search(r"tag (\d+)", rest)
            self.tag = int(tag[1]) if tag else None
            default = re.search(r"= (.+)$", rest)
            if default:
                self.default_text = default[1].strip()

    def type_at(self, version):
        """(type, nullable), or None where the version has no such field."""
        for name, nullable, versions in self.types:
            if _in_range(versions, version):
                return name, nullable
        return None

    def default(self, kind):
        if self.default_text == "null":
            return None
        if kind.startswith("[]"):
            return []
        if kind == "struct":
            return {}
        if kind in ("string",):
            return self.default_text or ""
        if kind in ("bytes", "records"):
            return b""
        if kind == "uuid":
            return uuid.UUID(int=0)
        if kind == "boolean":
            return self.default_text == "true"
        return int(self.default_text or 0)


class Message:
    """The request or the response of one API in one version."""

    def __init__(self, fields, versions, flexible):
        self.fields, self.versions, self.flexible_text = fields, versions, flexible

    def flexible(self, version):
        return self.flexible_text != "none" and _in_range(self.flexible_text, version)

    def encode(self, version, values):
        out = bytearray()
        _write_struct(out, self.fields, version, self.flexible(version), values)
        return bytes(out)

    def decode(self, version, data):
        """The message and how many bytes it took."""
        reader = Reader(data)
        return _read_struct(reader, self.fields, version, self.flexible(version)), reader.at


class Api:
    def __init__(self, key, name, stable):
        self.key, self.name = key, name
        self.min, self.max = (int(v) for v in stable)
        self.request = self.response = None

    def request_header_version(self, version):
        return 0 if self.name == "ControlledShutdown" and version == 0 else \
            2 if self.request.flexible(version) else 1

    def response_header_version(self, version):
        return 0 if self.name == "ApiVersions" else int(self.response.flexible(version))


@cache
def apis(release="4.4"):
    """All APIs of a release by name, those without versions left out."""
    text = zstandard.ZstdDecompressor().stream_reader(
        (DATA / f"kafka-{release}.txt.zst").open("rb")).read().decode()
    found, api, stack = {}, None, []
    for line in text.splitlines():
        if line.startswith("## "):
            match = re.match(r"## (\d+) (\w+)  stable (-?\d+)-(-?\d+)", line)
            api = Api(int(match[1]), match[2], match.group(3, 4))
            if api.max >= 0:
                found[api.name] = api
        elif match := re.match(r"(request|response) versions (\S+) flexible (\S+)", line):
            message = Message([], match[2], match[3])
            setattr(api, match[1], message)
            stack = [message.fields]
        elif match := _LINE.match(line):
            depth = len(match[1]) // 2
            if depth == 0:
                continue
            field = Field(match[2], match[3])
            del stack[depth:]
            stack[depth - 1].append(field)
            stack.append(field.children)
    return found


@cache
def api_for(name, version):
    """The description that has this version: 4.4's, else 3.9's."""
    for release in ("4.4", "3.9"):
        api = apis(release).get(name)
        if api and _in_range(api.request.versions, version):
            return api
    raise KeyError(f"no list has {name} version {version}")


class Reader:
    """Takes values off the front of a buffer; IndexError or struct.error where it ends too early."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def fixed(self, fmt):
        (value,) = struct.unpack_from(fmt, self.data, self.at)
        self.at += struct.calcsize(fmt)
        return value

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise IndexError(f"{count} bytes wanted, {len(self.data) - self.at} are left")
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def varint(self):
        value = self.uvarint()
        return (value >> 1) ^ -(value & 1)


def put_uvarint(out, value):
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def put_varint(out, value):
    put_uvarint(out, (value << 1) ^ (value >> 63) if value >= 0 else ((-value) << 1) - 1)


def _write_length(out, length, flexible, fmt):
    """A length in the form of its place; -1 stands for null."""
    if flexible:
        put_uvarint(out, length + 1)
    else:
        out += struct.pack(fmt, length)


def _write_value(out, kind, nullable, value, field, version, flexible):
    if kind.startswith("[]"):
        if value is None:
            assert nullable, field.name
            return _write_length(out, -1, flexible, ">i")
        _write_length(out, len(value), flexible, ">i")
        for element in value:
            _write_value(out, kind[2:], False, element, field, version, flexible)
    elif kind == "struct":
        if nullable:
            out.append(0xFF if value is None else 1)
            if value is None:
                return None
        _write_struct(out, field.children, version, flexible, value)
    elif kind == "uuid":
        out += value.bytes
    elif kind in ("string", "bytes", "records"):
        if value is None:
            return _write_length(out, -1, flexible, ">h" if kind == "string" else ">i")
        data = value.encode() if isinstance(value, str) else value
        _write_length(out, len(data), flexible, ">h" if kind == "string" else ">i")
        out += data
    else:
        out += struct.pack(_FIXED[kind], value)
    return None


def _write_struct(out, fields, version, flexible, values):
    unknown = set(values) - {field.name for field in fields}
    assert not unknown, f"no such field: {unknown}"
    tagged = []
    for field in fields:
        described = field.type_at(version)
        if described is None:
            continue
        kind, nullable = described
        if field.tag is not None:
            if field.name in values:
                tagged.append((field, kind, nullable))
            continue
        value = values.get(field.name, field.default(kind))
        _write_value(out, kind, nullable, value, field, version, flexible)
    if flexible:
        put_uvarint(out, len(tagged))
        for field, kind, nullable in sorted(tagged, key=lambda item: item[0].tag):
            body = bytearray()
            _write_value(body, kind, nullable, values[field.name], field, version, True)
            put_uvarint(out, field.tag)
            put_uvarint(out, len(body))
            out += body


def _read_length(reader, flexible, fmt):
    return reader.uvarint() - 1 if flexible else reader.fixed(fmt)


def _read_value(reader, kind, nullable, field, version, flexible):
    if kind.startswith("[]"):
        count = _read_length(reader, flexible, ">i")
        if count < 0:
            return None
        return [_read_value(reader, kind[2:], False, field, version, flexible)
                for _ in range(count)]
    if kind == "struct":
        if nullable and reader.fixed(">b") < 0:
            return None
        return _read_struct(reader, field.children, version, flexible)
    if kind == "uuid":
        return uuid.UUID(bytes=reader.take(16))
    if kind in ("string", "bytes", "records"):
        length = _read_length(reader, flexible, ">h" if kind == "string" else ">i")
        if length < 0:
            return None
        data = reader.take(length)
        return data.decode() if kind == "string" else data
    return reader.fixed(_FIXED[kind])


def _read_struct(reader, fields, version, flexible):
    values = {}
    tagged = {}
    for field in fields:
        described = field.type_at(version)
        if described is None:
            continue
        if field.tag is not None:
            tagged[field.tag] = (field, *described)
            continue
        values[field.name] = _read_value(reader, *described, field, version, flexible)
    if flexible:
        for _ in range(reader.uvarint()):
            tag, size = reader.uvarint(), reader.uvarint()
            data = reader.take(size)
            if tag in tagged:
                field, kind, nullable = tagged[tag]
                values[field.name] = _read_value(Reader(data), kind, nullable, field, version, True)
    return values
