#include "broker/handlers/on_partitions.h"

#include "broker/scatter.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

LocatedPartition refused(ErrorCode code, std::string message) {
    return {.topic = {},
            .number = PartitionId{-1},
            .error = Error{.code = code, .message = std::move(message)}};
}

}  // namespace

LocatedPartition locate(const Call& call, const TopicImage* topic, std::int32_t number) {
    if (topic == nullptr) {
        return refused(ErrorCode::unknown_topic_or_partition, "this broker knows no such topic");
    }
    const PartitionId partition{number};
    const auto* image = topic->partition(partition);
    if (image == nullptr) {
        return refused(ErrorCode::unknown_topic_or_partition,
                       fmt::format("topic {} has {} partitions, numbered from 0; {} is none",
                                   topic->name, topic->partitions.size(), number));
    }
    if (image->why_offline) {
        return refused(ErrorCode::kafka_storage_error, *image->why_offline);
    }
    if (image->leader != call.services.node) {
        return refused(ErrorCode::not_leader_or_follower,
                       fmt::format("broker {} leads partition {} of topic {}", image->leader,
                                   number, topic->name));
    }
    return {.topic = topic->id,
            .number = partition,
            .owner = &call.services.owner(topic->id, partition),
            .error = {}};
}

awaitable<void> on_partitions(Call& call, std::vector<LocatedPartition>& partitions,
                              std::function<void(std::size_t, replication::Partition&)> work) {
    std::vector<runtime::Shard*> shards;
    for (const auto& partition : partitions) {
        if (partition.owner != nullptr &&
            std::ranges::find(shards, &partition.owner->shard) == shards.end()) {
            shards.push_back(&partition.owner->shard);
        }
    }
    std::function<void(std::size_t)> on_shard = [&](std::size_t shard) {
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            auto& located = partitions[i];
            if (located.owner == nullptr || &located.owner->shard != shards[shard]) {
                continue;
            }
            if (auto* found = located.owner->partitions.find(located.topic, located.number)) {
                work(i, *found);
            } else {
                located.error = located.owner->why_not_here(located.topic, located.number);
            }
        }
    };
    co_await scatter(call.home.shard, shards, on_shard);
}

}  // namespace barnabas::broker
