"""Kafka's own tools in one JVM (java_tools/ToolServer.java): a call costs no start."""

import base64
import subprocess
from dataclasses import dataclass

from support import broker, java_programs, kafka_jars, kafka_tools

CLASSES = {**kafka_tools.CLASSES, "kafka-configs": "org.apache.kafka.tools.ConfigCommand",
           "kafka-storage": "kafka.tools.StorageTool"}  # among the broker's classes
FOLDER = kafka_jars.ROOT / "tests" / "support" / "java_tools"


@dataclass
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    errors: str

    def complaint(self):
        """The first line of the error output: what is wrong. Kafka's tools let the whole help and
        Java's stack traces follow; ours name the command that prints the help. What Kafka's tools
        log is turned off, so our warnings are left out."""
        lines = [line for line in self.errors.splitlines() if line and line[:5] != "WARN "]
        return lines[0] if lines else ""


class ToolServer:
    def __init__(self, jars="tools"):
        classes = java_programs.classes(FOLDER, "tools")
        self.process = subprocess.Popen(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-Dfile.encoding=UTF-8",
             "-cp", f"{classes}:{kafka_jars.class_path(jars)}", "ToolServer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def run(self, tool, *arguments, stdin=b""):
        words = [CLASSES[tool], *map(str, arguments)]
        line = " ".join(base64.b64encode(word.encode()).decode() for word in words)
        line += " <" + base64.b64encode(stdin).decode()
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        assert len(answer) == 3, f"{tool} ended the JVM: {answer}"
        out, errors = (base64.b64decode(part[1:]).decode() for part in answer[1:])
        return Said(int(answer[0]), out, errors)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def run_ours(tool, *arguments, stdin=b""):
    """The same of ours; `tool` is Kafka's name for it."""
    done = subprocess.run([str(broker.binary()), tool.removeprefix("kafka-"),
                           *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=60, check=False)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())
