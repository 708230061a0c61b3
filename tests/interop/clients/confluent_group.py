"""confluent-kafka, that is librdkafka, as one member of a group (group_member.py)."""

import group_member
from confluent_kafka import Consumer, KafkaException, TopicPartition


class Member:
    """Commits after each batch; what is refused then is committed when its partition goes."""

    def __init__(self, arguments):
        self.arguments, self.pending = arguments, {}
        self.consumer = Consumer(settings(arguments))
        self.consumer.subscribe([arguments.topic], on_assign=self.on_assign,
                                on_revoke=self.on_revoke, on_lost=self.on_lost)

    def on_assign(self, _, partitions):
        group_member.owned("assigned", [p.partition for p in partitions])

    def on_revoke(self, _, partitions):
        self.commit()
        group_member.owned("revoked", [p.partition for p in partitions])

    def on_lost(self, _, partitions):
        for partition in partitions:
            self.pending.pop(partition.partition, None)
        group_member.owned("lost", [p.partition for p in partitions])

    def run(self):
        told = group_member.Told()
        while not told.stop:
            message = self.consumer.poll(0.2)
            while message is not None:
                if message.error():
                    raise KafkaException(message.error())
                group_member.record(message.topic(), message.partition(), message.offset(),
                                    message.key())
                self.pending[message.partition()] = message.offset() + 1
                message = self.consumer.poll(0)
            self.commit()
        self.consumer.close()

    def commit(self):
        if not self.pending:
            return
        offsets = [TopicPartition(self.arguments.topic, partition, offset)
                   for partition, offset in self.pending.items()]
        try:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            group_member.refused(error)
            return
        group_member.committed(self.pending)
        self.pending.clear()


def settings(arguments):
    chosen = {"bootstrap.servers": arguments.bootstrap, "group.id": arguments.group,
              "auto.offset.reset": "earliest", "enable.auto.commit": False,
              "fetch.wait.max.ms": 50}
    if arguments.instance:
        chosen["group.instance.id"] = arguments.instance
    if arguments.protocol == "consumer":  # the broker says how often and how long
        return {**chosen, "group.protocol": "consumer",
                "group.remote.assignor": arguments.assignor}
    return {**chosen, "partition.assignment.strategy": arguments.assignor,
            "session.timeout.ms": arguments.session_ms,
            "heartbeat.interval.ms": arguments.heartbeat_ms}


if __name__ == "__main__":
    try:
        Member(group_member.parse()).run()
    except KafkaException as failure:
        group_member.fail(failure)
