"""Apache Kafka's own jars, fetched once by tools/kafka_jars.sh."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "4.4.0"


@cache
def class_path(name, version=VERSION):
    """`broker`, `tools` or `clients`."""
    done = subprocess.run([ROOT / "tools" / "kafka_jars.sh", version, name], check=True,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
