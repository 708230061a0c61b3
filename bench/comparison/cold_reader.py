"""A consumer that reads old data from the disk, at a fixed speed, while something else is measured."""

import os
import socket
import struct
import threading
import time

FETCH_BYTES = 1 << 20
TIMEOUT_S = 60


def drop_from_memory(directory, topic):
    """The logs of `topic` below `directory` are on the disk alone afterwards."""
    for path in directory.rglob(f"{topic}-*/*.log"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fdatasync(descriptor)  # what is not written yet cannot be dropped
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


class PacedReader:
    """Reads again and again, in a thread, at most `mb_per_s`, until it is stopped."""

    def __init__(self, mb_per_s):
        self._bytes_per_s = mb_per_s * 1e6
        self._stopping = threading.Event()
        self._failure = None
        self.bytes = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._start = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join(2 * TIMEOUT_S)
        self.mb_per_s = self.bytes / 1e6 / (time.monotonic() - self._start)
        if self._failure:
            raise RuntimeError(f"the cold reader failed: {self._failure}")

    def _run(self):
        try:
            while not self._stopping.is_set():
                self._read_once()
        except Exception as failure:  # pylint: disable=broad-except  # told by __exit__
            self._failure = repr(failure)

    def _count(self, count):
        self.bytes += count
        ahead = self.bytes / self._bytes_per_s - (time.monotonic() - self._start)
        if ahead > 0:
            self._stopping.wait(ahead)

    def _read_once(self):
        raise NotImplementedError


class FileReader(PacedReader):
    """Reads the logs of `topic` from the disk past the broker: what the machine pays for the disk,
    whoever reads."""

    def __init__(self, broker, topic, mb_per_s):
        super().__init__(mb_per_s)
        self._broker, self._topic = broker, topic

    def _read_once(self):
        drop_from_memory(self._broker.directory, self._topic)
        for path in sorted(self._broker.directory.rglob(f"{self._topic}-*/*.log")):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                self._read_file(descriptor)
            finally:
                os.close(descriptor)

    def _read_file(self, descriptor):
        at = 0
        while not self._stopping.is_set():
            count = len(os.pread(descriptor, FETCH_BYTES, at))
            if count == 0:
                return
            at += count
            self._count(count)


class ColdReader(PacedReader):
    """Reads `topic` from its beginning to its end, again and again, with Fetch version 4, until it is
    stopped. Before each pass the logs are dropped from memory, unless it is not to be `cold`: then
    it costs what a reader costs anyway. A raw socket, so that it takes little
    of the processors that the brokers and clients share."""

    def __init__(self, broker, topic, partitions, mb_per_s, *, cold=True):
        super().__init__(mb_per_s)
        self._broker, self._topic, self._partitions = broker, topic.encode(), partitions
        self._cold = cold

    def _read_once(self):
        if self._cold:
            drop_from_memory(self._broker.directory, self._topic.decode())
        with socket.create_connection((self._broker.host, self._broker.port),
                                      timeout=TIMEOUT_S) as connection:
            for partition in range(self._partitions):
                self._read_all(connection, partition)

    def _read_all(self, connection, partition):
        offset = 0
        while not self._stopping.is_set():
            records = self._fetch(connection, partition, offset)
            if not records:
                return
            offset = next_offset(records)
            self._count(len(records))

    def _fetch(self, connection, partition, offset):
        """The records of one response; empty at the end of the log."""
        body = struct.pack(">iiiib", -1, 0, 1, FETCH_BYTES, 0)
        body += struct.pack(">i", 1) + struct.pack(">h", len(self._topic)) + self._topic
        body += struct.pack(">iiqi", 1, partition, offset, FETCH_BYTES)
        header = struct.pack(">hhi", 1, 4, 7) + struct.pack(">h", -1)
        connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        size = struct.unpack(">i", receive(connection, 4))[0]
        response = receive(connection, size)
        at = 4 + 4 + 4 + 2 + len(self._topic) + 4 + 4  # correlation, throttle, arrays, name, index
        error, _, _, aborted = struct.unpack_from(">hqqi", response, at)
        at += 22 + 16 * max(0, aborted)
        if error:
            raise OSError(f"Fetch answered error {error} at offset {offset}")
        length = struct.unpack_from(">i", response, at)[0]
        return response[at + 4:at + 4 + max(0, length)]


def receive(connection, count):
    data = bytearray(count)
    view = memoryview(data)
    got = 0
    while got < count:
        more = connection.recv_into(view[got:])
        if more == 0:
            raise OSError("the broker closed the connection")
        got += more
    return data


def next_offset(records):
    """Behind the last whole batch (format 2)."""
    at, found = 0, None
    while at + 61 <= len(records):
        base, size = struct.unpack_from(">qi", records, at)
        if at + 12 + size > len(records):
            break
        found = base + struct.unpack_from(">i", records, at + 23)[0] + 1
        at += 12 + size
    if found is None:
        raise OSError("a response without a whole batch")
    return found
