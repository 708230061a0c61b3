#pragma once

#include "broker/handlers/call.h"
#include "replication/partition.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace barnabas::broker {

/// A partition that a request names, and the shard that can answer for it.
struct LocatedPartition {
    TopicId topic;
    PartitionId number;
    BrokerShard* owner = nullptr;  // none: `error` says why
    std::optional<Error> error;
};

/// unknown_topic_or_partition or not_leader_or_follower where this broker cannot answer. `topic` is
/// null if there is none of that name.
[[nodiscard]] LocatedPartition locate(const Call& call, const TopicImage* topic,
                                      std::int32_t number);

/// Calls `work(i, partition)` for each of `partitions` without an error, on its owner's shard, and
/// goes on when all have ended. `work` does not wait, and is called from several threads at once,
/// each time with another index; what it refers to lives in the awaiting coroutine. A partition
/// that went meanwhile gets its error.
awaitable<void> on_partitions(Call& call, std::vector<LocatedPartition>& partitions,
                              std::function<void(std::size_t, replication::Partition&)> work);

}  // namespace barnabas::broker
