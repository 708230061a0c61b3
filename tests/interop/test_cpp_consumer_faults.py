"""The C++ consumer (cpp/consumer_caller.cc) at a broker that says nothing, and over more than it may
keep: each call ends in its time and names the broker, the API, and for how long; its memory is bounded.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import json
import re
import subprocess
import time
from types import SimpleNamespace

import pytest
from support import batches, wire
from support.cpp_clients import IMPATIENT, program
from support.proxy import Proxy, Slow, pass_all
from support.waiting import wait_until

FOR_EVER_S = 3600
REQUEST_MS = 400
CALL_MS = 1000
LATE_MS = 1000  # what a busy machine may take on top
TOPIC, PARTITIONS = "flood", 4
VALUE = bytes(range(256)) * 128  # 32 KiB, which no codec of the way makes smaller: there is none
BATCHES, PER_BATCH = 12, 16      # in each partition: 6 MiB
COUNT = PARTITIONS * BATCHES * PER_BATCH
ALL_READ_S = 60
FETCH_BYTES, PARTITION_BYTES = 2 << 20, 1 << 20


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    """A broker whose clients come through a proxy; `address` is its own."""
    from conftest import shared_broker
    with Proxy() as proxy, shared_broker(
            tmp_path_factory, "consumer-faults",
            {"offsets.topic.num.partitions": 3, **proxy.overrides()}) as broker:
        proxy.target = broker.address
        with wire.connected(broker) as connection:
            assert wire.create_topic(connection, TOPIC, PARTITIONS)["errorCode"] == 0
            batch = batches.build([(None, VALUE)] * PER_BATCH)
            for partition in range(PARTITIONS):
                for _ in range(BATCHES):
                    answer = wire.produce(connection, TOPIC, batch, partition=partition)
                    assert answer["errorCode"] == 0
        yield SimpleNamespace(address=broker.address, bootstrap=proxy.bootstrap, proxy=proxy)


@pytest.fixture(autouse=True)
def mended(way):
    yield
    way.proxy.faults = pass_all


class Caller:
    """consumer_caller.cc"""

    def __init__(self, way, **settings):
        chosen = {**IMPATIENT, "request.timeout.ms": REQUEST_MS, "default.api.timeout.ms": CALL_MS,
                  "group.id": "calls", "enable.auto.commit": "false", **settings}
        self.process = subprocess.Popen(
            [program("consumer_caller"), way.bootstrap, TOPIC, str(PARTITIONS),
             *(f"{name}={value}" for name, value in chosen.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def value(self, *words):
        said = self(*words)
        assert said["ok"], said
        return said["value"]

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024


#: A line, and the API whose answers do not come meanwhile.
SILENT = [(("commit", CALL_MS), "OffsetCommit"), (("committed", CALL_MS), "OffsetFetch"),
          (("position", CALL_MS), "ListOffsets"), (("ends",), "ListOffsets"),
          (("partitions",), "Metadata")]


@pytest.mark.parametrize(("line", "api"), SILENT, ids=lambda row: str(row[0] if row else row))
def test_a_call_that_is_not_answered_ends_in_its_time_and_says_why(way, line, api):
    with Caller(way) as call:
        call("commit", 10_000)  # it knows its coordinator
        way.proxy.faults = Slow(FOR_EVER_S, {api})
        began = time.monotonic()
        said = call(*line)
        took_ms = 1000 * (time.monotonic() - began)
    assert not said["ok"] and said["code"] == "REQUEST_TIMED_OUT", said
    assert CALL_MS - 100 <= took_ms < CALL_MS + LATE_MS, f"{took_ms} ms: {said}"
    assert re.search(rf"{re.escape(way.bootstrap)}\)?: .*{api} v\d+.* \d+ ms", said["message"]), said


def test_polls_of_a_broker_that_is_slow_end_in_their_time_and_nothing_is_lost(way):
    with Caller(way, **{"request.timeout.ms": 10_000, "group.id": "slow"}) as call:
        way.proxy.faults = Slow(0.2)
        read, empty = 0, 0
        until = time.monotonic() + ALL_READ_S
        while read < COUNT:
            assert time.monotonic() < until, f"{read} of {COUNT} came"
            began = time.monotonic()
            came = call.value("poll", 100)
            assert time.monotonic() - began < 0.1 + LATE_MS / 1000
            empty += came == 0
            read += came
            if read:
                way.proxy.faults = pass_all
        assert empty > 2
        assert read == COUNT


def test_what_is_fetched_ahead_is_bounded_and_all_of_it_is_read(way):
    limits = {"fetch.max.bytes": FETCH_BYTES, "max.partition.fetch.bytes": PARTITION_BYTES,
              "max.poll.records": 1, "group.id": "floods"}
    with Caller(way, **limits) as call:
        assert call.value("partitions") == PARTITIONS
        before = call.memory()
        read = call.value("poll", 10_000)
        queued, grown = [], []

        def is_full():
            queued.append(call.value("queued"))
            return len(queued) > 5 and queued[-1] == queued[-5]

        wait_until(is_full, 10, "no more is fetched")
        while read < COUNT:
            came = call.value("poll", 10_000)
            assert came == 1, f"{read} of {COUNT} came"
            read += came
            queued.append(call.value("queued"))
            grown.append(call.memory() - before)
        print(f"at most {max(queued)} queued, {max(grown)} bytes of memory")
        batch = PER_BATCH * len(VALUE) + 1000
        assert PARTITION_BYTES <= max(queued) <= FETCH_BYTES + batch
        # What is queued, what is unfolded of it, and what the allocator keeps.
        assert max(grown) < 3 * FETCH_BYTES + 4_000_000, max(grown)
