"""The partition that each client's partitioner names for a key, computed here once more."""

import zlib


def murmur2(data):
    """Kafka's hash of a key (org.apache.kafka.common.utils.Utils.murmur2), without its sign."""
    mask, factor = 0xFFFFFFFF, 0x5BD1E995
    state = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at:at + 4], "little") * factor & mask
        word = (word ^ word >> 24) * factor & mask
        state = state * factor & mask ^ word
    rest = data[whole:]
    if rest:
        state = (state ^ int.from_bytes(rest, "little")) * factor & mask
    state = (state ^ state >> 13) * factor & mask
    return (state ^ state >> 15) & 0x7FFFFFFF


def by_murmur2(key, partitions):
    """Java's default, kafka-python's, and librdkafka's murmur2_random."""
    return murmur2(key) % partitions


def by_crc32(key, partitions):
    """librdkafka's default, consistent_random."""
    return zlib.crc32(key) % partitions
