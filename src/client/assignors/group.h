#pragma once

#include "base/types.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client {

/// Stands for "none": a member that joins for the first time, or whose protocol has no generation.
inline constexpr std::int32_t no_generation = -1;

/// A member of a consumer group as its leader sees it. Ids are unique within a group.
struct GroupMember {
    std::string id;
    std::optional<std::string> group_instance_id;  ///< static membership, KIP-345
    std::optional<std::string> rack;               ///< KIP-881; none and empty are the same
    std::vector<std::string> topics;               ///< subscribed to; those that do not exist count
    /// What it had before, for the sticky assignors; claims that cannot be true are harmless.
    std::vector<TopicPartition> owned;
    std::int32_t generation = no_generation;  ///< of the group when it had them
};

/// One topic as the metadata have it.
struct TopicLayout {
    std::int32_t partitions = 0;
    /// By partition, the racks of its replicas; partitions that are missing here have none.
    std::vector<std::vector<std::string>> replica_racks;
};

/// By name.
using TopicLayouts = std::map<std::string, TopicLayout, std::less<>>;

/// By member id, with every member in it. No partition stands in it twice, and none goes to a
/// member that does not subscribe to its topic.
using Assignment = std::map<std::string, std::vector<TopicPartition>, std::less<>>;

}  // namespace barnabas::client
