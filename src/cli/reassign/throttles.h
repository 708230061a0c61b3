#pragma once

#include "cli/reassign/assignment.h"
#include <barnabas/admin.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace barnabas::cli {

/// Between which brokers a partition moves.
struct PartitionMove {
    std::set<BrokerId> sources;
    std::set<BrokerId> destinations;

    friend bool operator==(const PartitionMove&, const PartitionMove&) = default;
};
using PartitionMoves = std::map<TopicPartition, PartitionMove>;
using Reassignments = std::map<TopicPartition, admin::PartitionReassignment>;
using ConfigChanges = std::map<admin::ConfigResource, std::vector<admin::AlterConfigOp>>;

/// What is under way already and what is wanted beyond it. A partition that is under way keeps its
/// sources. `current` has every partition that is in `wanted` and not under way.
[[nodiscard]] PartitionMoves moves_of(const Reassignments& under_way, const Assignment& wanted,
                                      const Assignment& current);

/// Which replicas of each topic are throttled ("0:1,2:1": partition and broker): at their sources
/// and their destinations.
[[nodiscard]] ConfigChanges topic_throttles(const PartitionMoves& moves);
/// How many bytes a second the brokers of these moves may send and fetch for throttled replicas.
[[nodiscard]] ConfigChanges broker_throttles(const PartitionMoves& moves,
                                             std::int64_t bytes_per_second);
/// How fast replicas may go from one directory to another of these brokers.
[[nodiscard]] ConfigChanges log_dir_throttles(const std::set<BrokerId>& brokers,
                                              std::int64_t bytes_per_second);

/// No throttle of a reassignment any more.
[[nodiscard]] ConfigChanges without_broker_throttles(const std::set<BrokerId>& brokers);
[[nodiscard]] ConfigChanges without_topic_throttles(const std::set<std::string>& topics);

}  // namespace barnabas::cli
