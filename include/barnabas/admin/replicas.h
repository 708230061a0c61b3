#pragma once

#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::admin {

/// With the numbers of the wire.
enum class ElectionType : std::int8_t { preferred = 0, unclean = 1 };

/// Which brokers shall have a partition; nothing cancels what is under way.
using NewPartitionReassignment = std::optional<std::vector<BrokerId>>;

/// Of alter_partition_reassignments().
struct AlterPartitionReassignmentsOptions {
    std::optional<Duration> timeout{};
    bool allow_replication_factor_change = true;
};

/// A reassignment that is under way.
struct PartitionReassignment {
    std::vector<BrokerId> replicas;  ///< all: those that stay, come and go
    std::vector<BrokerId> adding_replicas;
    std::vector<BrokerId> removing_replicas;
};

}  // namespace barnabas::admin
