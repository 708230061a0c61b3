#pragma once

#include "broker/coordinators/coordinator_partition.h"
#include "broker/coordinators/load_slots.h"
#include "broker/services.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace barnabas::broker {

class GroupPartition;
class ShareStatePartition;
class TransactionPartition;

/// The coordinators' partitions that one shard owns. Lives on its shard, in its BrokerShard.
class Coordinators {
public:
    Coordinators(Services& services, BrokerShard& shard);
    Coordinators(const Coordinators&) = delete;
    Coordinators& operator=(const Coordinators&) = delete;
    ~Coordinators();

    /// The shard's image is a new one: loads what this broker leads since, gives up what it leads
    /// no more.
    void follow_image();

    /// The partition that coordinates it. coordinator_load_in_progress, or not_coordinator if it is
    /// not led here.
    [[nodiscard]] Result<std::shared_ptr<GroupPartition>> group(PartitionId number) const;
    [[nodiscard]] Result<std::shared_ptr<TransactionPartition>> transactions(
        PartitionId number) const;

    [[nodiscard]] Result<std::shared_ptr<ShareStatePartition>> share_states(
        PartitionId number) const;

    /// visit(GroupPartition&) for each that serves; how many are still loading.
    std::size_t for_each_group(const std::function<void(GroupPartition&)>& visit) const;
    std::size_t for_each_transactions(
        const std::function<void(TransactionPartition&)>& visit) const;

    [[nodiscard]] LoadSlots& load_slots() { return load_slots_; }

    /// Runs what one of them has begun and does not wait for; join() does.
    void spawn(awaitable<void> task) { tasks_.spawn(std::move(task)); }

    /// Gives up everything, for good: whoever waits is answered. join() returns when nothing runs
    /// any more.
    void give_up();
    awaitable<void> join() { return tasks_.join(); }

private:
    using Key = std::pair<TopicId, PartitionId>;
    template <class Kind>
    using Led = std::map<Key, std::shared_ptr<Kind>>;

    template <class Kind>
    void follow(std::string_view topic, Led<Kind>& led);

    Services& services_;
    BrokerShard& shard_;
    Led<GroupPartition> groups_;
    Led<TransactionPartition> transactions_;
    Led<ShareStatePartition> share_states_;
    LoadSlots load_slots_;
    runtime::TaskGroup tasks_;
    bool stopping_ = false;
};

}  // namespace barnabas::broker
