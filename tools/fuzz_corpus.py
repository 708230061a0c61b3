#!/usr/bin/env python3
"""Seed corpora of the fuzz targets, made from the conformance vectors.

  tools/fuzz_corpus.py FOLDER     writes FOLDER/<target>/<digest> for every target below

A target is a function that yields inputs; see the head of tests/fuzz/<target>_fuzz.cc for what the
first bytes of an input choose.
"""
import hashlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "data" / "vectors"
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
BATCH_HEADER = 61
COUNT_AT = 57
LEGACY_VALUE_AT = {0: 26, 1: 34}  # of a message without key


def lines(name):
    text = subprocess.run(["zstd", "-dcq", VECTORS / f"{name}.jsonl.zst"], check=True,
                          stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in text.splitlines()]


def batches():
    """(description, bytes) of every whole batch in the files of record batches."""
    for name in ("record-batches", "record-batches-bad"):
        for line in lines(name):
            buffer = bytes.fromhex(line["hex"])
            for batch in line["batches"]:
                begin = batch["position"]
                yield batch, buffer[begin:begin + batch["size"]]


def wire_sets():
    for name in ("record-batches", "record-batches-bad"):
        for line in lines(name):
            yield bytes.fromhex(line["hex"])


def wire_payload():
    for batch, raw in batches():
        if batch["magic"] == 2 and "compression" in batch and len(raw) >= BATCH_HEADER:
            codec = CODECS.index(batch["compression"])
            yield bytes([codec, raw[COUNT_AT + 3]]) + raw[BATCH_HEADER:]


def wire_snappy():
    for batch, raw in batches():
        if batch.get("compression") == "snappy":
            begin = LEGACY_VALUE_AT.get(batch["magic"], BATCH_HEADER)
            yield b"\0" + raw[begin:]
            yield b"\xff" + raw[begin:]


def wire_append():
    for line in lines("append-validation"):
        params = line["params"]
        target = CODECS.index(params["compression.type"]) if params["compression.type"] in CODECS \
            else len(CODECS)
        rules = params["compacted_topic"] | (params["timestamp_type"] == "LogAppendTime") << 1
        yield bytes([rules | target << 3]) + bytes.fromhex(line["hex"])


def wire_messages():
    """Places in the tables of wire/api.cc and wire/persisted/registry.cc, which are by rising key."""
    apis = sorted(line["key"] for line in lines("api-keys"))
    lowest = {}
    bodies = [line for name in ("rpc-requests", "rpc-responses", "rpc-legacy", "rpc-malformed")
              for line in lines(name)]
    for line in bodies:
        message = (line["key"], line["type"])
        lowest[message] = min(lowest.get(message, line["version"]), line["version"])
    for line in bodies:
        response = line["type"] == "response"
        choice = [response, apis.index(line["key"]),
                  line["version"] - lowest[line["key"], line["type"]]]
        yield bytes(choice) + bytes.fromhex(line["hex"])
    for line in lines("frames") + lines("frames-legacy"):
        if line["type"] == "request":
            yield b"\2\0\0" + bytes.fromhex(line["hex"])[4:]
    families = ["metadata", "remote-log-metadata", "group", "transaction", "share"]
    stored = lines("metadata-records") + lines("coordinator-records")
    for line in stored:
        family = line["family"]
        ids = sorted({each["id"] for each in stored if each["family"] == family})
        choice = [4 if line["part"] == "key" else 3, ids.index(line["id"]), families.index(family)]
        yield bytes(choice) + bytes.fromhex(line["hex"])


TARGETS = [wire_sets, wire_payload, wire_snappy, wire_append, wire_messages]


def main():
    folder = pathlib.Path(sys.argv[1])
    for target in TARGETS:
        into = folder / target.__name__
        into.mkdir(parents=True, exist_ok=True)
        for seed in target():
            (into / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
