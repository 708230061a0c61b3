#include "client/assignors/numbered_group.h"

#include "base/hashing.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <tuple>

namespace barnabas::client {
namespace {

const std::string& id_of(const GroupMember* member) {
    return member->id;
}

std::set<std::string_view> subscription_of(const GroupMember& member) {
    return {member.topics.begin(), member.topics.end()};
}

/// Numbers for the names of racks.
class RackNumbers {
public:
    Number of(std::string_view name) {
        return numbers_.try_emplace(name, numbers_.size()).first->second;
    }

private:
    std::map<std::string_view, Number> numbers_;
};

bool racks_differ(std::span<const Number> member_racks,
                  std::span<const std::vector<Number>> replica_racks) {
    std::set<Number> all;
    for (const auto& racks : replica_racks) {
        all.insert(racks.begin(), racks.end());
    }
    const auto is_used = [&](Number rack) { return all.contains(rack); };  // no_number never is
    const auto lacks_some = [&](const auto& racks) { return racks.size() != all.size(); };
    return std::ranges::any_of(member_racks, is_used) &&
           std::ranges::any_of(replica_racks, lacks_some);
}

}  // namespace

NumberedGroup::NumberedGroup(const TopicLayouts& layouts, const std::vector<GroupMember>& members) {
    for (const auto& member : members) {
        members_.push_back(&member);
    }
    std::ranges::sort(members_, {}, id_of);
    number_topics(layouts);
    number_racks(layouts);
}

void NumberedGroup::number_topics(const TopicLayouts& layouts) {
    std::map<std::string_view, std::vector<Number>> subscribers;
    for (Number member = 0; member < members_.size(); ++member) {
        for (const auto topic : subscription_of(*members_[member])) {
            subscribers[topic].push_back(member);
        }
    }
    topics_of_.resize(members_.size());
    for (auto& [name, subscribed] : subscribers) {
        const auto layout = layouts.find(name);
        if (layout == layouts.end() || layout->second.partitions <= 0) {
            continue;
        }
        for (const auto member : subscribed) {
            topics_of_[member].push_back(topics_.size());
        }
        const auto count = static_cast<Number>(layout->second.partitions);
        topics_.push_back({.name = name,
                           .first_partition = topic_of_.size(),
                           .partition_count = count,
                           .subscribers = std::move(subscribed)});
        topic_of_.insert(topic_of_.end(), count, topics_.size() - 1);
    }
}

void NumberedGroup::number_racks(const TopicLayouts& layouts) {
    RackNumbers numbers;
    for (const auto* member : members_) {
        const bool has = member->rack && !member->rack->empty();
        rack_of_.push_back(has ? numbers.of(*member->rack) : no_number);
    }
    racks_of_.resize(partition_count());
    for (const auto& topic : topics_) {
        const auto& racks = layouts.find(topic.name)->second.replica_racks;
        for (Number index = 0; index < std::min(topic.partition_count, racks.size()); ++index) {
            std::set<Number> sorted;
            for (const auto& rack : racks[index]) {
                sorted.insert(numbers.of(rack));
            }
            racks_of_[topic.first_partition + index].assign(sorted.begin(), sorted.end());
        }
    }
}

std::optional<Number> NumberedGroup::number_of(const TopicPartition& partition) const {
    const auto topic = std::ranges::lower_bound(topics_, partition.topic, {}, &NumberedTopic::name);
    const auto index = static_cast<Number>(partition.partition.get());
    if (topic == topics_.end() || topic->name != partition.topic || partition.partition.get() < 0 ||
        index >= topic->partition_count) {
        return std::nullopt;
    }
    return topic->first_partition + index;
}

bool NumberedGroup::subscribes(Number member, Number topic) const {
    return std::ranges::binary_search(topics_of_[member], topic);
}

bool NumberedGroup::all_subscribe_alike() const {
    return std::ranges::all_of(members_, [&](const GroupMember* member) {
        return subscription_of(*member) == subscription_of(*members_.front());
    });
}

std::vector<Number> NumberedGroup::members_in_turn() const {
    std::vector<Number> turn(member_count());
    for (Number member = 0; member < turn.size(); ++member) {
        turn[member] = member;
    }
    std::ranges::sort(turn, {}, [&](Number number) {
        const auto& instance = member(number).group_instance_id;
        const auto name = instance ? std::string_view{*instance} : std::string_view{};
        return std::tuple{!instance, name, number};
    });
    return turn;
}

std::vector<Number> NumberedGroup::members_in_map_order() const {
    // 16 buckets, or as many doublings of that as keep the map at most three quarters full.
    Number buckets = 16;
    while (member_count() > buckets / 4 * 3) {
        buckets *= 2;
    }
    // The pointers lead into one vector, so they rise as the members were given.
    std::vector<std::tuple<Number, const GroupMember*, Number>> order;
    order.reserve(member_count());
    for (Number number = 0; number < member_count(); ++number) {
        const auto hash = static_cast<std::uint32_t>(java_string_hash(member(number).id));
        order.emplace_back((hash ^ (hash >> 16)) & (buckets - 1), members_[number], number);
    }
    std::ranges::sort(order);
    std::vector<Number> members;
    members.reserve(member_count());
    for (const auto& [bucket, given, number] : order) {
        members.push_back(number);
    }
    return members;
}

bool NumberedGroup::in_rack(Number member, Number partition) const {
    return has_rack(member) && std::ranges::binary_search(racks_of_[partition], rack_of_[member]);
}

bool NumberedGroup::racks_matter(const NumberedTopic& topic) const {
    std::vector<Number> racks;
    racks.reserve(topic.subscribers.size());
    for (const auto subscriber : topic.subscribers) {
        racks.push_back(rack_of_[subscriber]);
    }
    return racks_differ(racks,
                        std::span{racks_of_}.subspan(topic.first_partition, topic.partition_count));
}

bool NumberedGroup::racks_matter() const {
    return racks_differ(rack_of_, racks_of_);
}

Assignment NumberedGroup::to_assignment(
    const std::vector<std::vector<Number>>& partitions_of) const {
    Assignment assignment;
    for (Number number = 0; number < member_count(); ++number) {
        auto& partitions = assignment[member(number).id];
        for (const auto partition : partitions_of[number]) {
            const auto index = static_cast<std::int32_t>(index_of(partition));
            partitions.push_back({.topic = std::string{topics_[topic_of(partition)].name},
                                  .partition = PartitionId{index}});
        }
    }
    return assignment;
}

}  // namespace barnabas::client
