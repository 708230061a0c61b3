"""Whether the members of a group together read what was sent."""

from collections import defaultdict


def assert_each_once(sent, members, killed=None):
    """Every record of `sent`, {(partition, offset): key}, was read by exactly one member, once.
    Only what `killed` had read and not committed was read once more."""
    readers = defaultdict(list)
    for member in members:
        for partition, offset, key in member.history.records:
            wanted = sent.get((partition, offset))
            assert wanted == key, f"{partition}/{offset} is {key} instead of {wanted}: {member}"
            readers[partition, offset].append(member)
    missing = sorted(set(sent) - set(readers))
    assert not missing, f"{len(missing)} records were not read, the first is {missing[0]}"
    twice = {at: [m.name for m in who] for at, who in sorted(readers.items())
             if len(who) > 1 and not _excused(at, who, killed)}
    assert not twice, (f"{len(twice)} records were read twice: {list(twice.items())[:20]}\n"
                       + "\n".join(map(str, members)))


def _excused(at, who, killed):
    partition, offset = at
    return (len(who) == 2 and killed in who and who[0] is not who[1]
            and offset >= killed.history.committed.get(partition, 0))


def assert_in_order(members):
    """Each member read each partition forwards."""
    for member in members:
        last = {}
        for partition, offset, _ in member.history.records:
            assert offset > last.get(partition, -1), \
                f"{partition}/{offset} came after {last[partition]}: {member}"
            last[partition] = offset


def assert_goes_on_from_what_was_committed(told):
    """Whoever is assigned a partition reads it from where its last owner was told to have committed,
    or behind: what was confirmed never comes again. `told`: the events of each member."""
    committed = [(int(partition), offset, event["at"]) for events in told for event in events
                 if event["event"] == "committed" for partition, offset in event["offsets"].items()]
    for events in told:
        floors = {}
        for event in events:
            if event["event"] == "assigned":
                floors |= {p: max((offset for q, offset, at in committed
                                   if q == p and at < event["at"]), default=0)
                           for p in event["partitions"]}
            elif event["event"] == "record":
                assert event["offset"] >= floors[event["partition"]], \
                    f"{event} was committed before its partition was assigned to this member"
                floors[event["partition"]] = event["offset"] + 1
