"""Waiting for something to come true, with a deadline and never longer than needed."""

import time


def wait_until(condition, deadline_s, what, poll_s=0.02):
    """Calls `condition` until it answers something true, and returns that.

    Fails with `what` after `deadline_s`: a sentence that says what was waited for.
    """
    end = time.monotonic() + deadline_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"after {deadline_s} s still not: {what}")
        time.sleep(poll_s)
