#include "broker/partition_table.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::broker {

replication::Partition* PartitionTable::find(const TopicId& topic, PartitionId partition) const {
    const auto found = partitions_.find({topic, partition});
    return found == partitions_.end() ? nullptr : found->second.get();
}

replication::Partition& PartitionTable::add(std::unique_ptr<replication::Partition> partition) {
    const Key key{partition->id(), partition->name().partition};
    const auto [at, added] = partitions_.emplace(key, std::move(partition));
    INVARIANT(added, "partition {} is added twice", at->second->name());
    at->second->count_held_in(held_bytes_);
    return *at->second;
}

std::vector<std::unique_ptr<log::Log>> PartitionTable::take_logs(const Wanted& wanted) {
    std::vector<std::unique_ptr<log::Log>> logs;
    std::erase_if(partitions_, [&](auto& entry) {
        const bool taken = wanted(*entry.second);
        if (taken) {
            logs.push_back(entry.second->release_log());
        }
        return taken;
    });
    return logs;
}

}  // namespace barnabas::broker
