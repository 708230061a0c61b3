#pragma once

#include "base/types.h"
#include "replication/partition.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace barnabas::broker {

/// The partitions of one shard, by topic id and number. Lives on its shard.
class PartitionTable {
public:
    /// nullptr if this shard has no such partition.
    [[nodiscard]] replication::Partition* find(const TopicId& topic, PartitionId partition) const;
    /// INVARIANT: it is not there yet.
    replication::Partition& add(std::unique_ptr<replication::Partition> partition);
    /// Forgets those that are wanted, and wakes the fetches that wait for them; their logs.
    using Wanted = std::function<bool(const replication::Partition&)>;
    [[nodiscard]] std::vector<std::unique_ptr<log::Log>> take_logs(const Wanted& wanted);

    [[nodiscard]] std::size_t size() const { return partitions_.size(); }
    /// Bytes of batches that their logs have accepted and not written yet.
    [[nodiscard]] std::uint64_t held_bytes() const { return held_bytes_; }
    template <class Each>
    void for_each(Each each) const {
        for (const auto& [key, partition] : partitions_) {
            each(*partition);
        }
    }

private:
    struct Key {
        TopicId topic;
        PartitionId partition;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept {
            const auto number = static_cast<std::uint32_t>(key.partition.get());
            return std::hash<TopicId>{}(key.topic) ^ (number * 0x9e3779b97f4a7c15ULL);
        }
    };
    std::uint64_t held_bytes_ = 0;  // outlives the partitions, which count in it
    std::unordered_map<Key, std::unique_ptr<replication::Partition>, Hash> partitions_;
};

}  // namespace barnabas::broker
