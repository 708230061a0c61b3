"""What the rows meet: a broker with topics, groups and transactions, somebody who never answers, and
files."""

import json
import re
import shutil
import socket
import struct
import time

from support import batches, tool_server, wire
from support.groups import commit, ready
from support.transactions import RawProducer

SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.share.assignment.interval.ms": "0",
            "offsets.topic.num.partitions": "1", "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.num.partitions": "1"}
FILES = {
    "misspelt": "client.idd=x\n",
    "retention.properties": "retention.ms=99\n",
    "plan.csv": "orders,1,7\n",
    "delete.json": '{"version": 1, "partitions": [{"topic": "shrinking", "partition": 0, "offset": 4}]}',
    "topics.json": '{"version": 1, "topics": [{"topic": "orders"}]}',
    "stay.json": '{"partitions": [{"topic": "returns", "partition": 0, "replicas": [1]}]}',
    "elections.json": '{"partitions": [{"topic": "orders", "partition": 2}]}',
    "reader.properties": "parse.key=true\nkey.separator=;\n",
    "formatter.properties": "print.key=true\nkey.separator=#\n",
    "two-lines": "first\nsecond\n",
    "payloads": "one;two",
    "taken": "a file, where a directory would have to be",
}


class World:
    """`values` are what the names in rows stand for."""

    def __init__(self, factory, directory):
        self.directory = directory
        self.dirs = [directory / "a", directory / "b"]
        self.broker = factory.start({**SETTINGS, "log.dirs": ",".join(map(str, self.dirs))})
        self._nobody = socket.create_server(("127.0.0.1", 0))  # the kernel takes connections
        self.values = {"broker": self.broker.bootstrap, "data": self.dirs[0],
                       "silent": f"127.0.0.1:{self._nobody.getsockname()[1]}"}
        with wire.connected(self.broker) as connection:
            self._write(connection)
            self._begin_transactions(connection)
        self._ask()
        self.broker.stop()  # so that indexes are in their files
        self.broker.start()
        self._put_files()

    def close(self):
        self._nobody.close()

    def run(self, words, stdin=b""):
        """What it said, and how long it took."""
        began = time.perf_counter()
        said = tool_server.run_ours(words[0], *words[1:], stdin=stdin)
        return said, time.perf_counter() - began

    def _write(self, connection):
        numbers = [batches.Record(struct.pack(">i", 5), value)
                   for value in (struct.pack(">i", 256), b"abc", struct.pack(">i", 7))]
        self._fill(connection, "orders", [[_numbered(range(10 + part))] for part in range(3)])
        self._fill(connection, "returns", [[_numbered(range(10))]])
        self._fill(connection, "shrinking", [[_numbered(range(10))]])
        self._fill(connection, "many", [[_numbered([n]) for n in range(50)]],
                   {"index.interval.bytes": "1"})
        self._fill(connection, "numbers", [[[one] for one in numbers]])
        self._fill(connection, "nulls", [[[batches.Record(None, None)]]])
        self._fill(connection, "settings", [[]], {"retention.ms": "4321"})
        for topic in ("blank", "moves", "paid", "forsaken", "lines", "sent", "perf", "counted"):
            self._fill(connection, topic, [[]])
        ready(connection, "readers")
        commit(connection, "readers", {("orders", 0): 4, ("orders", 2): 12})

    @staticmethod
    def _fill(connection, topic, partitions, configs=None):
        """A topic with these batches of records in its partitions."""
        made = wire.create_topic(connection, topic, len(partitions), configs=configs or {})
        assert made["errorCode"] == 0, made
        for number, some in enumerate(partitions):
            for records in some:
                answer = wire.produce(connection, topic, batches.build(records), number)
                assert answer["errorCode"] == 0, answer

    def _begin_transactions(self, connection):
        """What was committed, what is under way, and what others shall end."""
        producer = RawProducer(connection, "payments", timeout_ms=900_000).init()
        producer.send("paid", [b"done"])
        producer.end(True)
        producer.send("paid", [b"still-open"])
        for name, topic in (("hanging", "paid"), ("doomed", "forsaken")):
            producer = RawProducer(connection, name, timeout_ms=900_000).init()
            producer.send(topic, [b"x"])
            if name == "hanging":
                self.values |= {"hung-id": producer.producer_id, "hung-epoch": producer.epoch}

    def _ask(self):
        to = ("--bootstrap-server", self.broker.bootstrap)
        said, _ = self.run(["topics", *to, "--describe", "--topic", "orders"])
        self.values["orders-id"] = re.search(r"TopicId: (\S+)", said.out)[1]
        said, _ = self.run(["share-groups", *to, "--reset-offsets", "--group", "dumped", "--topic",
                            "orders", "--to-earliest", "--execute"])
        assert said.status == 0 and "dumped" in said.out, said

    def _put_files(self):
        for name, text in FILES.items():
            self.values[name] = self.directory / name
            self.values[name].write_text(text)
        away = next(folder for folder in self.dirs if not (folder / "moves-0").exists())
        self._put("moves.json", json.dumps({"partitions": [
            {"topic": "moves", "partition": 0, "replicas": [1], "log_dirs": [str(away)]}]}))
        self._put("server.properties", f"node.id=1\nlog.dirs={self.dirs[0]},{self.dirs[1]}\n")
        for name, folder in (("orders", "orders-0"), ("many", "many-0"), ("numbers", "numbers-0"),
                             ("offsets", "__consumer_offsets-0"),
                             ("transactions", "__transaction_state-0"),
                             ("shares", "__share_group_state-0")):
            self.values[f"{name}.log"] = self._in(folder, "log")
        self.values["many.index"] = self._in("many-0", "index")
        self._spoil(self._in("many-0", "log").parent, self.directory / "spoilt")

    def _spoil(self, partition, directory):
        """A log directory with a copy of the partition, whose end is torn."""
        shutil.copytree(partition, directory / partition.name)
        shutil.copy(partition.parent / "meta.properties", directory)
        with (directory / partition.name / f"{0:020}.log").open("ab") as log:
            log.write(b"torn")
        self.values["spoilt"] = directory

    def _put(self, name, text):
        self.values[name] = self.directory / name
        self.values[name].write_text(text)

    def _in(self, folder, kind):
        found, = (path for one in self.dirs for path in (one / folder).glob(f"*.{kind}"))
        return found


def _numbered(numbers):
    return [batches.Record(b"k", b"v%d" % number, [("h", b"x")]) for number in numbers]
