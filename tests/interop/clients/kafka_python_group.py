"""kafka-python as one member of a group (group_member.py)."""

import group_member
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.errors import FencedInstanceIdError, KafkaError
from kafka.structs import OffsetAndMetadata

ASSIGNORS = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor,
             "sticky": StickyPartitionAssignor, "cooperative-sticky": CooperativeStickyAssignor}


# Longer than a rebalance takes here. A poll that ends while the member joins leaves the join to the
# next one, and kafka-python 3.0.12 forgets a join that is done by then: no heartbeat is sent any more.
POLL_MS = 10_000


class Member(ConsumerRebalanceListener):
    """Commits after each poll; what is refused then is committed when its partition goes."""

    def __init__(self, arguments):
        self.arguments, self.pending = arguments, {}
        self.consumer = KafkaConsumer(
            bootstrap_servers=arguments.bootstrap, group_id=arguments.group,
            group_instance_id=arguments.instance, auto_offset_reset="earliest",
            enable_auto_commit=False, session_timeout_ms=arguments.session_ms,
            heartbeat_interval_ms=arguments.heartbeat_ms, fetch_max_wait_ms=50,
            partition_assignment_strategy=[ASSIGNORS[arguments.assignor]])
        self.consumer.subscribe([arguments.topic], listener=self)

    def on_partitions_assigned(self, assigned):
        group_member.owned("assigned", [p.partition for p in assigned])

    def on_partitions_revoked(self, revoked):
        self.commit()
        group_member.owned("revoked", [p.partition for p in revoked])

    def on_partitions_lost(self, lost):
        for partition in lost:
            self.pending.pop(partition.partition, None)
        group_member.owned("lost", [p.partition for p in lost])

    def run(self):
        told = group_member.Told()
        while not told.stop:
            for records in self.consumer.poll(timeout_ms=POLL_MS).values():
                for record in records:
                    group_member.record(record.topic, record.partition, record.offset, record.key)
                    self.pending[record.partition] = record.offset + 1
            self.commit()
        self.consumer.close()

    def commit(self):
        if not self.pending:
            return
        offsets = {TopicPartition(self.arguments.topic, partition):
                   OffsetAndMetadata(offset, "", -1) for partition, offset in self.pending.items()}
        try:
            self.consumer.commit(offsets)
        except FencedInstanceIdError:
            raise
        except KafkaError as error:
            group_member.refused(error)
            return
        group_member.committed(self.pending)
        self.pending.clear()


if __name__ == "__main__":
    try:
        Member(group_member.parse()).run()
    except KafkaError as failure:
        group_member.fail(failure)
