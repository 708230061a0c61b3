#pragma once

#include <barnabas/types.h>

#include <optional>
#include <string>
#include <vector>

namespace barnabas {

/// A partition as the cluster's metadata have it.
struct PartitionInfo {
    std::string topic;
    PartitionId partition;
    std::optional<BrokerId> leader;  ///< nothing while there is none
    std::vector<BrokerId> replicas{};
    std::vector<BrokerId> in_sync_replicas{};
    std::vector<BrokerId> offline_replicas{};

    friend bool operator==(const PartitionInfo&, const PartitionInfo&) = default;
};

}  // namespace barnabas
