"""The C++ admin client, each call of it (tests/integration/client_admin_test.cc).

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka).
"""

import os
import re
import subprocess
import threading

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from support import broker as brokers

PROGRAM = brokers.binary().parent / "tests" / "integration" / "client_admin_test"
DEADLINE_S = 240
JOIN_S = 30
TESTS_MIN = 20  # that they ran at all


@pytest.fixture
def broker(broker_factory):
    directory = broker_factory.directory
    yield broker_factory.start({
        "log.dirs": f"{directory / 'logs-a'},{directory / 'logs-b'}",
        "auto.create.topics.enable": "false", "group.initial.rebalance.delay.ms": "0"})


class Member:
    """A static member of a classic group that has got its partitions and stays."""

    def __init__(self, broker, group, instance):
        self.consumer = Consumer({
            "bootstrap.servers": broker.bootstrap, "group.id": group,
            "group.instance.id": instance, "partition.assignment.strategy": "range",
            "enable.auto.commit": False, "auto.offset.reset": "earliest"})
        self.assigned, self.stopping = threading.Event(), threading.Event()
        self.consumer.subscribe(["records"], on_assign=lambda *_: self.assigned.set())
        self.thread = threading.Thread(target=self._stay)
        self.thread.start()

    def _stay(self):
        while not self.stopping.is_set():
            self.consumer.poll(0.1)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        self.consumer.close()


def make_topics(broker):
    forever = {"retention.ms": "-1"}
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    made = admin.create_topics(
        [NewTopic("records", 2, 1, config=forever), NewTopic("cut", 2, 1, config=forever),
         NewTopic("pending", 1, 1)])
    for future in made.values():
        future.result()


def fill(broker):
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for topic in ("records", "cut"):
        for i in range(10):
            producer.produce(topic, f"record {i}", partition=0, timestamp=1000 + i)
    assert producer.flush(JOIN_S) == 0


def open_transaction(broker):
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "open",
                         "transaction.timeout.ms": 120_000})
    producer.init_transactions(JOIN_S)
    producer.begin_transaction()
    producer.produce("pending", "not committed", partition=0)
    assert producer.flush(JOIN_S) == 0
    return producer


def test_every_call_of_the_admin_client(broker):
    make_topics(broker)
    fill(broker)
    members = [Member(broker, "live", "i-1"), Member(broker, "removing", "i-2")]
    producer = open_transaction(broker)
    try:
        for member in members:
            assert member.assigned.wait(JOIN_S), "the member has no partitions"
        ran = subprocess.run([PROGRAM, "--gtest_brief=1"], capture_output=True, text=True,
                             timeout=DEADLINE_S,
                             env={**os.environ, "BARNABAS_BOOTSTRAP": broker.bootstrap})
        assert ran.returncode == 0, f"{ran.stdout[-8000:]}\n{ran.stderr[-2000:]}"
        assert int(re.search(r"PASSED.* (\d+) tests", ran.stdout)[1]) >= TESTS_MIN
    finally:
        for member in members:
            member.stop()
        del producer
