#include "broker/report_room.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

TEST(ReportRoom, AGroupThatIsTooLargeHidesNoOther) {
    ReportRoom room({.groups = 10, .offsets = 100});
    EXPECT_TRUE(room.take(40));
    EXPECT_FALSE(room.take(61));
    EXPECT_TRUE(room.take(60));
    EXPECT_FALSE(room.take(1));
    EXPECT_TRUE(room.take(0)) << "a group without offsets has members to show";
}

TEST(ReportRoom, OnlySoManyGroupsAreShown) {
    ReportRoom room({.groups = 2, .offsets = 100});
    EXPECT_TRUE(room.take(1));
    EXPECT_FALSE(room.take(100)) << "what is left out takes no place";
    EXPECT_TRUE(room.take(1));
    EXPECT_FALSE(room.take(0));
}

}  // namespace
}  // namespace barnabas::broker
