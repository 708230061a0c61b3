#include "client/assignors/round_robin_assignor.h"

#include "unit/client/assignors/groups.h"

#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

TEST(RoundRobinAssignor, DealsAllPartitionsInTurn) {
    const TopicLayouts layouts{{"t", {.partitions = 3}}, {"u", {.partitions = 2}}};
    const auto assignment =
        assign_round_robin(layouts, {member("b", {"t", "u"}), member("a", {"u", "t", "t"})});
    EXPECT_EQ(text_of(assignment.at("a")), "t:0 t:2 u:1");
    EXPECT_EQ(text_of(assignment.at("b")), "t:1 u:0");
}

TEST(RoundRobinAssignor, PassesOverWhoDoesNotSubscribe) {
    const TopicLayouts layouts{{"t", {.partitions = 2}}, {"u", {.partitions = 2}}};
    const auto assignment =
        assign_round_robin(layouts, {member("a", {"t"}), member("b", {"u"}), member("c", {})});
    EXPECT_EQ(text_of(assignment.at("a")), "t:0 t:1");
    EXPECT_EQ(text_of(assignment.at("b")), "u:0 u:1");
    EXPECT_EQ(text_of(assignment.at("c")), "");
}

TEST(RoundRobinAssignor, HasNothingToDealWithoutMembersOrTopics) {
    EXPECT_TRUE(assign_round_robin({{"t", {.partitions = 2}}}, {}).empty());
    EXPECT_EQ(assign_round_robin({}, {member("a", {"t"})}).size(), 1U);
}

}  // namespace
}  // namespace barnabas::client
