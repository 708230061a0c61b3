#!/usr/bin/env python3
"""Seed corpora of the fuzz targets, made from the conformance vectors.

  tools/fuzz_corpus.py FOLDER     writes FOLDER/<target>/<digest> for every target below

A target is a function that yields inputs; see the head of tests/fuzz/<target>_fuzz.cc for what the
first bytes of an input choose.
"""
import hashlib
import io
import json
import pathlib
import struct
import subprocess
import sys
import tarfile

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


def rpc_client_connection():
    """One answer of each API and version, whole; a few of them in a row; and as a raw stream."""
    apis = sorted(line["key"] for line in lines("api-keys"))
    lowest = {}
    for name in ("rpc-requests", "rpc-legacy"):
        for line in lines(name):
            if line["type"] == "request":
                key = line["key"]
                lowest[key] = min(lowest.get(key, line["version"]), line["version"])
    chosen = []
    for line in lines("frames") + lines("frames-legacy"):
        if line["type"] == "response" and line["key"] in lowest:
            question = bytes([apis.index(line["key"]), line["version"] - lowest[line["key"]]])
            chosen.append((question, bytes.fromhex(line["hex"])))
    for question, frame in chosen:
        body = frame[8:]
        if len(body) < 65536:
            yield bytes([128 | 12 << 3 | 1]) + question + len(body).to_bytes(2, "big") + body
        yield bytes([3 << 3 | 1]) + question + frame[:4] + bytes(4) + body
    small = [each for each in chosen if len(each[1]) < 2000]
    for i in range(0, len(small) - 7, 7):
        some = small[i:i + 7]
        yield bytes([128 | 4 << 3 | 7]) + b"".join(question for question, _ in some) + b"".join(
            (len(frame) - 8).to_bytes(2, "big") + frame[8:] for _, frame in some)


def step(what, number, raw):
    return bytes([what, number]) + len(raw).to_bytes(2, "big") + raw


def replayed(family, kind):
    """Steps that replay each record of one kind of the vectors, all keys with all values."""
    stored = [line for line in lines("coordinator-records")
              if line["family"] == family and line["id"] == kind]
    keys = [bytes.fromhex(line["hex"]) for line in stored if line["part"] == "key"]
    values = [bytes.fromhex(line["hex"]) for line in stored if line["part"] == "value"]
    return b"".join(step(0, len(key), key + value)
                    for key in keys if len(key) < 256 for value in values[:20])


def requests(keys):
    """Each request of the vectors as a step; `keys`: by API key, what the step is."""
    for line in lines("rpc-requests"):
        raw = bytes.fromhex(line["hex"])
        if line["key"] in keys and len(raw) < 20_000:
            yield step(keys[line["key"]], line["version"], raw)


def coordinator_groups():
    kinds = {line["id"] for line in lines("coordinator-records") if line["family"] == "group"}
    for kind in sorted(kinds):
        yield replayed("group", kind) + step(10, 200, b"") + step(11, 5, b"\1\1\0")
    asked = list(requests({11: 1, 14: 2, 12: 3, 13: 4, 68: 5, 8: 6, 28: 7, 9: 8, 47: 9, 16: 11,
                           76: 240, 91: 241, 92: 242}))
    for i in range(0, len(asked), 20):
        yield b"".join(asked[i:i + 20]) + step(10, 60, b"")


def coordinator_transactions():
    yield replayed("transaction", 0) + step(6, 1, b"") + step(6, 255, b"")
    asked = list(requests({22: 1, 24: 2, 25: 3, 26: 4, 66: 5}))
    for i in range(0, len(asked), 10):
        yield b"".join(asked[i:i + 10]) + step(6, 10, b"")


def of_share_partition(body):
    """A request of group g about partition 0 of a topic; `body`: behind the partition's number."""
    return b"\x02g\x02" + bytes(15) + b"\x07\x02" + bytes(4) + body + bytes(3)


def coordinator_share_state():
    begins = step(1, 0, of_share_partition(struct.pack(">iq", 1, 0)))
    writes = [step(3, 1, of_share_partition(
        struct.pack(">iiqiB", 1, 0, at, 1, 2) + struct.pack(">qqbhB", at, at + 5, at % 3, 1, 0)))
        for at in range(6)]
    reads = [step(2, 0, of_share_partition(struct.pack(">i", epoch))) for epoch in (0, 1)]
    ends = step(4, 0, of_share_partition(b""))
    yield begins + b"".join(writes) + b"".join(reads) + step(8, 100, b"") + ends + begins
    yield begins + writes[0] + step(7, 7, b"") + step(8, 1, b"") + step(6, 1, b"") + writes[1]
    yield replayed("share", 0) + replayed("share", 1) + step(8, 1, b"") + step(8, 255, b"")
    asked = list(requests({83: 1, 84: 2, 85: 3, 86: 4, 87: 5}))
    for i in range(0, len(asked), 10):
        yield b"".join(asked[i:i + 10]) + step(7, 1, b"") + step(8, 60, b"")
    yield b"".join(each for each in asked if each[0] != 4) + step(6, 1, b"") + step(8, 255, b"")


