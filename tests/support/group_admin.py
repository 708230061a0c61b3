"""Groups through Apache Kafka's own admin client (tests/interop/java/JavaGroupAdmin.java)."""

import json
import subprocess

from support.group_clients import java_program


class GroupAdmin:
    """One admin client that stays open; a command is answered by what its JSON says."""

    def __init__(self, broker):
        self.process = subprocess.Popen([*java_program("JavaGroupAdmin"), broker.bootstrap],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def __call__(self, command, *words):
        self.process.stdin.write(" ".join([command, *map(str, words)]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the admin client ended at {command} {words}"
        return json.loads(line)
