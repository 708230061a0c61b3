"""Tests that mostly wait for something, run beside each other.

    def come_and_go(broker, directory, client): ...

    @pytest.mark.scenario(run=come_and_go)
    @pytest.mark.parametrize("client", CLIENTS)
    def test_members_come_and_go(outcome, client):
        outcome()

The fixture `outcome` (conftest.py) takes its file's fixture `broker`; what a test is parametrized
with goes to its scenario.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

AT_ONCE = 6


@contextmanager
def running(request, broker, directory):
    """{test's id: the future of its scenario}, for all tests of the file that this run asks for."""
    asked = [(item, item.get_closest_marker("scenario")) for item in request.session.items
             if item.module is request.module]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {item.nodeid: pool.submit(marker.kwargs["run"], broker, directory,
                                        **item.callspec.params)
               for item, marker in asked if marker}