def kafka_files(archive):
    """(path, bytes) of each file of an archive that Kafka left, without preallocated zeros."""
    packed = ROOT / "tests" / "data" / "kafka-data" / f"{archive}.tar.zst"
    raw = subprocess.run(["zstd", "-dcq", packed], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(raw)) as archived:
        for member in archived:
            if member.isfile() and member.size < 20_000:
                yield pathlib.PurePath(member.name), archived.extractfile(member).read()


def log_files():
    files = dict(kafka_files("kafka-4.4-clean")) | dict(kafka_files("kafka-3.9-clean"))
    for path, raw in files.items():
        if path.suffix == ".log":
            indexes = [files.get(path.with_suffix(suffix), b"")
                       for suffix in (".index", ".timeindex", ".txnindex")]
            sizes = b"".join(len(index).to_bytes(2, "big") for index in indexes)
            for kind in range(3):
                yield bytes([kind]) + sizes + b"".join(indexes) + raw
            yield b"\5" + raw
        elif path.suffix == ".snapshot":
            yield b"\3" + raw
        elif path.suffix == "" or path.suffix == ".properties":
            yield b"\4" + raw
    for line in lines("producer-snapshots"):
        yield b"\3" + bytes.fromhex(line["hex"])
    for line in lines("metadata-records"):
        yield b"\5" + bytes.fromhex(line["hex"])


DUMPED = {".log": 0, ".index": 1, ".timeindex": 2, ".txnindex": 3, ".snapshot": 4, ".checkpoint": 5}
DECODERS = {"__consumer_offsets": 1, "__transaction_state": 2, "__cluster_metadata": 3}


def log_tools():
    files = dict(kafka_files("kafka-4.4-clean")) | dict(kafka_files("kafka-3.9-clean"))
    for path, raw in files.items():
        if path.suffix in DUMPED:
            decoder = DECODERS.get(path.parent.name.rpartition("-")[0], 0)
            yield bytes([DUMPED[path.suffix] | decoder << 3]) + raw
        if path.suffix == ".log":
            indexes = [files.get(path.with_suffix(suffix), b"")
                       for suffix in (".index", ".timeindex", ".txnindex")]
            epochs = files.get(path.parent / "leader-epoch-checkpoint", b"")[:255]
            sizes = b"".join(len(index).to_bytes(2, "big") for index in indexes)
            for clean in range(2):
                yield bytes([128 | clean]) + sizes + bytes([len(epochs)]) + b"".join(indexes) + \
                    epochs + raw


def client_consumer():
    for raw in wire_sets():
        yield b"\1" + raw
        yield b"\2" + raw
    subscription = "0003 00000001 000174 ffffffff 00000001 000174 00000001 00000000 00000005 ffff"
    assignment = "0003 00000001 000174 00000001 00000001 ffffffff"
    for text in (subscription, assignment):
        yield b"\0" + bytes.fromhex(text)


def text_task(what, text, how=b""):
    """The input of a target of texts: tests/fuzz/text_target.h."""
    return bytes([what]) + struct.pack(">H", len(how)) + how + text


def cli_cat():
    of = text_task
    for form, text in ((b"<h >q s", b"-1 5 rest"), (b"BcI$", b"7x9"), (b"i", b"\0\0\0\5")):
        yield of(0, text, form)
    yield of(1, b'{"topic":"t","partition":1,"ts":5,"headers":["a","b","c",null],"key":"k",'
                b'"payload":{"x":[1.5,true,null]}}')
    yield of(1, b'{"key_base64":"/wA=","payload":null,"headers_base64":["a","/w=="]}')
    for form, text in ((rb"%t %p %o %T %h|%k=%s\n", b"t 1 2 3 a=b,c=NULL|k=v\n"),
                       (b"%K %k%S %s", b"1 k-1 "), (rb"%R%s\x41\065%%", b"\0\0\0\1vAA%")):
        yield of(2, text, form)
    yield of(3, b"a::b:::c", b"::")


def cli_json():
    for text in (
            b'{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2],'
            b'"log_dirs":["any","/d"]},{"topic":"u","partition":7,"replicas":[3]}]}',
            b'{"partitions":[]}', b'[]'):
        yield text_task(0, text)
    for text in (b'{"topics":[{"topic":"t"},{"topic":"u"}],"version":1}', b"1,2,3,",
                 b'{"partitions":[{"topic":"t","partition":0},{"topic":"t","partition":1}]}',
                 b'{"partitions":[{"topic":"t","partition":1,"offset":-1}],"version":1}'):
        yield text_task(1, text)
    for text in (b'{"a":[1,-2,1.5e3,18446744073709551615,true,null,"\\u00e9\\n"],"b":{}}', b" 7 ",
                 b'"\xc3\xa9"', b"[" * 50 + b"]" * 50):
        yield text_task(2, text)


