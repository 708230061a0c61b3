"""Foreign clients that copy a topic exactly once as members of a group: consume, transform, produce.
Each is a program with a command `copy` (tests/interop/clients, go, node) that prints, on lines of JSON:

    {"event": "assigned", "partitions": [0, 1]}     and revoked, lost: as in group_events.py
    {"event": "copied", "records": 5}               a transaction is committed
    {"event": "aborted", "error": "..."}            one was given up and is done again
    {"event": "holding"}                            from here on it waits, in an open transaction
    {"event": "failed", "error": "..."}             the last line of a copier that cannot go on
"""

import json

from support import transactions, wire
from support.copying import PARTITIONS, CopyingGroup
from support.programs import Program

SESSION_MS = 2000
_SESSION_NOT_FENCED_MS = 6000  # one that nobody may lose while it lives
_TRANSACTION_MS = 60_000  # on a slow machine too no transaction times out by itself
SHORT_MS = 5000  # one that shall, if its copier is killed
_HELD = 3  # the transaction of a run in which it is held: the others show that it works


class Copier(Program):
    """One copier. `start(hold=True)`: it is to be killed in the middle of a transaction."""

    def __init__(self, client, broker, names, number, directory):
        self.client, self.broker, self.names = client, broker, names
        self.transactional_id = names.transactional_id(number)
        super().__init__(self._command(_TRANSACTION_MS), directory, self.transactional_id)

    def start(self, hold=False, transaction_ms=_TRANSACTION_MS):
        self.command = self._command(transaction_ms)
        if hold:
            self.command += ["--hold-in", str(_HELD)]
        return super().start()

    def _command(self, transaction_ms):
        session_ms = SESSION_MS if self.client.fenced else _SESSION_NOT_FENCED_MS
        return self.client.copy_command(self.broker, self.names, self.transactional_id, session_ms,
                                        transaction_ms)

    def holds(self):
        return any(event["event"] == "holding" for event in self._events())

    def owned(self):
        mine = set()
        for event in self._events():
            if event["event"] == "assigned":
                mine |= set(event["partitions"])
            elif event["event"] in ("revoked", "lost"):
                mine -= set(event["partitions"])
        return mine

    def _events(self):
        """Of this run. A library may print lines of its own."""
        return [json.loads(line) for line in self.lines() if line.startswith("{")]


class ForeignCopying(CopyingGroup):
    """Two copiers of one client, which the test starts. Ends what still runs when it is left."""

    def __init__(self, client, broker, names, directory):
        super().__init__(broker, names, [Copier(client, broker, names, number, directory)
                                         for number in range(2)])
        self.client = client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for copier in self.copiers:
            if copier.running:
                copier.kill()

    def wait_until_shared(self):
        self.wait_until(lambda: self._shared(self.copiers), "both have partitions")

    def wait_until_all_belong_to(self, copier):
        self.wait_until(lambda: self._shared([copier]), f"{copier.name} has all partitions")

    def kill_in_transaction(self, copier, source):
        """One that was told to hold, as soon as it does; until then there is something to copy."""
        def held():
            if self.committed() >= source.total:
                source.add(count=2)
            return copier.holds()

        self.wait_until(held, f"{copier.name} holds")
        copier.kill()
        with wire.connected(self.broker) as connection:
            left = transactions.describe(connection, copier.transactional_id)
        assert left["transactionState"] == "Ongoing", left
        topics = {one["topic"] for one in left["topics"]}
        assert self.names.copy in topics, left
        if self.client.offsets_before_end:
            assert "__consumer_offsets" in topics, left

    def wait_for_abort(self, copier):
        """Of a killed one's transaction, when it times out."""
        with wire.connected(self.broker) as connection:
            transactions.wait_for_state(connection, copier.transactional_id, "CompleteAbort")

    @staticmethod
    def _shared(copiers):
        shares = [copier.owned() for copier in copiers]
        return (all(shares) and sum(map(len, shares)) == PARTITIONS
                and set().union(*shares) == set(range(PARTITIONS)))
