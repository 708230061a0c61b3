#pragma once

#include <barnabas/result.h>
#include <barnabas/types.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace barnabas::admin {

/// A replica in a log directory.
struct ReplicaInfo {
    std::int64_t size_bytes = 0;
    std::int64_t offset_lag = 0;  ///< behind the high watermark, or behind the one it will replace
    bool future = false;          ///< a copy that is being moved here
};

/// One log directory of a broker.
struct LogDirDescription {
    Result<void> state;  ///< an error: the directory is offline
    std::map<TopicPartition, ReplicaInfo> replicas;
    std::optional<std::int64_t> total_bytes;   ///< nothing: the broker does not say
    std::optional<std::int64_t> usable_bytes;  ///< nothing: the broker does not say
    bool cordoned = false;                     ///< gets no new partitions (KIP-1066)
};

/// One broker's copy of a partition.
struct TopicPartitionReplica {
    std::string topic;
    PartitionId partition;
    BrokerId broker;

    friend auto operator<=>(const TopicPartitionReplica&, const TopicPartitionReplica&) = default;
};

/// Where a replica is, and where it is being moved to. Without `current` the broker has none.
struct ReplicaLogDirInfo {
    /// A directory, and how far the replica there is behind.
    struct Place {
        std::string log_dir;
        std::int64_t offset_lag = 0;
    };

    std::optional<Place> current;
    std::optional<Place> future;
};

}  // namespace barnabas::admin
