#include "broker/share_positions.h"

#include "base/hashing.h"
#include "base/topic_name.h"
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/share_state_partition.h"
#include "broker/scatter.h"
#include "coordinator/share_state/share_state.h"
#include "share/delivery.h"

#include <algorithm>
#include <functional>

namespace barnabas::broker {
namespace {

/// A position and the coordinator that knows it.
struct PositionLookup {
    SharePosition* position = nullptr;
    PartitionId number{0};
    BrokerShard* owner = nullptr;
};

std::vector<PositionLookup> position_lookups(const Services& services, const TopicImage& states,
                                             std::vector<SharePosition>& positions) {
    const auto count = static_cast<std::int32_t>(states.partitions.size());
    std::vector<PositionLookup> lookups;
    lookups.reserve(positions.size());
    for (auto& position : positions) {
        const auto number =
            coordinator_partition_for(coordinator::coordinator_key(position.of), count);
        lookups.push_back(
            {.position = &position, .number = number, .owner = &services.owner(states.id, number)});
    }
    return lookups;
}

/// Behind the records from the start on that are done with. The start that is stored is the one of
/// before the last of them: it follows with what is stored next (SharePartition.acknowledge).
Offset first_open(const coordinator::ShareState& state) {
    auto open = state.start;
    for (const auto& batch : state.batches) {
        if (batch.first > open || !share::is_final(static_cast<share::RecordState>(batch.state))) {
            break;
        }
        open = std::max(open, Offset{batch.last.get() + 1});
    }
    return open;
}

/// On the owner's shard.
void look_position_up(const PositionLookup& lookup) {
    const auto* coordinators = lookup.owner->coordinators;
    if (coordinators == nullptr) {
        return;
    }
    const auto serving = coordinators->share_states(lookup.number);
    const auto* state = serving ? (*serving)->find(lookup.position->of) : nullptr;
    if (state != nullptr) {
        auto& position = *lookup.position;
        position.start = first_open(*state);
        const std::int64_t passed = position.start.get() - state->start.get();
        const std::int64_t done = state->delivery_complete_count;
        position.done =
            static_cast<std::int32_t>(done < 0 ? done : std::max<std::int64_t>(done - passed, 0));
    }
}

}  // namespace

std::vector<SharePosition> positions_to_find(const coordinator::ShareGroup& group) {
    std::vector<SharePosition> positions;
    for (const auto& [id, topic] : group.partitions().initialized) {
        for (const std::int32_t number : topic.partitions) {
            positions.push_back({.of = {.group = group.id(), .topic = id, .partition = number}});
        }
    }
    return positions;
}

awaitable<void> find_positions(Services& services, std::vector<SharePosition>& positions) {
    const auto& shards = services.shards;
    const ClusterImagePtr image = shards.front()->image;
    const auto* states = image->topic(share_group_state_topic);
    if (states == nullptr || positions.empty()) {
        co_return;
    }
    const auto lookups = position_lookups(services, *states, positions);
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::function<void(std::size_t)> work = [&](std::size_t i) {
        for (const auto& lookup : lookups) {
            if (lookup.owner == shards[i].get()) {
                look_position_up(lookup);
            }
        }
    };
    co_await scatter(shards.front()->shard, targets, work);
}

}  // namespace barnabas::broker
