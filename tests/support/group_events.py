"""What a member of a group tells: one line of JSON per event, on standard output.

    {"event": "assigned", "partitions": [0, 1]}     added to what it owns
    {"event": "revoked", "partitions": [0]}         given up by itself, after it has committed
    {"event": "lost", "partitions": [0]}            somebody else may own them already
    {"event": "record", "topic": "t", "partition": 0, "offset": 7, "key": "k"}
    {"event": "committed", "offsets": {"0": 8}}     partition: where its next owner goes on
    {"event": "refused", "error": "..."}            a commit that failed; during a rebalance it may
    {"event": "failed", "error": "..."}             the last line of a member that cannot go on
"""

import json
import threading
import time


class History:
    """What one member told so far; a thread reads it from a stream to its end.

    `owned` and `revoked_ever` are replaced, never changed: whoever holds one holds a moment's.
    """

    def __init__(self, stream, parse=json.loads):
        self.owned, self.committed, self.records = set(), {}, []
        self.revoked_ever, self.rebalances, self.errors = set(), 0, []
        self.course = []  # for whoever has to find out what went wrong
        self._thread = threading.Thread(target=self._read, args=(stream, parse), daemon=True)
        self._thread.start()

    def join(self):
        self._thread.join()

    def _read(self, stream, parse):
        for line in stream:
            event = parse(line)
            if event is not None:
                self._take(event)

    def _take(self, event):
        kind = event["event"]
        if kind not in ("record", "committed"):
            self.course.append(f"{time.strftime('%H:%M:%S')}.{time.time_ns() // 10**6 % 1000:03} "
                               f"{kind} {event.get('partitions', event.get('error'))}")
        if kind == "record":
            self.records.append((event["partition"], event["offset"], event["key"]))
        elif kind == "committed":
            self.committed |= {int(p): offset for p, offset in event["offsets"].items()}
        elif kind == "assigned":
            self.owned = self.owned | set(event["partitions"])
            self.rebalances += 1
        elif kind in ("revoked", "lost"):
            self.owned = self.owned - set(event["partitions"])
            self.revoked_ever = self.revoked_ever | set(event["partitions"])
        else:
            assert kind in ("refused", "failed"), event
            self.errors.append(f"{kind}: {event['error']}")
