"""Retry and dead-letter topics of the C++ client (tests/integration/retry_topics_test.cc) against a
broker in a process of its own: Barnabas, or Apache Kafka (BARNABAS_TEST_BROKER=kafka).
"""

import os
import subprocess

from support import broker as brokers
from support import group_clients

PROGRAM = brokers.binary().parent / "tests" / "integration" / "integration_retry_topics"
DEADLINE_S = 300


def test_what_fails_is_tried_again_and_put_aside(tmp_path):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path)
    try:
        broker = factory.start(group_clients.FAST)
        run = subprocess.run([str(PROGRAM), "--gtest_brief=1"], capture_output=True, text=True,
                             timeout=DEADLINE_S, check=False,
                             env=os.environ | {"BARNABAS_BOOTSTRAP": broker.bootstrap})
    finally:
        factory.close()
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
