"""aiokafka as one member of a group (group_member.py)."""

import asyncio

import group_member
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

ASSIGNORS = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor,
             "sticky": StickyPartitionAssignor}


class Member(ConsumerRebalanceListener):
    """Commits after each batch. The lock keeps a revocation from running between the two: getmany
    takes nothing during one, and nothing waits between what it takes and the lock."""

    def __init__(self, arguments):
        self.arguments, self.pending, self.lock = arguments, {}, asyncio.Lock()
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=arguments.bootstrap, group_id=arguments.group,
            group_instance_id=arguments.instance, auto_offset_reset="earliest",
            enable_auto_commit=False, session_timeout_ms=arguments.session_ms,
            heartbeat_interval_ms=arguments.heartbeat_ms, fetch_max_wait_ms=50,
            partition_assignment_strategy=(ASSIGNORS[arguments.assignor],))
        self.consumer.subscribe([arguments.topic], listener=self)

    async def on_partitions_assigned(self, assigned):
        group_member.owned("assigned", [p.partition for p in assigned])

    async def on_partitions_revoked(self, revoked):
        async with self.lock:
            await self.commit()
        group_member.owned("revoked", [p.partition for p in revoked])

    async def run(self):
        told = group_member.Told()
        await self.consumer.start()
        while not told.stop:
            batches = await self.consumer.getmany(timeout_ms=200)
            async with self.lock:
                self.take(batches)
                await self.commit()
        await self.consumer.stop()

    def take(self, batches):
        for records in batches.values():
            for record in records:
                group_member.record(record.topic, record.partition, record.offset, record.key)
                self.pending[record.partition] = record.offset + 1

    async def commit(self):
        if not self.pending:
            return
        offsets = {TopicPartition(self.arguments.topic, partition): offset
                   for partition, offset in self.pending.items()}
        try:
            await self.consumer.commit(offsets)
        except KafkaError as error:
            group_member.refused(error)
            return
        group_member.committed(self.pending)
        self.pending.clear()


async def main():
    await Member(group_member.parse()).run()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KafkaError as failure:
        group_member.fail(failure)
