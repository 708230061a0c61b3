#include "broker/coordinators/coordinators.h"

#include "base/topic_name.h"
#include "broker/coordinators/group_partition.h"
#include "broker/coordinators/share_state_partition.h"
#include "broker/coordinators/transaction_partition.h"

#include <cstdint>

namespace barnabas::broker {
namespace {

template <class Kind>
Result<std::shared_ptr<Kind>> serving(
    const std::map<std::pair<TopicId, PartitionId>, std::shared_ptr<Kind>>& led,
    PartitionId number) {
    for (const auto& [key, partition] : led) {
        if (key.second == number) {
            TRY(partition->check());
            return partition;
        }
    }
    return fail(ErrorCode::not_coordinator, "this broker does not coordinate partition {}", number);
}

template <class Led>
void give_up_all(Led& led) {
    for (const auto& [key, partition] : led) {
        partition->give_up();
    }
    led.clear();
}

template <class Kind>
std::size_t visit_all(const std::map<std::pair<TopicId, PartitionId>, std::shared_ptr<Kind>>& led,
                      const std::function<void(Kind&)>& visit) {
    std::size_t loading = 0;
    for (const auto& [key, partition] : led) {
        if (partition->is_active()) {
            visit(*partition);
        } else if (partition->check().error().code == ErrorCode::coordinator_load_in_progress) {
            ++loading;
        }
    }
    return loading;
}

}  // namespace

Coordinators::Coordinators(Services& services, BrokerShard& shard)
    : services_(services), shard_(shard), load_slots_(shard.shard), tasks_(shard.shard) {}

Coordinators::~Coordinators() = default;

template <class Kind>
void Coordinators::follow(std::string_view topic, Led<Kind>& led) {
    const auto image = shard_.image->by_name(topic);
    const auto leads = [&](const Key& key) {
        if (!image || image->id != key.first) {
            return false;
        }
        const auto* partition = image->partition(key.second);
        return partition != nullptr && partition->leader == services_.node &&
               &services_.owner(key.first, key.second) == &shard_;
    };
    std::erase_if(led, [&](const auto& entry) {
        if (leads(entry.first)) {
            return false;
        }
        entry.second->give_up();
        return true;
    });
    const auto count = image ? static_cast<std::int32_t>(image->partitions.size()) : 0;
    for (std::int32_t i = 0; i < count; ++i) {
        const Key key{image->id, PartitionId{i}};
        if (!leads(key) || led.contains(key)) {
            continue;
        }
        auto partition = std::make_shared<Kind>(
            services_,
            StatePartition::Where{.shard = shard_, .topic = key.first, .number = key.second});
        led.emplace(key, partition);
        tasks_.spawn(partition->run());
    }
}

void Coordinators::follow_image() {
    if (!stopping_) {
        follow(group_metadata_topic, groups_);
        follow(transaction_state_topic, transactions_);
        follow(share_group_state_topic, share_states_);
        for (const auto& [key, partition] : groups_) {
            partition->follow_image();
        }
        for (const auto& [key, partition] : share_states_) {
            partition->follow_image();
        }
    }
}

Result<std::shared_ptr<GroupPartition>> Coordinators::group(PartitionId number) const {
    return serving(groups_, number);
}

Result<std::shared_ptr<TransactionPartition>> Coordinators::transactions(PartitionId number) const {
    return serving(transactions_, number);
}

Result<std::shared_ptr<ShareStatePartition>> Coordinators::share_states(PartitionId number) const {
    return serving(share_states_, number);
}

std::size_t Coordinators::for_each_group(const std::function<void(GroupPartition&)>& visit) const {
    return visit_all(groups_, visit);
}

std::size_t Coordinators::for_each_transactions(
    const std::function<void(TransactionPartition&)>& visit) const {
    return visit_all(transactions_, visit);
}

void Coordinators::give_up() {
    stopping_ = true;
    give_up_all(groups_);
    give_up_all(transactions_);
    give_up_all(share_states_);
}

}  // namespace barnabas::broker
