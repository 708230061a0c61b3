"""Whether what came out is what went in."""

from collections import defaultdict


def by_partition(stored):
    grouped = defaultdict(list)
    for record in stored:
        grouped[record.partition].append(record)
    return grouped


def expected_by_partition(sent, partitions, partitioner):
    """(key, value) in order, by the partition that the partitioner names."""
    expected = defaultdict(list)
    for record in sent:
        expected[partitioner(record.key, partitions)].append((record.key, record.value))
    return expected


def assert_same(expected, consumed):
    """Each partition holds exactly these records, in this order, at offsets 0, 1, 2, ..."""
    found = by_partition(consumed)
    assert sorted(found) == sorted(expected), "records lie on other partitions than expected"
    for partition, pairs in expected.items():
        have = found[partition]
        assert [record.offset for record in have] == list(range(len(pairs))), \
            f"partition {partition} has {len(have)} records, {len(pairs)} were sent"
        for wanted, record in zip(pairs, have):
            assert (record.key, record.value) == wanted, \
                f"partition {partition} offset {record.offset}: {record} instead of {wanted}"


def assert_acknowledged_is_there(sent, acks, consumed):
    """Every acknowledged record stands where its acknowledgement says."""
    at = {(record.partition, record.offset): (record.key, record.value) for record in consumed}
    for ack in acks:
        record = sent[ack.index]
        assert at.get((ack.partition, ack.offset)) == (record.key, record.value), \
            f"record {ack.index} was acknowledged at {ack.partition}/{ack.offset}, " \
            f"there is {at.get((ack.partition, ack.offset))}"
