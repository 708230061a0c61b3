"""Our commands at a terminal."""

import os
import pty
import subprocess
import threading

from support import broker as brokers

DEADLINE_S = 60


def on_a_terminal(*words, stdout=None):
    """(status, what a terminal was sent). `stdout`: where the standard output goes instead; what the
    terminal is sent is then the error output alone."""
    ours, theirs = pty.openpty()
    shown = bytearray()

    def read():
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the last one who had it open is gone
                return
            if not piece:
                return
            shown.extend(piece)
    reader = threading.Thread(target=read)
    reader.start()
    with subprocess.Popen([str(brokers.binary()), *map(str, words)], stdin=subprocess.DEVNULL,
                          stdout=stdout or theirs, stderr=theirs) as process:
        os.close(theirs)
        status = process.wait(DEADLINE_S)
    reader.join(30)
    os.close(ours)
    return status, shown.decode()
