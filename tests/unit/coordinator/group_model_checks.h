#pragma once

#include "unit/coordinator/group_model_new_member.h"
#include "unit/coordinator/group_model_old_member.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// Those whose processes run.
struct GroupModelMembers {
    std::vector<OldMember> old;
    std::vector<NewMember> fresh;

    [[nodiscard]] std::size_t size() const { return old.size() + fresh.size(); }
    void for_each(const auto& visit) const {
        std::ranges::for_each(old, visit);
        std::ranges::for_each(fresh, visit);
    }
    void for_each_to_change(const auto& visit) {
        std::ranges::for_each(old, visit);
        std::ranges::for_each(fresh, visit);
    }
    /// Whoever has ended is nobody's business any more, but the coordinator's.
    void bury() {
        const auto is_gone = [](const GroupModelMember& member) { return member.gone; };
        std::erase_if(old, is_gone);
        std::erase_if(fresh, is_gone);
    }
};

/// Of those who think that they own a partition one at most can commit for it.
inline void check_owners(const GroupTable& groups, const GroupModelMembers& all) {
    std::map<std::tuple<std::string, Uuid, std::int32_t>, std::string> owners;
    all.for_each([&](const GroupModelMember& member) {
        const Group* const group = groups.find(member.group);
        const Committer from = committer(member);
        if (group == nullptr || member.strays || !group->check_commit(from)) {
            return;
        }
        for (const auto& [topic, partitions] : member.owned) {
            for (const std::int32_t partition : partitions) {
                if (!group->check_commit_of(
                        from, {.topic = {}, .topic_id = topic, .partition = partition})) {
                    continue;
                }
                const auto [at, alone] =
                    owners.emplace(std::tuple{member.group, topic, partition}, member.id);
                EXPECT_TRUE(alone)
                    << text_of(Assignment{{topic, {partition}}}) << " of " << member.group << " is "
                    << at->second << "'s and " << member.id << "'s";
            }
        }
    });
}

using GroupModelCommitters = std::set<std::pair<std::string, std::string>>;  // group and id

/// Members of generations of classic groups who may commit as things are.
inline GroupModelCommitters classic_committers(const GroupTable& groups,
                                               const GroupModelMembers& all) {
    GroupModelCommitters may;
    for (const OldMember& member : all.old) {
        const auto* const group = groups.find_as<ClassicGroup>(member.group);
        if (group != nullptr && member.epoch >= 0 && group->check_commit(committer(member))) {
            may.emplace(member.group, member.id);
        }
    }
    return may;
}

/// Whoever could commit can when somebody else makes it a consumer group.
inline void check_upgrades(const GroupTable& groups, const GroupModelMembers& all,
                           const GroupModelCommitters& before) {
    for (const OldMember& member : all.old) {
        const auto* const group = groups.find_as<ConsumerGroup>(member.group);
        if (group != nullptr && before.contains({member.group, member.id})) {
            const ConsumerMember* const known = group->member(member.id);
            ASSERT_NE(known, nullptr) << member.id << " of " << member.group;
            EXPECT_EQ(known->epoch, member.epoch) << member.id << " of " << member.group;
        }
    }
}

/// Of each group what another coordinator has to read from the topic: not what of a classic
/// group is stored only at the end of a rebalance.
inline std::map<std::string, std::string> stored_state_of(const GroupTable& groups,
                                                          const TopicsView& topics) {
    std::map<std::string, std::string> state;
    for (const auto& [id, any] : groups.all()) {
        const auto* const classic = groups.find_as<ClassicGroup>(id);
        if (classic != nullptr && classic->is_in(ClassicGroupState::stable)) {
            auto& text = state[id];
            text = fmt::format("generation {} of {}, led by {}\n", classic->generation(),
                               classic->protocol().value_or(""), classic->leader().value_or(""));
            for (const auto& [member_id, member] : classic->members()) {
                const auto assigned = read_embedded_assignment(member.assigned(), topics);
                text += fmt::format("  {} has {}\n", member_id,
                                    assigned ? text_of(*assigned) : "bytes");
            }
        }
        const auto* const group = groups.find_as<ConsumerGroup>(id);
        if (group == nullptr) {
            continue;
        }
        auto& text = state[id];
        text = fmt::format("epoch {} assigned in {} at {}\n", group->epoch(),
                           group->assignment_epoch(), group->assigned_at());
        for (const auto& [member_id, member] : group->members()) {
            text += fmt::format(
                "  {} {}/{} {}:{} |{} | {} | {}\n", member_id, member.epoch, member.previous_epoch,
                static_cast<int>(member.state), text_of(member.assigned), text_of(member.revoking),
                text_of(group->target_of(member_id)), fmt::join(member.topics, ","));
        }
    }
    return state;
}

inline std::int32_t epoch_of(const GroupTable& groups, const std::string& id) {
    if (const auto* const classic = groups.find_as<ClassicGroup>(id)) {
        return classic->generation();
    }
    const auto* const group = groups.find_as<ConsumerGroup>(id);
    return group == nullptr ? -1 : group->epoch();
}

/// Why the members of the group have not come to a stable assignment, each partition of what they
/// read with one of them; empty if they have.
inline std::string why_not_converged(const GroupTable& groups, const TopicsView& topics,
                                     const GroupModelMembers& all, const std::string& id) {
    std::string why;
    std::size_t live = 0;
    std::map<Uuid, std::vector<std::int32_t>> owned;
    std::set<std::string> read;
    const auto add = [&](const GroupModelMember& member, bool is_settled) {
        if (member.group != id) {
            return;
        }
        ++live;
        read.insert(member.names.begin(), member.names.end());
        if (!is_settled || member.strays || member.epoch != epoch_of(groups, id)) {
            why += fmt::format("{} of {} is not settled in {}; ", member.id, id, member.epoch);
        }
        for (const auto& [topic, partitions] : member.owned) {
            owned[topic].insert(owned[topic].end(), partitions.begin(), partitions.end());
        }
    };
    for (const OldMember& member : all.old) {
        add(member, member.is_stable());
    }
    for (const NewMember& member : all.fresh) {
        add(member, member.is_settled());
    }
    const Group* const group = groups.find(id);
    if (group != nullptr &&
        (group->member_count() != live || group->state_name() != (live ? "Stable" : "Empty"))) {
        why += fmt::format("{} is {} with {} members, {} live; ", id, group->state_name(),
                           group->member_count(), live);
    }
    Assignment want;
    for (const std::string& name : read) {
        const auto topic = topics.find(name);
        for (std::int32_t p = 0; p < topic->partitions; ++p) {
            want[topic->id].push_back(p);
        }
    }
    for (auto& [topic, partitions] : owned) {
        std::ranges::sort(partitions);
    }
    if (owned != want) {
        why += fmt::format("of {} they own {}; ", id, text_of(Assignment(owned)));
    }
    return why;
}

}  // namespace barnabas::coordinator::testing
