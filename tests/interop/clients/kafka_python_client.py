"""kafka-python: produce a file of records, or consume a topic into one (support/records.py).

    produce BOOTSTRAP TOPIC FILE --acks-file FILE [--set name=value]...
    consume BOOTSTRAP TOPIC FILE [--set name=value]...      all partitions, beginning to end
"""

import sys
import time

import common
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from support import records

DEADLINE_S = 300


def typed(text):
    """kafka-python wants numbers and truth values as such."""
    if text in ("True", "False"):
        return text == "True"
    try:
        return int(text)
    except ValueError:
        return text


def config(arguments):
    chosen = {name.replace(".", "_"): typed(value)
              for name, value in common.settings(arguments).items()}
    return {"bootstrap_servers": arguments.bootstrap, **chosen}


def produce(arguments):
    producer = KafkaProducer(**config(arguments))
    acks = common.Acks(arguments.acks_file)
    for index, record in enumerate(records.read_file(arguments.file)):
        future = producer.send(
            arguments.topic, key=record.key, value=record.value,
            partition=record.partition if record.partition >= 0 else None,
            timestamp_ms=record.timestamp if record.timestamp >= 0 else None)
        future.add_callback(lambda done, i=index: acks.add(i, done.partition, done.offset))
        future.add_errback(lambda error, i=index: acks.fail(i, error))
    producer.flush(timeout=DEADLINE_S)
    producer.close()
    acks.finish()


def consume(arguments):
    consumer = KafkaConsumer(enable_auto_commit=False, auto_offset_reset="earliest",
                             **config(arguments))
    partitions = [TopicPartition(arguments.topic, p)
                  for p in consumer.partitions_for_topic(arguments.topic)]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    deadline = time.monotonic() + DEADLINE_S
    with open(arguments.file, "wb") as out:
        while any(consumer.position(p) < ends[p] for p in partitions):
            if time.monotonic() > deadline:
                sys.exit(f"did not reach {ends} within {DEADLINE_S} s")
            for batch in consumer.poll(timeout_ms=500, max_records=5000).values():
                for record in batch:
                    out.write(records.pack(records.Stored(
                        record.partition, record.offset, record.timestamp, record.key,
                        record.value)))
    consumer.close()


if __name__ == "__main__":
    parsed = common.parse()
    {"produce": produce, "consume": consume}[parsed.command](parsed)
