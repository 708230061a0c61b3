"""Ports for brokers that are stopped and started again on the same one.

They lie below the range from which the kernel takes ports for outgoing connections: otherwise a
client that tries to reconnect while the broker is down can be given that very port, and connect to
itself.
"""

import random
import socket

_RANGE = range(12_000, 32_000)


def free_port():
    for _ in range(1000):
        port = random.choice(_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
