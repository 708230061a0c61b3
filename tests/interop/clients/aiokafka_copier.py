"""aiokafka copies a topic exactly once as one member of a group (group_member.py).

Its transactions do not tell who in the group it is (KIP-447): a member whose session is over is not
kept from committing.
"""

import asyncio

import group_member
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka_group import ASSIGNORS


class Copier(ConsumerRebalanceListener):
    """The lock keeps a revocation from running within a transaction: getmany takes nothing during
    one, and nothing waits between what it takes and the lock."""

    def __init__(self, arguments):
        self.arguments, self.lock = arguments, asyncio.Lock()
        self.transactions = group_member.Transactions(arguments.hold_in)
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=arguments.bootstrap, group_id=arguments.group,
            auto_offset_reset="earliest", enable_auto_commit=False,
            isolation_level="read_committed", session_timeout_ms=arguments.session_ms,
            heartbeat_interval_ms=arguments.heartbeat_ms, fetch_max_wait_ms=50,
            partition_assignment_strategy=(ASSIGNORS[arguments.assignor],))
        self.producer = AIOKafkaProducer(
            bootstrap_servers=arguments.bootstrap, transactional_id=arguments.transactional_id,
            transaction_timeout_ms=arguments.transaction_ms)
        self.consumer.subscribe([arguments.topic], listener=self)

    async def on_partitions_assigned(self, assigned):
        group_member.owned("assigned", [p.partition for p in assigned])

    async def on_partitions_revoked(self, revoked):
        async with self.lock:
            group_member.owned("revoked", [p.partition for p in revoked])

    async def run(self):
        told = group_member.Told()
        await self.producer.start()  # ends what another with its id has left open
        await self.consumer.start()
        while not told.stop:
            taken = await self.consumer.getmany(timeout_ms=200, max_records=group_member.AT_ONCE)
            async with self.lock:
                if taken:
                    await self.copy(taken)
        await self.consumer.stop()
        await self.producer.stop()

    async def copy(self, taken):
        ends = {partition: records[-1].offset + 1 for partition, records in taken.items()}
        self.transactions.begin()
        async with self.producer.transaction():
            for records in taken.values():
                for record in records:
                    await self.producer.send_and_wait(self.arguments.to, record.value, record.key,
                                                      partition=record.partition)
            await self.producer.send_offsets_to_transaction(ends, self.arguments.group)
            self.transactions.before_commit()
        self.transactions.committed(sum(map(len, taken.values())))
        await self.seen(ends)

    async def seen(self, ends):
        """aiokafka cannot ask for offsets that are stable: before a partition may go to somebody
        else, what is committed has to be what that one will be told."""
        for partition, end in ends.items():
            while await self.consumer.committed(TopicPartition(*partition)) != end:
                await asyncio.sleep(0.005)


async def main():
    await Copier(group_member.parse()).run()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KafkaError as failure:
        group_member.fail(failure)
