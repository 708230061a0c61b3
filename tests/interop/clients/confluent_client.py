"""confluent-kafka: produce a file of records, or consume a topic into one (support/records.py).

    produce BOOTSTRAP TOPIC FILE --acks-file FILE [--set name=value]...
    consume BOOTSTRAP TOPIC FILE [--set name=value]...      all partitions, beginning to end
"""

import sys
import time

import common
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition
from support import records

DEADLINE_S = 300


def produce(arguments):
    producer = Producer({"bootstrap.servers": arguments.bootstrap, **common.settings(arguments)})
    acks = common.Acks(arguments.acks_file)

    def delivered_to(index):
        def delivered(error, message):
            if error:
                acks.fail(index, error)
            else:
                acks.add(index, message.partition(), message.offset())
        return delivered

    for index, record in enumerate(records.read_file(arguments.file)):
        options = {"on_delivery": delivered_to(index)}
        if record.partition >= 0:
            options["partition"] = record.partition
        if record.timestamp >= 0:
            options["timestamp"] = record.timestamp
        while True:
            try:
                producer.produce(arguments.topic, key=record.key, value=record.value, **options)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    left = producer.flush(DEADLINE_S)
    if left:
        sys.exit(f"{left} records were not acknowledged within {DEADLINE_S} s")
    acks.finish()


def consume(arguments):
    consumer = Consumer({"bootstrap.servers": arguments.bootstrap, "group.id": "unused",
                         "enable.auto.commit": False, "enable.partition.eof": True,
                         **common.settings(arguments)})
    topic = consumer.list_topics(arguments.topic, timeout=30).topics[arguments.topic]
    left = set(topic.partitions)
    consumer.assign([TopicPartition(arguments.topic, p, OFFSET_BEGINNING) for p in left])
    end = time.monotonic() + DEADLINE_S
    with open(arguments.file, "wb") as out:
        while left:
            if time.monotonic() > end:
                sys.exit(f"partitions {sorted(left)} did not end within {DEADLINE_S} s")
            for message in consumer.consume(1000, timeout=0.5):
                if message.error() is None:
                    out.write(records.pack(records.Stored(
                        message.partition(), message.offset(), message.timestamp()[1],
                        message.key(), message.value())))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                else:
                    sys.exit(f"partition {message.partition()}: {message.error()}")
    consumer.close()


if __name__ == "__main__":
    parsed = common.parse()
    {"produce": produce, "consume": consume}[parsed.command](parsed)
