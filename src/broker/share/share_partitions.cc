#include "broker/share/share_partitions.h"

#include "broker/on_shards.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

Error not_led() {
    return {ErrorCode::not_leader_or_follower, "this broker does not lead the partition any more"};
}

Error stops() {
    return {ErrorCode::not_leader_or_follower, "the broker stops"};
}

}  // namespace

SharePartitions::SharePartitions(Services& services, BrokerShard& shard,
                                 std::shared_ptr<ShareSessionRegister> sessions)
    : services_(services), shard_(shard), sessions_(std::move(sessions)), tasks_(shard.shard) {}

SharePartitions::~SharePartitions() = default;

Result<std::shared_ptr<LedSharePartition>> SharePartitions::get(const SharePartitionKey& key) {
    if (auto known = find(key)) {
        return known;
    }
    if (stopping_) {
        return std::unexpected(stops());
    }
    const auto* partition = shard_.partitions.find(key.at.topic, key.at.partition);
    if (partition == nullptr) {
        return std::unexpected(shard_.why_not_here(key.at.topic, key.at.partition));
    }
    auto led = std::make_shared<LedSharePartition>(services_, shard_, tasks_, key,
                                                   partition->leader_epoch());
    partitions_[key] = led;
    led->load();
    return led;
}

std::shared_ptr<LedSharePartition> SharePartitions::find(const SharePartitionKey& key) {
    const auto found = partitions_.find(key);
    if (found == partitions_.end()) {
        return nullptr;
    }
    if (found->second->is_over()) {
        partitions_.erase(found);
        return nullptr;
    }
    return found->second;
}

void SharePartitions::follow_image() {
    std::erase_if(partitions_, [this](const auto& entry) {
        const auto& [key, led] = entry;
        const auto* partition = shard_.image->partition(key.at.topic, key.at.partition);
        if (partition != nullptr && partition->leader == services_.node &&
            partition->leader_epoch == led->leader_epoch()) {
            return led->is_over();
        }
        led->give_up(not_led());
        return true;
    });
}

awaitable<void> SharePartitions::tell_began(std::string group) {
    return tell(std::move(group), 1);
}

awaitable<void> SharePartitions::tell(std::string group, std::ptrdiff_t more) {
    for (auto& shard : services_.shards) {
        auto count = [&shard, &group, more] { shard->shares->count_sessions(group, more); };
        co_await runtime::call_on(shard_.shard, shard->shard, count);
    }
}

void SharePartitions::count_sessions(const std::string& group, std::ptrdiff_t more) {
    const auto left = sessions_of_groups_[group] += more;
    if (left <= 0) {
        sessions_of_groups_.erase(group);
        drop_group(group);
    }
}

void SharePartitions::drop_group(std::string_view group) {
    std::erase_if(partitions_, [group](const auto& entry) {
        if (entry.first.group != group) {
            return false;
        }
        entry.second->give_up(
            {ErrorCode::not_leader_or_follower, "the group has no session here any more"});
        return true;
    });
}

awaitable<void> SharePartitions::release(ShareSessions::Ended session) {
    std::vector<BrokerShard*> owners;
    for (const auto& partition : session.partitions) {
        auto* owner = &services_.owner(partition.topic, partition.partition);
        if (std::ranges::find(owners, owner) == owners.end()) {
            owners.push_back(owner);
        }
    }
    auto work = [this, &session](BrokerShard& owner) { return release_on(owner, session); };
    co_await on_shards(shard_, owners, work);
    co_await tell(session.key.group, -1);
}

/// On `owner`'s shard.
awaitable<void> SharePartitions::release_on(BrokerShard& owner,
                                            const ShareSessions::Ended& session) {
    std::vector<std::pair<std::shared_ptr<LedSharePartition>, std::shared_ptr<ShareWrite>>> writes;
    for (const auto& partition : session.partitions) {
        if (&services_.owner(partition.topic, partition.partition) != &owner) {
            continue;
        }
        const auto led = owner.shares->find({session.key.group, partition});
        if (led != nullptr && led->is_active()) {
            writes.emplace_back(led, led->release(session.key.member));
        }
    }
    for (const auto& [led, write] : writes) {
        if (const auto error = co_await led->wait_for(write)) {
            services_.log.info(
                "what member {} of group {} held stays locked until its time is over: "
                "{}",
                session.key.member, session.key.group, error->message);
        }
    }
}

void SharePartitions::end_connection(const void* connection) {
    for (auto& session : sessions_.end_connection(connection)) {
        tasks_.spawn(release(std::move(session)));
    }
}

void SharePartitions::give_up() {
    stopping_ = true;
    for (const auto& [key, led] : std::exchange(partitions_, {})) {
        led->give_up(stops());
    }
}

}  // namespace barnabas::broker
