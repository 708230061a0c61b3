"""What a read_committed consumer is shown of a partition, read over raw requests as it comes."""

from support import batches, wire

TRANSACTIONAL = 0x10
_NOT_YET = (3, 5, 6)  # a broker that has just started may not know its partitions


class CommittedReader:
    """`shown` grows with each `read`; it outlives the broker and goes on where it was.

    `whole` is true where `shown` ends at the last stable offset of its last fetch: what is shown in
    part there is only a transaction that another one, still open, overlaps.
    """

    def __init__(self, broker, topic, partition):
        self.broker, self.topic, self.partition = broker, topic, partition
        self.shown, self.offset, self.whole = [], 0, False
        self._connection = None

    def read(self):
        """One fetch; how many records it showed, 0 as well where the broker does not answer."""
        try:
            if self._connection is None:
                self._connection = wire.Connection(self.broker.address, deadline_s=10)
            part = wire.fetch(self._connection, self.topic, self.partition, self.offset,
                              isolation=1, max_wait_ms=0)
        except (OSError, wire.Closed):
            self.close()
            return 0
        if part["errorCode"] in _NOT_YET:
            return 0
        assert part["errorCode"] == 0, part
        return self._take(part)

    def read_on(self):
        """Reads until a fetch shows nothing new."""
        while self.read():
            pass
        return self.shown

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take(self, part):
        got = [batch for batch in batches.read_batches(part["records"] or b"")
               if batch.last_offset >= self.offset]
        stable = part["lastStableOffset"]
        assert all(batch.last_offset < stable for batch in got), \
            f"beyond the last stable offset {stable} of {self.topic}-{self.partition} is {got[-1]}"
        new = list(shown_of(got, part["abortedTransactions"] or []))
        self.shown += new
        if got:
            self.offset = got[-1].last_offset + 1
        self.whole = self.offset == stable
        return len(got)


class Transaction:
    """A committed one: its producer's id and its records, in order."""

    def __init__(self, producer):
        self.producer, self.records = producer, []

    def is_cut_at(self, offset):
        return self.records[0].offset < offset <= self.records[-1].offset


def read_log(broker, topic, partition):
    """Every batch, of transactions that are open or aborted as well."""
    with wire.connected(broker) as connection:
        found, offset = [], 0
        while True:
            part = wire.fetch(connection, topic, partition, offset, max_wait_ms=0)
            got = batches.read_batches(part["records"] or b"")
            if not got:
                return found
            found += got
            offset = got[-1].last_offset + 1


def committed_transactions(log):
    open_ones, committed = {}, []
    for batch in log:
        producer = batch.producer[0]
        if batch.is_control:
            ended = open_ones.pop(producer, None)
            if ended is not None and batch.records[0].key[3] == 1:
                committed.append(ended)
        elif batch.attributes & TRANSACTIONAL:
            open_ones.setdefault(producer, Transaction(producer)).records += batch.records
    return committed


def shown_of(got, aborted):
    """The records of a fetch's batches that its list of aborted transactions lets through."""
    waiting = sorted(aborted, key=lambda one: one["firstOffset"])
    dropped = set()
    for batch in got:
        while waiting and waiting[0]["firstOffset"] <= batch.last_offset:
            dropped.add(waiting.pop(0)["producerId"])
        producer = batch.producer[0]
        if batch.is_control:
            if batch.records[0].key[3] == 0:
                dropped.discard(producer)
        elif not (batch.attributes & TRANSACTIONAL and producer in dropped):
            yield from batch.records
