"""The conformance vectors: tests/data/vectors, or the folder that BARNABAS_VECTORS names."""

import io
import json
import os
from pathlib import Path

import zstandard

DATA = Path(__file__).resolve().parents[1] / "data" / "vectors"


def lines(name):
    """The objects of `<name>.jsonl`, compressed or not."""
    folder = Path(os.environ.get("BARNABAS_VECTORS", DATA))
    plain = folder / f"{name}.jsonl"
    if plain.exists():
        return [json.loads(line) for line in plain.open()]
    return list(compressed_lines(folder / f"{name}.jsonl.zst"))


def compressed_lines(path):
    with path.open("rb") as source:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(source), "utf-8")
        for line in text:
            yield json.loads(line)
