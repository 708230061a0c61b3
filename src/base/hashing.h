#pragma once

#include "base/bytes.h"
#include "base/types.h"

#include <cstdint>
#include <string_view>

namespace barnabas {

/// The 32-bit murmur2 of Kafka's producers (org.apache.kafka.common.utils.Utils.murmur2).
[[nodiscard]] std::int32_t murmur2(ByteView bytes);

/// Where Kafka's default partitioner puts a record with a key; partitions >= 1.
[[nodiscard]] PartitionId partition_for_key(ByteView key, std::int32_t partitions);

/// Java's String.hashCode: over UTF-16 units. Bytes that are no UTF-8 count as U+FFFD, as Java
/// decodes them.
[[nodiscard]] std::int32_t java_string_hash(std::string_view utf8);

/// The partition of __consumer_offsets or __transaction_state that a group or transactional id
/// belongs to; partitions >= 1.
[[nodiscard]] PartitionId coordinator_partition_for(std::string_view id, std::int32_t partitions);

}  // namespace barnabas
