#pragma once

#include <barnabas/bytes.h>
#include <barnabas/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// Bytes that belong to whoever holds them.
using Bytes = std::vector<std::byte>;

[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// One header of a record. Keys may repeat; null and empty values differ.
struct Header {
    std::string key;
    std::optional<Bytes> value;

    friend bool operator==(const Header&, const Header&) = default;
};

/// What a producer sends. Nothing for the partition: the partitioner chooses; nothing for the
/// timestamp: the moment of send(). Nothing for the value: a tombstone in a compacted topic.
struct ProducerRecord {
    std::string topic;
    std::optional<PartitionId> partition{};
    std::optional<Timestamp> timestamp{};
    std::optional<Bytes> key{};
    std::optional<Bytes> value{};
    std::vector<Header> headers{};
};

/// Where a record ended up. With acks=0 the offset is no_offset.
struct RecordMetadata {
    std::string topic;
    PartitionId partition;
    Offset offset = no_offset;
    /// That of the record, or the broker's where the topic has LogAppendTime.
    Timestamp timestamp = no_timestamp;

    friend bool operator==(const RecordMetadata&, const RecordMetadata&) = default;
};

}  // namespace barnabas
