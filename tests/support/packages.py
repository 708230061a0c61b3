"""Real text: the Debian package index of this machine, one record per package."""

import subprocess
from functools import cache

from support.records import pair

MINIMUM = 10_000


@cache
def packages():
    """Every package that `apt-cache dumpavail` knows: key is its name, value its stanza."""
    dump = subprocess.run(["apt-cache", "dumpavail"], check=True, stdout=subprocess.PIPE).stdout
    found = []
    for stanza in dump.split(b"\n\n"):
        stanza = stanza.strip(b"\n")
        if stanza.startswith(b"Package: "):
            name = stanza[len(b"Package: "):].split(b"\n", 1)[0]
            found.append(pair(name, stanza))
    assert len(found) >= MINIMUM, (
        f"apt-cache dumpavail lists {len(found)} packages, at least {MINIMUM} are needed: "
        "run `apt-get update` first")
    return found


def some_packages(count):
    """`count` of them, spread evenly over the index."""
    everything = packages()
    return everything[::max(1, len(everything) // count)][:count]
