"""Fixtures that every test here shares: brokers, and their logs where a test fails."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import broker as brokers  # noqa: E402
from support import scenarios, wire  # noqa: E402

_started = []


def pytest_configure(config):
    config.addinivalue_line("markers", "own: about Barnabas alone, not run against Apache Kafka")
    config.addinivalue_line("markers", "scenario: runs beside the file's others (scenarios.py)")
    config.addinivalue_line("markers", "long: the full count, run when BARNABAS_LONG is set")


def pytest_collection_modifyitems(items):
    if brokers.is_kafka():
        for item in items:
            if item.get_closest_marker("own"):
                item.add_marker(pytest.mark.skip(reason="about Barnabas alone"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        for broker in _started:
            report.sections.append((f"log of {broker.directory}", broker.tail()))


class BrokerFactory:
    """Makes brokers below one directory and ends them all."""

    def __init__(self, directory):
        self.directory, self.made = directory, []

    def make(self, overrides=None, name=None, **options):
        broker = brokers.make_broker(self.directory / (name or f"broker-{len(self.made)}"),
                                     overrides=overrides, **options)
        self.made.append(broker)
        _started.append(broker)
        return broker

    def start(self, overrides=None, **options):
        return self.make(overrides, **options).start()

    def close(self):
        """Ends what runs, and fails if one of them told of a defect."""
        broken = []
        for broker in self.made:
            if broker.running:
                broker.stop()
            broken += broker.broken()
            _started.remove(broker)
        assert not broken, "\n".join(broken)


@contextmanager
def shared_broker(tmp_path_factory, name, overrides=None):
    """For the tests of a file, whose own `broker` fixture it is. It must outlive them all."""
    factory = BrokerFactory(tmp_path_factory.mktemp(name))
    shared = factory.start(overrides)
    yield shared
    alive = shared.running
    factory.close()
    assert alive, "the broker ended by itself"


@pytest.fixture
def broker_factory(tmp_path):
    factory = BrokerFactory(tmp_path)
    yield factory
    factory.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """One broker with the defaults, shared by the tests of a file."""
    with shared_broker(tmp_path_factory, "broker") as shared:
        yield shared


@pytest.fixture
def connection(broker):
    """To the file's broker."""
    with wire.connected(broker) as opened:
        yield opened


@pytest.fixture(scope="module")
def scenario_outcomes(request, broker, tmp_path_factory):
    with scenarios.running(request, broker, tmp_path_factory.mktemp("scenarios")) as outcomes:
        yield outcomes


@pytest.fixture
def outcome(request, scenario_outcomes):
    """Waits for this test's scenario, and fails as it does."""
    return scenario_outcomes[request.node.nodeid].result
