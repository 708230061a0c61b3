"""confluent-kafka, that is librdkafka, copies a topic exactly once as one member of a group
(group_member.py)."""

import group_member
from confluent_group import settings
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

DEADLINE_S = 60


class Copier:
    """What it has in hand is copied before the next poll, and dropped where its partition goes."""

    def __init__(self, arguments):
        self.arguments, self.taken = arguments, []
        self.transactions = group_member.Transactions(arguments.hold_in)
        self.consumer = Consumer({**settings(arguments), "isolation.level": "read_committed"})
        self.producer = Producer({"bootstrap.servers": arguments.bootstrap, "linger.ms": 0,
                                  "transactional.id": arguments.transactional_id,
                                  "transaction.timeout.ms": arguments.transaction_ms})

    def on_assign(self, _, partitions):
        group_member.owned("assigned", [p.partition for p in partitions])

    def on_revoke(self, _, partitions):
        self.drop(partitions)
        group_member.owned("revoked", [p.partition for p in partitions])

    def on_lost(self, _, partitions):
        self.drop(partitions)
        group_member.owned("lost", [p.partition for p in partitions])

    def drop(self, partitions):
        gone = {p.partition for p in partitions}
        self.taken = [message for message in self.taken if message.partition() not in gone]

    def run(self):
        told = group_member.Told()
        self.producer.init_transactions(DEADLINE_S)
        self.consumer.subscribe([self.arguments.topic], on_assign=self.on_assign,
                                on_revoke=self.on_revoke, on_lost=self.on_lost)
        while not told.stop:
            self.take()
            if self.taken:
                self.copy()
        self.consumer.close()

    def take(self):
        message = self.consumer.poll(0.2)
        while message is not None:
            if message.error():
                raise KafkaException(message.error())
            self.taken.append(message)
            if len(self.taken) >= group_member.AT_ONCE:
                return
            message = self.consumer.poll(0)

    def copy(self):
        messages, self.taken = self.taken, []
        try:
            self.copy_all(messages)
        except KafkaException as failure:
            error = failure.args[0]
            if not error.txn_requires_abort():
                raise
            self.producer.abort_transaction(DEADLINE_S)
            self.transactions.aborted(error)
            self.go_back()
            return
        self.transactions.committed(len(messages))

    def copy_all(self, messages):
        self.transactions.begin()
        self.producer.begin_transaction()
        ends = {}
        for message in messages:
            self.producer.produce(self.arguments.to, message.value(), message.key(),
                                  message.partition())
            ends[message.partition()] = message.offset() + 1
        self.producer.flush(DEADLINE_S)
        self.producer.send_offsets_to_transaction(
            [TopicPartition(self.arguments.topic, *end) for end in ends.items()],
            self.consumer.consumer_group_metadata(), DEADLINE_S)
        self.transactions.before_commit()
        self.producer.commit_transaction(DEADLINE_S)

    def go_back(self):
        """To what is committed."""
        mine = self.consumer.assignment()
        for partition in self.consumer.committed(mine, DEADLINE_S) if mine else []:
            partition.offset = max(partition.offset, 0)
            self.consumer.seek(partition)


if __name__ == "__main__":
    try:
        Copier(group_member.parse()).run()
    except KafkaException as failed:
        group_member.fail(failed)
