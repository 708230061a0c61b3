"""kafka-python copies a topic exactly once as one member of a group (group_member.py)."""

import group_member
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, ProducerFencedError
from kafka.structs import OffsetAndMetadata
from kafka_python_group import ASSIGNORS

POLL_MS = 1000
DEADLINE_S = 60


class Copier(ConsumerRebalanceListener):
    """A poll gives only what belongs to this member, and nothing is rebalanced till the next."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.transactions = group_member.Transactions(arguments.hold_in)
        self.consumer = KafkaConsumer(
            bootstrap_servers=arguments.bootstrap, group_id=arguments.group,
            auto_offset_reset="earliest", enable_auto_commit=False,
            isolation_level="read_committed", max_poll_records=group_member.AT_ONCE,
            session_timeout_ms=arguments.session_ms, heartbeat_interval_ms=arguments.heartbeat_ms,
            fetch_max_wait_ms=50, partition_assignment_strategy=[ASSIGNORS[arguments.assignor]])
        self.producer = KafkaProducer(
            bootstrap_servers=arguments.bootstrap, transactional_id=arguments.transactional_id,
            transaction_timeout_ms=arguments.transaction_ms)

    def on_partitions_assigned(self, assigned):
        group_member.owned("assigned", [p.partition for p in assigned])

    def on_partitions_revoked(self, revoked):
        group_member.owned("revoked", [p.partition for p in revoked])

    def on_partitions_lost(self, lost):
        group_member.owned("lost", [p.partition for p in lost])

    def run(self):
        told = group_member.Told()
        self.producer.init_transactions()
        self.consumer.subscribe([self.arguments.topic], listener=self)
        while not told.stop:
            taken = self.consumer.poll(timeout_ms=POLL_MS)
            if taken:
                self.copy(taken)
        self.consumer.close()
        self.producer.close()

    def copy(self, taken):
        try:
            self.copy_all(taken)
        except ProducerFencedError:
            raise
        except KafkaError as error:
            self.producer.abort_transaction()
            self.transactions.aborted(error)
            self.go_back()
            return
        self.transactions.committed(sum(map(len, taken.values())))

    def copy_all(self, taken):
        self.transactions.begin()
        self.producer.begin_transaction()
        sent = [self.producer.send(self.arguments.to, record.value, record.key,
                                   partition=record.partition)
                for records in taken.values() for record in records]
        for future in sent:
            future.get(DEADLINE_S)
        self.producer.send_offsets_to_transaction(
            {partition: OffsetAndMetadata(records[-1].offset + 1, "", -1)
             for partition, records in taken.items()}, self.consumer.group_metadata())
        self.transactions.before_commit()
        self.producer.commit_transaction()

    def go_back(self):
        """To what is committed."""
        for partition in self.consumer.assignment():
            self.consumer.seek(TopicPartition(*partition), self.consumer.committed(partition) or 0)


if __name__ == "__main__":
    try:
        Copier(group_member.parse()).run()
    except KafkaError as failed:
        group_member.fail(failed)
