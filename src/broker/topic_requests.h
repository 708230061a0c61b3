#pragma once

#include "base/config_resolver.h"
#include "base/error_code.h"
#include "base/types.h"
#include "broker/cluster_image.h"
#include "broker/replica_mover.h"
#include "log/log_dirs.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::broker {

// What TopicService is asked for, and what it tells.

/// A topic as a request wants it; judged by TopicService.
struct WantedTopic {
    std::string name;
    std::int32_t partitions = -1;                                   // -1: the broker's default
    std::int16_t replication_factor = -1;                           // -1: the broker's default
    std::map<std::int32_t, std::vector<std::int32_t>> assignments;  // instead of the two numbers
    ConfigMap configs;
    bool validate_only = false;
};

/// What became of it. `topic` is there unless there is an error or it was only validated.
struct CreatedTopic {
    ErrorCode error = ErrorCode::none;
    std::string message;
    std::shared_ptr<const TopicImage> topic;
    std::int32_t partitions = -1;
    std::int16_t replication_factor = -1;
};

/// More partitions for a topic. Judged by TopicService.
struct WantedPartitions {
    std::string topic;
    std::int32_t total = 0;
    /// Replicas of each new partition; nothing: the broker chooses.
    std::optional<std::vector<std::vector<std::int32_t>>> assignments;
    bool validate_only = false;
};

/// What a request changes of one resource's configurations.
struct ConfigEdit {
    std::vector<ConfigChange> changes;
    bool replace_all = false;  // what is not named is unset (AlterConfigs)
    bool validate_only = false;
};

/// One log directory, and the sizes of the logs in it.
struct DirectoryReport {
    log::DirectoryUse use;
    bool hangs = false;  // its disk was asked and has not answered
    std::map<TopicPartition, std::uint64_t> log_sizes;
    std::map<TopicPartition, MoveReport> futures;  // on their way here
};

/// The partitions of a topic from `first` on, up to `end`.
[[nodiscard]] inline std::vector<TopicPartition> partitions_between(const std::string& topic,
                                                                    std::int32_t first,
                                                                    std::int32_t end) {
    std::vector<TopicPartition> partitions;
    for (auto i = first; i < end; ++i) {
        partitions.push_back({topic, PartitionId{i}});
    }
    return partitions;
}

/// As many partitions as one request may create (Kafka's ReplicationControlManager).
inline constexpr std::int32_t new_partitions_max = 10'000;

}  // namespace barnabas::broker
