#pragma once

#include "base/uuid.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

// The hashes by which Kafka's coordinators tell that a subscribed topic has changed; they are
// stored, so those of Kafka are taken over and go on to hold (org.apache.kafka.coordinator.group.
// Utils: streamed 64-bit XXH3, numbers little-endian, text as UTF-16 with its length behind it).

struct HashedTopic {
    Uuid id;
    std::string_view name;
    /// One for each partition, from 0; in any order.
    std::vector<std::vector<std::string>> racks;
};

[[nodiscard]] std::int64_t topic_hash(HashedTopic topic);

/// Of the topics' hashes in the order of their names; 0 if there are none.
[[nodiscard]] std::int64_t group_hash(std::span<const std::int64_t> topics);

}  // namespace barnabas::coordinator
