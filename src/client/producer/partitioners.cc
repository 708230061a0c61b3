#include "base/hashing.h"
#include <barnabas/partitioner.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace barnabas {
namespace {

class HashPartitioner final : public Partitioner {
public:
    PartitionId partition(const PartitionerTopic& topic, std::optional<ByteView> key,
                          std::optional<ByteView> /*value*/) override {
        return partition_for_key(key.value_or(ByteView{}), topic.count);
    }
};

class RoundRobinPartitioner final : public Partitioner {
public:
    PartitionId partition(const PartitionerTopic& topic, std::optional<ByteView> /*key*/,
                          std::optional<ByteView> /*value*/) override {
        const std::uint32_t turn = next(topic.name);
        if (!topic.available.empty()) {
            return topic.available[turn % topic.available.size()];
        }
        return PartitionId{
            static_cast<std::int32_t>(turn % static_cast<std::uint32_t>(topic.count))};
    }

private:
    std::uint32_t next(std::string_view topic) {
        const std::lock_guard lock(mutex_);
        auto found = turns_.find(topic);
        if (found == turns_.end()) {
            found = turns_.emplace(std::string(topic), 0).first;
        }
        return found->second++;
    }

    std::mutex mutex_;
    std::map<std::string, std::uint32_t, std::less<>> turns_;
};

}  // namespace

std::shared_ptr<Partitioner> hash_partitioner() {
    return std::make_shared<HashPartitioner>();
}

std::shared_ptr<Partitioner> round_robin_partitioner() {
    return std::make_shared<RoundRobinPartitioner>();
}

}  // namespace barnabas
