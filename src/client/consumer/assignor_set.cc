#include "client/consumer/assignor_set.h"

#include "client/assignors/range_assignor.h"
#include "client/assignors/round_robin_assignor.h"
#include "client/assignors/sticky_assignor.h"
#include "client/assignors/sticky_user_data.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace barnabas::client {

namespace {

using Members = PartitionAssignor::Members;
using Assign = Assignment (*)(const TopicLayouts&, const std::vector<GroupMember>&);

struct Known {
    std::string_view name;
    std::string_view class_name;
    bool cooperative;
    Assign assign;
};

constexpr Known known_assignors[] = {
    {"range", "org.apache.kafka.clients.consumer.RangeAssignor", false, &assign_range},
    {"roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor", false,
     &assign_round_robin},
    {"sticky", "org.apache.kafka.clients.consumer.StickyAssignor", false, &assign_sticky},
    {"cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor", true,
     &assign_cooperative_sticky},
};

const Known* find_known(std::string_view name) {
    const auto* const found = std::ranges::find_if(known_assignors, [name](const Known& known) {
        return known.name == name || known.class_name == name;
    });
    return found == std::end(known_assignors) ? nullptr : found;
}

/// What a member owned, where its strategy keeps that: `sticky` in its own data, since an eager
/// member gives everything up before it joins; `cooperative-sticky` in the subscription, with the
/// generation in its own data where the subscription is too old to hold it.
void read_owned(const Known& known, const PartitionAssignor::Member& from, GroupMember& to) {
    to.owned = from.owned;
    to.generation = from.generation;
    if (known.name == "sticky" && !from.user_data.empty()) {
        if (auto data = decode_sticky_user_data(from.user_data)) {
            to.owned = std::move(data->owned);
            to.generation = data->generation;
        }
    } else if (known.cooperative && to.generation == no_generation && !from.user_data.empty()) {
        if (const auto generation = decode_cooperative_user_data(from.user_data)) {
            to.generation = *generation;
        }
    }
}

PartitionAssignor::Assignment assign_known(const Known& known, const TopicLayouts& layouts,
                                           const Members& members) {
    std::vector<GroupMember> group;
    for (const auto& [id, member] : members) {
        GroupMember& added = group.emplace_back();
        added.id = id;
        added.group_instance_id = member.group_instance_id;
        added.rack = member.rack;
        added.topics = member.topics;
        read_owned(known, member, added);
    }
    PartitionAssignor::Assignment all;
    for (auto& [id, partitions] : known.assign(layouts, group)) {
        all[id].partitions = std::move(partitions);
    }
    return all;
}

Result<> check(const std::string& name, const PartitionAssignor::Assignment& assignment,
               const Members& members) {
    std::set<TopicPartition> given;
    for (const auto& [id, member] : members) {
        const auto found = assignment.find(id);
        if (found == assignment.end()) {
            return fail(ErrorCode::invalid_request,
                        "the assignor \"{}\" has nothing for member {}, not even an empty share",
                        name, id);
        }
        for (const TopicPartition& partition : found->second.partitions) {
            if (!given.insert(partition).second) {
                return fail(ErrorCode::invalid_request,
                            "the assignor \"{}\" gives {} to two members", name, partition);
            }
        }
    }
    return {};
}

std::string names_of(const std::vector<std::shared_ptr<PartitionAssignor>>& custom) {
    std::string names = "range, roundrobin, sticky, cooperative-sticky";
    for (const auto& assignor : custom) {
        names += ", " + assignor->name();
    }
    return names;
}

}  // namespace

Result<AssignorSet> AssignorSet::make(
    const std::vector<std::string>& names,
    const std::vector<std::shared_ptr<PartitionAssignor>>& custom) {
    AssignorSet set;
    for (const std::string& name : names) {
        Strategy strategy;
        const auto own = std::ranges::find_if(
            custom, [&name](const auto& assignor) { return assignor->name() == name; });
        if (own != custom.end()) {
            strategy = {.name = name, .cooperative = (*own)->is_cooperative(), .custom = *own};
        } else if (const Known* known = find_known(name)) {
            strategy = {.name = std::string(known->name),
                        .cooperative = known->cooperative,
                        .custom = nullptr};
        } else {
            return fail(ErrorCode::invalid_config,
                        "partition.assignment.strategy names \"{}\", which is none of: {}", name,
                        names_of(custom));
        }
        if (set.find(strategy.name) != nullptr) {
            return fail(ErrorCode::invalid_config,
                        "partition.assignment.strategy names \"{}\" twice", strategy.name);
        }
        set.strategies_.push_back(std::move(strategy));
    }
    if (set.strategies_.empty()) {
        return fail(ErrorCode::invalid_config,
                    "partition.assignment.strategy names none; it may be any of: {}",
                    names_of(custom));
    }
    return set;
}

const AssignorSet::Strategy* AssignorSet::find(std::string_view name) const {
    const auto found = std::ranges::find(strategies_, name, &Strategy::name);
    return found == strategies_.end() ? nullptr : &*found;
}

bool AssignorSet::cooperative() const {
    return std::ranges::all_of(strategies_, &Strategy::cooperative);
}

Bytes AssignorSet::user_data(const Strategy& strategy,
                             const PartitionAssignor::Member& self) const {
    if (strategy.custom) {
        return strategy.custom->user_data(self.topics);
    }
    if (strategy.name == "sticky" && !self.owned.empty()) {
        return to_bytes(
            encode_sticky_user_data({.owned = self.owned, .generation = self.generation}).view());
    }
    if (strategy.cooperative) {
        return to_bytes(encode_cooperative_user_data(self.generation).view());
    }
    return {};
}

Result<PartitionAssignor::Assignment> AssignorSet::assign(const Strategy& strategy,
                                                          const TopicLayouts& layouts,
                                                          const Members& members) const {
    if (!strategy.custom) {
        return assign_known(*find_known(strategy.name), layouts, members);
    }
    PartitionAssignor::PartitionCounts counts;
    for (const auto& [topic, layout] : layouts) {
        counts.emplace(topic, layout.partitions);
    }
    auto assignment = strategy.custom->assign(counts, members);
    TRY(check(strategy.name, assignment, members));
    return assignment;
}

}  // namespace barnabas::client
