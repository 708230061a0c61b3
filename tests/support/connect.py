"""A distributed worker of Kafka Connect, and its REST interface."""

import json
import urllib.error
import urllib.request

from support import kafka_jars
from support.ports import free_port
from support.programs import Program

VERSION = "4.3.1"  # the last one whose file connectors Maven has
FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
_ANSWER_S = 20
_SETTINGS = {
    "group.id": "connect", "plugin.discovery": "service_load", "offset.flush.interval.ms": 200,
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    "config.storage.topic": "connect-configs", "config.storage.replication.factor": 1,
    "offset.storage.topic": "connect-offsets", "offset.storage.replication.factor": 1,
    "status.storage.topic": "connect-status", "status.storage.replication.factor": 1}


class ConnectWorker(Program):
    """Its settings are `_SETTINGS` and `settings`; it is not started yet."""

    def __init__(self, broker, directory, settings):
        self.port = free_port()
        file = directory / "connect.properties"
        chosen = {"bootstrap.servers": broker.bootstrap, **_SETTINGS, **settings,
                  "listeners": f"http://127.0.0.1:{self.port}"}
        file.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()))
        super().__init__(
            ["java", "-Xmx256m", "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
             "-cp", kafka_jars.class_path("connect", VERSION),
             "org.apache.kafka.connect.cli.ConnectDistributed", file], directory, "connect")

    def ask(self, method, path, body=None):
        """The answer, or None where the worker does not serve that (yet)."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            assert error.code in (404, 409, 500, 503), f"{method} {path}: {error.read()}\n{self}"
            return None
        except OSError:
            return None
