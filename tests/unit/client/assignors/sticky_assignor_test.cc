#include "client/assignors/sticky_assignor.h"

#include "unit/client/assignors/groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace barnabas::client {
namespace {

bool subscribes(const GroupMember& member, const std::string& topic) {
    return std::ranges::find(member.topics, topic) != member.topics.end();
}

/// Each partition that somebody may have stands with one member that may have it.
void expect_complete(const RandomGroup& group, const Assignment& assignment) {
    std::set<TopicPartition> seen;
    for (const auto& one : group.members) {
        for (const auto& given : assignment.at(one.id)) {
            EXPECT_TRUE(subscribes(one, given.topic)) << one.id << " has " << given.topic;
            EXPECT_TRUE(seen.insert(given).second) << fmt::format("{} twice", given);
        }
    }
    for (const auto& [topic, layout] : group.layouts) {
        const bool wanted = std::ranges::any_of(
            group.members, [&](const GroupMember& one) { return subscribes(one, topic); });
        for (std::int32_t i = 0; i < layout.partitions; ++i) {
            EXPECT_EQ(seen.contains(partition(topic, i)), wanted) << topic << ":" << i;
        }
    }
}

void own(std::vector<GroupMember>& members, const Assignment& assignment, std::int32_t generation) {
    for (auto& one : members) {
        one.owned = assignment.at(one.id);
        one.generation = generation;
    }
}

bool has_racks(const RandomGroup& group) {
    return std::ranges::any_of(group.members,
                               [](const GroupMember& one) { return one.rack.has_value(); });
}

std::size_t spread(const Assignment& assignment) {
    const auto size = [](const auto& entry) { return entry.second.size(); };
    const auto [least, most] = std::ranges::minmax_element(assignment, {}, size);
    return most->second.size() - least->second.size();
}

class StickyAssignorModel : public ::testing::Test {
protected:
    const unsigned seed_ = std::random_device{}();
    const ::testing::ScopedTrace trace_{__FILE__, __LINE__, seed_};
    std::mt19937 random_{seed_};
};

TEST_F(StickyAssignorModel, GivesOutEverythingAndKeepsItWhenNothingChanges) {
    for (int i = 0; i < 40; ++i) {
        const bool alike = i % 2 == 0;
        auto group = random_group(random_, alike);
        const auto first = assign_sticky(group.layouts, group.members);
        expect_complete(group, first);
        if (alike) {
            EXPECT_LE(spread(first), 1U);
        }
        own(group.members, first, 1);
        auto again = assign_sticky(group.layouts, group.members);
        if (!has_racks(group)) {
            for (const auto& one : group.members) {
                EXPECT_TRUE(std::ranges::is_permutation(again.at(one.id), one.owned)) << one.id;
            }
        }
    }
}

TEST_F(StickyAssignorModel, SurvivesClaimsThatCannotBeTrue) {
    for (int i = 0; i < 40; ++i) {
        auto group = random_group(random_, i % 2 == 0);
        for (auto& one : group.members) {
            one.generation = static_cast<std::int32_t>(random_() % 3) - 1;
            for (auto claims = random_() % 20; claims > 0; --claims) {
                one.owned.push_back(partition(std::string{"abcde"[random_() % 5]},
                                              static_cast<std::int32_t>(random_() % 12) - 1));
            }
        }
        expect_complete(group, assign_sticky(group.layouts, group.members));
    }
}

/// Whether the member is given something that another one still has.
bool takes_away(const std::vector<GroupMember>& members, const GroupMember& from,
                const TopicPartition& given) {
    return std::ranges::any_of(members, [&](const GroupMember& other) {
        return other.id != from.id && std::ranges::find(other.owned, given) != other.owned.end();
    });
}

TEST_F(StickyAssignorModel, CooperativeMembersGiveUpBeforeOthersTake) {
    for (int i = 0; i < 40; ++i) {
        auto group = random_group(random_, i % 2 == 0);
        own(group.members, assign_cooperative_sticky(group.layouts, group.members), 1);
        group.members.push_back(member("n", group.members.front().topics));
        Assignment step;
        // Two rounds do where all subscribe alike; otherwise a move may allow another one. With
        // racks it need not end: balance moves out of a rack what the next round brings back.
        for (std::int32_t generation = 2; generation < 8; ++generation) {
            step = assign_cooperative_sticky(group.layouts, group.members);
            for (const auto& one : group.members) {
                for (const auto& given : step.at(one.id)) {
                    EXPECT_FALSE(takes_away(group.members, one, given))
                        << fmt::format("{} goes to {} at once", given, one.id);
                }
            }
            own(group.members, step, generation);
        }
        if (!has_racks(group)) {
            expect_complete(group, step);
        }
    }
}

TEST(StickyAssignor, LetsALeavingMembersShareGoToTheOthers) {
    const TopicLayouts layouts{{"t", {.partitions = 6}}};
    auto a = member("a", {"t"});
    a.owned = {partition("t", 0), partition("t", 3)};
    auto b = member("b", {"t"});
    b.owned = {partition("t", 1), partition("t", 4)};
    const auto assignment = assign_sticky(layouts, {a, b});
    EXPECT_EQ(text_of(assignment.at("a")), "t:0 t:3 t:2");
    EXPECT_EQ(text_of(assignment.at("b")), "t:1 t:4 t:5");
}

TEST(StickyAssignor, BelievesTheLaterGeneration) {
    const TopicLayouts layouts{{"t", {.partitions = 2}}};
    auto a = member("a", {"t"});
    a.owned = {partition("t", 0), partition("t", 1)};
    a.generation = 1;
    auto b = member("b", {"t"});
    b.owned = {partition("t", 0)};
    b.generation = 2;
    const auto assignment = assign_sticky(layouts, {a, b});
    EXPECT_EQ(text_of(assignment.at("a")), "t:1");
    EXPECT_EQ(text_of(assignment.at("b")), "t:0");
}

TEST(StickyAssignor, LetsALaterGenerationEndADispute) {
    const TopicLayouts layouts{{"t", {.partitions = 3}}};
    auto a = member("a", {"t"});
    a.owned = {partition("t", 0)};
    a.generation = 1;
    auto b = a;
    b.id = "b";
    auto c = a;
    c.id = "c";
    c.generation = 2;
    EXPECT_EQ(text_of(assign_cooperative_sticky(layouts, {a, b, c}).at("c")), "t:0");
    c.id = "0";
    EXPECT_EQ(text_of(assign_cooperative_sticky(layouts, {a, b, c}).at("0")), "t:0");
}

TEST(StickyAssignor, GivesADisputedPartitionToNobodyYetWhenCooperative) {
    const TopicLayouts layouts{{"t", {.partitions = 1}}};
    auto a = member("a", {"t"});
    a.owned = {partition("t", 0)};
    auto b = a;
    b.id = "b";
    const auto assignment = assign_cooperative_sticky(layouts, {a, b});
    EXPECT_EQ(text_of(assignment.at("a")), "");
    EXPECT_EQ(text_of(assignment.at("b")), "");
    EXPECT_EQ(text_of(assign_sticky(layouts, {a, b}).at("a")), "t:0");
}

TEST(StickyAssignor, BalancesUnequalSubscriptions) {
    const TopicLayouts layouts{
        {"t", {.partitions = 1}}, {"u", {.partitions = 2}}, {"v", {.partitions = 3}}};
    const auto assignment = assign_sticky(
        layouts, {member("a", {"t"}), member("b", {"t", "u"}), member("c", {"t", "u", "v"})});
    EXPECT_EQ(text_of(assignment.at("a")), "t:0");
    EXPECT_EQ(text_of(assignment.at("b")), "u:0 u:1");
    EXPECT_EQ(text_of(assignment.at("c")), "v:0 v:1 v:2");
}

TEST(StickyAssignor, HasNothingToGiveWithoutMembersOrTopics) {
    EXPECT_TRUE(assign_sticky({{"t", {.partitions = 2}}}, {}).empty());
    EXPECT_EQ(text_of(assign_sticky({}, {member("a", {"t"})}).at("a")), "");
    EXPECT_EQ(text_of(assign_sticky({}, {member("a", {"t"}), member("b", {})}).at("a")), "");
}

}  // namespace
}  // namespace barnabas::client
