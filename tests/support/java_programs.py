"""Java programs of these tests, compiled once."""

import hashlib
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from support import kafka_jars

CACHE = Path(os.environ.get("BARNABAS_CACHE", Path.home() / ".cache" / "barnabas"))


@cache
def classes(folder, jars):
    """A folder with the *.java of `folder` compiled against a set of Kafka's jars (kafka_jars.py),
    made anew when a source or a jar changes."""
    sources = sorted(Path(folder).glob("*.java"))
    assert sources, f"no Java program in {folder}"
    class_path = kafka_jars.class_path(jars)
    digest = hashlib.sha256(class_path.encode())
    for source in sources:
        digest.update(source.read_bytes())
    made = CACHE / "java" / digest.hexdigest()[:16]
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent) as work:
            fresh = Path(work) / "classes"
            subprocess.run(["javac", "-Xlint:all", "-Werror", "-d", fresh, "-cp", class_path,
                            *sources], check=True)
            try:
                fresh.rename(made)
            except OSError:
                assert made.exists()  # another run was first
    return made
