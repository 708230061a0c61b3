"""Log directories that Apache Kafka left: tests/data/kafka-data."""

import io
import tarfile
from pathlib import Path

import zstandard

DATA = Path(__file__).resolve().parents[1] / "data" / "kafka-data"
NAMES = ["kafka-4.4-clean", "kafka-4.4-crashed", "kafka-3.9-clean", "kafka-3.9-crashed"]


def unpack(name, folder):
    """The log directories of an archive: those that hold meta.properties."""
    with (DATA / f"{name}.tar.zst").open("rb") as packed:
        data = zstandard.ZstdDecompressor().stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    found = sorted(path.parent for path in folder.rglob("meta.properties"))
    assert found, f"{name} has no log directory"
    return found
