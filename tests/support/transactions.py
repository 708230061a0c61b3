"""A transactional producer over raw requests: each step by itself, in any version."""

from support import batches, wire
from support.waiting import wait_until

LOADING, NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT = 14, 15, 16, 51
_RETRIED = (LOADING, NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT)
TRANSACTIONAL = 0x10


def find_coordinator(connection, transactional_id):
    """Waits for one; the coordinator's topic is made by whoever asks first."""
    def ask():
        answer = connection.call("FindCoordinator", 4, keyType=1,
                                 coordinatorKeys=[transactional_id])["coordinators"][0]
        return None if answer["errorCode"] in _RETRIED else answer

    answer = wait_until(ask, 30, f"{transactional_id} has a coordinator")
    assert answer["errorCode"] == 0, answer
    return answer


class RawProducer:
    """`version` is that of transactions: with 2, Produce adds partitions and each end raises the
    epoch."""

    def __init__(self, connection, transactional_id, version=2, timeout_ms=60_000):
        self.connection, self.id, self.version = connection, transactional_id, version
        self.timeout_ms = timeout_ms
        self.producer_id, self.epoch = -1, -1
        self.sequences = {}

    def init(self, retried=_RETRIED):
        find_coordinator(self.connection, self.id)
        answer = self.retry(retried, self.try_init)
        assert answer["errorCode"] == 0, answer
        self._become(answer)
        return self

    def try_init(self, version=5, **fields):
        return self.connection.call("InitProducerId", version, **{
            "transactionalId": self.id, "transactionTimeoutMs": self.timeout_ms, **fields})

    def add_partitions(self, topic, *partitions, version=3):
        def ask():
            answer = self.connection.call(
                "AddPartitionsToTxn", version, v3AndBelowTransactionalId=self.id,
                v3AndBelowProducerId=self.producer_id, v3AndBelowProducerEpoch=self.epoch,
                v3AndBelowTopics=[{"name": topic, "partitions": list(partitions)}])
            results = answer["resultsByTopicV3AndBelow"][0]["resultsByPartition"]
            return {"errorCode": results[0]["partitionErrorCode"], "results": results}

        return self.retry(_RETRIED, ask)

    def produce(self, topic, values, partition=0, version=None):
        """One batch; the partition's part of the answer."""
        version = version or (12 if self.version >= 2 else 11)
        sequence = self.sequences.get((topic, partition), 0)
        batch = batches.build([(b"k", value) for value in values], attributes=TRANSACTIONAL,
                              producer_id=self.producer_id, producer_epoch=self.epoch,
                              base_sequence=sequence)

        def ask():
            request = wire.produce_request(topic, batch, partition)
            answer = self.connection.call("Produce", version, transactionalId=self.id, **request)
            return answer["responses"][0]["partitionResponses"][0]

        answer = self.retry((CONCURRENT,), ask)
        if answer["errorCode"] == 0:
            self.sequences[topic, partition] = sequence + len(values)
        return answer

    def send(self, topic, values, partition=0):
        """Adds the partition where that is the client's part, and produces."""
        if self.version < 2:
            added = self.add_partitions(topic, partition)
            assert added["errorCode"] == 0, added
        answer = self.produce(topic, values, partition)
        assert answer["errorCode"] == 0, answer
        return answer

    def try_end(self, commit, version=None):
        version = version if version is not None else (5 if self.version >= 2 else 4)
        return self.connection.call("EndTxn", version, transactionalId=self.id,
                                    producerId=self.producer_id, producerEpoch=self.epoch,
                                    committed=commit)

    def end(self, commit):
        answer = self.retry(_RETRIED, lambda: self.try_end(commit))
        assert answer["errorCode"] == 0, answer
        if self.version >= 2:
            self._become(answer)
        return answer

    def _become(self, answer):
        if (self.producer_id, self.epoch) != (answer["producerId"], answer["producerEpoch"]):
            self.sequences = {}
        self.producer_id, self.epoch = answer["producerId"], answer["producerEpoch"]

    @staticmethod
    def retry(codes, ask):
        def done():
            answer = ask()
            return None if answer["errorCode"] in codes else answer

        return wait_until(done, 30, f"an answer that is none of {codes}")


def describe(connection, transactional_id):
    answer = connection.call("DescribeTransactions", 0, transactionalIds=[transactional_id])
    return answer["transactionStates"][0]


def wait_for_state(connection, transactional_id, state):
    return wait_until(
        lambda: (found := describe(connection, transactional_id))["transactionState"] == state
        and found, 30, f"{transactional_id} is in {state}")


def values(connection, topic, partition=0, committed=True):
    """What a consumer is shown, from the beginning, as far as it may read."""
    found, offset = [], 0
    while True:
        part = wire.fetch(connection, topic, partition, offset, isolation=int(committed),
                          max_wait_ms=0)
        assert part["errorCode"] == 0, part
        got = batches.read_batches(part["records"] or b"")
        if not got:
            return found
        aborted = sorted(part["abortedTransactions"] or [], key=lambda one: one["firstOffset"])
        found += _shown(got, aborted if committed else [])
        offset = got[-1].last_offset + 1


def _shown(got, aborted):
    """As a consumer judges batches by the list of aborted transactions."""
    found, open_aborts = [], set()
    for batch in got:
        while aborted and aborted[0]["firstOffset"] <= batch.last_offset:
            open_aborts.add(aborted.pop(0)["producerId"])
        if batch.is_control:
            if batch.records[0].key[3] == 0:
                open_aborts.discard(batch.producer[0])
        elif not (batch.attributes & TRANSACTIONAL and batch.producer[0] in open_aborts):
            found += [record.value for record in batch.records]
    return found
