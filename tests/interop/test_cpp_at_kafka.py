"""The C++ clients at Apache Kafka, whatever BARNABAS_TEST_BROKER says: the calls of the admin client,
the consumer (classic groups and KIP-848) and the producer (transactions too), one broker for all.

So that a client and a broker of one hand do not agree on something that is wrong. All other files
test_cpp_*.py may be judged so by hand: BARNABAS_TEST_BROKER=kafka tools/pytest.sh FILE.
"""

import pytest
import test_cpp_admin
import test_cpp_consumer
import test_cpp_producer


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    from conftest import BrokerFactory
    directory = tmp_path_factory.mktemp("kafka")
    factory = BrokerFactory(directory)
    yield factory.start({"log.dirs": f"{directory / 'logs-a'},{directory / 'logs-b'}",
                         "auto.create.topics.enable": "false", **test_cpp_consumer.OVERRIDES},
                        kind="kafka")
    factory.close()


def test_every_call_of_the_admin_client(kafka):
    test_cpp_admin.test_every_call_of_the_admin_client(kafka)


def test_every_call_of_the_consumer(kafka):
    test_cpp_consumer.test_every_call_of_the_consumer(kafka)


def test_every_feature_of_the_producer(kafka):
    test_cpp_producer.test_every_feature_of_the_producer(kafka)
