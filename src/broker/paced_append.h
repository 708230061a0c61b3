#pragma once

#include "broker/services.h"

namespace barnabas::broker {

/// `append(Partition&)` on the partition's shard, with an eye on how long that takes: where the
/// disk held the shard up it is known to be slow, and the next ones are held instead
/// (log::DirectoryHealth::is_slow()).
template <class Append>
auto paced_append(BrokerShard& shard, replication::Partition& partition, Append append) {
    const auto health = partition.log().health();
    const Time began = shard.shard.clock().now();
    auto outcome = append(partition);
    if (health) {
        const Time now = shard.shard.clock().now();
        health->note_pace(now - began, now);
    }
    return outcome;
}

}  // namespace barnabas::broker
