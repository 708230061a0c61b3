#pragma once

#include "broker/services.h"

#include <functional>
#include <optional>
#include <vector>

namespace barnabas::broker {

/// One partition to bring to the medium, and what came of it.
struct PartitionFlush {
    TopicId topic;
    PartitionId partition;
    log::FlushPlan plan{};
    std::optional<Error> error{};
};

/// Syncs what the partitions of `owner` hold up to now: planned and noted on its shard, synced on
/// the blocking pool while the shard goes on. A partition that is gone meanwhile is no error.
/// Called on `home`.
awaitable<std::vector<PartitionFlush>> flush_partitions(runtime::Shard& home, BrokerShard& owner,
                                                        std::vector<PartitionFlush> flushes);

}  // namespace barnabas::broker
