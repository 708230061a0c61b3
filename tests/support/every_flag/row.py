"""A line of words, and what a command must say to it."""

import json
import re
import shlex
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`line` begins with the command; <name>, in patterns too, stands for a value of the world that it
    runs in: an address, a file, an id. Patterns are regular expressions that must be found."""

    line: str
    out: str | None = None      # in the standard output; "" is: nothing is printed
    errors: str | None = None   # in either output
    lacks: str | None = None    # in neither
    status: int = 0
    stdin: bytes = b""
    seconds_max: float | None = None

    def words(self, values):
        return [_filled(word, values) for word in shlex.split(self.line)]

    def judge(self, said, seconds, values):
        """Fails where it is not as the row says."""
        shown = f"barnabas {self.line}\n{said}"
        both = said.out + said.errors

        def found(pattern, text):
            return re.search(_filled(pattern, values), text, re.MULTILINE)
        assert said.status == self.status, shown
        if self.out == "":
            assert said.out == "", shown
        elif self.out is not None:
            assert found(self.out, said.out), shown
        assert self.errors is None or found(self.errors, both), shown
        assert self.lacks is None or not found(self.lacks, both), shown
        assert self.seconds_max is None or seconds < self.seconds_max, f"{seconds:.2f} s: {shown}"
        if "--json" in shlex.split(self.line) and self.status == 0:
            for line in said.out.splitlines():
                assert isinstance(json.loads(line), dict), shown


def _filled(text, values):
    return re.sub(r"<([a-z][\w.-]*)>", lambda found: str(values[found[1]]), text)


def says(line, out, **more):
    """It ends well and prints something that `out` is found in."""
    return Row(line, out=out, **more)


def silent(line, **more):
    """It ends well and prints nothing."""
    return Row(line, out="", **more)


def complains(line, errors, status=1, **more):
    """It is refused, or fails, and says why."""
    return Row(line, errors=errors, status=status, **more)


def takes_configurations(line, *options, status=1):
    """Each of these options names a file of configurations, one of which is misspelt."""
    return [complains(f"{line} --{option} <misspelt>", r"client\.id\b", status=status)
            for option in options]