def cli_doctor():
    """Answers to ApiVersions version 0 and Metadata version 1, and those of strangers."""
    versions = [bytes.fromhex(line["hex"]) for line in lines("rpc-responses")
                if (line["key"], line["type"], line["version"]) == (18, "response", 0)]
    brokers = [bytes.fromhex(line["hex"]) for line in lines("rpc-responses")
               if (line["key"], line["type"], line["version"]) == (3, "response", 1)]
    controller = struct.pack(">hi", 0, 2) + struct.pack(">hhhhhh", 1, 0, 17, 52, 0, 2)
    for answer in (controller, *(raw for raw in versions if len(raw) < 60_000)):
        yield text_task(0, answer)
        yield text_task(1, answer)
    for answer in brokers:
        if len(answer) < 60_000:
            yield text_task(0, controller, answer)
    for stranger in (b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x\r\n", b"\x15\3\3\0\2\2\x28",
                     b"J\0\0\0\x0a8.0", b"-ERR unknown", b""):
        yield text_task(3, stranger, b"\x16\3\3\0\x7a\2")


def metadata_state():
    def node(what, number, text):
        return step(what, number, text.encode())
    topic = ('{"partitions":{"0":[1,2],"1":[2]},"topic_id":"ABEiM0RVZneImaq7zN3u_w",'
             '"adding_replicas":{"0":[2]},"removing_replicas":{},"version":3}')
    state = ('{"controller_epoch":3,"leader":1,"version":1,"leader_epoch":0,"isr":[1,2],'
             '"leader_recovery_state":1}')
    config = '{"version":1,"config":{"retention.ms":"5","a":"\\u00e9"}}'
    yield node(0, 16, topic) + node(1, 16, state) + node(1, 17, state) + node(5, 16, config) + \
        node(12, 16, "")
    yield node(0, 0, '{"version":1,"partitions":{"0":[1,2]}}') + node(6, 1, config) + \
        node(7, 0, config) + node(8, 3, config)
    yield node(2, 1, '{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},'
                     '"endpoints":["PLAINTEXT://h:9092"],"rack":"r","jmx_port":-1,"port":9092,'
                     '"host":"h","version":5,"timestamp":"1700000000000"}')
    yield node(3, 0, '{"version":2,"brokerid":1,"timestamp":"17","kraftControllerEpoch":-1}') + \
        node(4, 0, '{"version":1,"broker":1,"block_start":"0","block_end":"999"}') + \
        node(9, 0, '{"version":"1","id":"ABEiM0RVZneImaq7zN3u_w"}') + node(10, 0, "7")
    yield node(11, 0, '{"features":{"metadata.version":25},"version":2,"status":1}')
    yield node(11, 0, '{"features":{"a":{"min_version_level":1,"max_version_level":3}},"version":1,'
                      '"status":1}') + node(12, 3, "a%2Fb")


def cli_text():
    of = text_task
    yield of(0, b"# a file\nbootstrap.servers = a:1,\\\n   b:2\nkey\\ with:value\n! no\n"
                b"x\\u00e9\\ud83d\\ude00\\t y\n")
    yield of(1, b'default_profile = "a"\n[profiles.a]\nbootstrap_servers = ["k:1", "l:2"]\n'
                b'username = "u"\npassword_command = ["pass", "k"]\n[profiles.a.properties]\n'
                b'"sasl.mechanism" = "PLAIN"\n[profiles.a.secrets]\n'
                b'"ssl.key.password" = { file = "k" }\n', b"b")
    yield of(2, b't,0,5\n"a,b",1,7\r\n', b"g")
    yield of(2, b'g,t,0,5\n"h""i",u,1,7\n')
    yield of(3, b"a:1,b:2\tkey\tvalue\r\nNULL\tk\tv\n",
             b"parse.key=true\nparse.headers=true\nnull.marker=NULL\n")
    yield of(3, b"a=1;;b=2|k-v\n", b"parse.key=true\nparse.headers=true\nkey.separator=-\n"
                                   b"headers.delimiter=|\nheaders.separator=;+\n"
                                   b"headers.key.separator==\nignore.error=true\n")
    yield of(4, b"2026-01-31T13:45:00.000+02:00", b"yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
    yield of(4, b"-P1DT2H30M5.5S", b"EEEE, d MMM yy G K:mm a z ''Z''")
    yield of(5, b"one\ntwo\n\nthree", rb"\n+")


TARGETS = [wire_sets, wire_payload, wire_snappy, wire_append, wire_messages, log_files,
           log_tools, coordinator_groups, coordinator_transactions, coordinator_share_state,
           rpc_client_connection, client_consumer, metadata_state, cli_cat, cli_doctor, cli_json,
           cli_text]


def main():
    folder = pathlib.Path(sys.argv[1])
    for target in TARGETS:
        into = folder / target.__name__
        into.mkdir(parents=True, exist_ok=True)
        for seed in target():
            (into / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
