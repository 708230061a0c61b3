#include "client/assignors/range_assignor.h"

#include "unit/client/assignors/groups.h"

#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

TEST(RangeAssignor, CutsEachTopicIntoRunsTheLongerOnesFirst) {
    const TopicLayouts layouts{{"t", {.partitions = 7}}, {"u", {.partitions = 2}}};
    const auto assignment = assign_range(
        layouts, {member("b", {"t", "u"}), member("a", {"t", "u"}), member("c", {"t"})});
    EXPECT_EQ(text_of(assignment.at("a")), "t:0 t:1 t:2 u:0");
    EXPECT_EQ(text_of(assignment.at("b")), "t:3 t:4 u:1");
    EXPECT_EQ(text_of(assignment.at("c")), "t:5 t:6");
}

TEST(RangeAssignor, TakesStaticMembersFirst) {
    const TopicLayouts layouts{{"t", {.partitions = 3}}};
    auto last = member("a", {"t"});
    auto first = member("z", {"t"});
    first.group_instance_id = "1";
    const auto assignment = assign_range(layouts, {last, first});
    EXPECT_EQ(text_of(assignment.at("z")), "t:0 t:1");
    EXPECT_EQ(text_of(assignment.at("a")), "t:2");
}

TEST(RangeAssignor, PutsPartitionsWhereTheirReplicasAre) {
    const TopicLayouts layouts{
        {"t", {.partitions = 4, .replica_racks = {{"y"}, {"x"}, {"y"}, {"x"}}}}};
    auto a = member("a", {"t"});
    a.rack = "x";
    auto b = member("b", {"t"});
    b.rack = "y";
    const auto assignment = assign_range(layouts, {a, b});
    EXPECT_EQ(text_of(assignment.at("a")), "t:1 t:3");
    EXPECT_EQ(text_of(assignment.at("b")), "t:0 t:2");
}

TEST(RangeAssignor, KeepsTopicsOfOneSizeTogether) {
    const TopicLayouts layouts{{"t", {.partitions = 2, .replica_racks = {{"y"}, {"x"}}}},
                               {"u", {.partitions = 2, .replica_racks = {{"x", "y"}, {"x", "y"}}}}};
    auto a = member("a", {"t", "u"});
    a.rack = "x";
    auto b = member("b", {"t", "u"});
    b.rack = "y";
    const auto assignment = assign_range(layouts, {a, b});
    EXPECT_EQ(text_of(assignment.at("a")), "t:1 u:1");
    EXPECT_EQ(text_of(assignment.at("b")), "t:0 u:0");
}

TEST(RangeAssignor, LeavesOutTopicsThatDoNotExist) {
    const auto assignment = assign_range({{"t", {.partitions = 0}}}, {member("a", {"t", "u"})});
    EXPECT_EQ(text_of(assignment.at("a")), "");
    EXPECT_TRUE(assign_range({{"t", {.partitions = 1}}}, {}).empty());
}

}  // namespace
}  // namespace barnabas::client
