#include "broker/features.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

using Kind = FeatureUpdate::Kind;

TEST(Features, WhatWasNeverSetCountsWithTheHighestLevelThatIsKnown) {
    const auto never = finalized_features({});
    const auto set = finalized_features(
        {.levels = {{"transaction.version", 1}, {"group.version", 9}, {"of.a.newer", 3}},
         .version = metadata::NodeVersion{0}});
    EXPECT_EQ(never.level(group_version), 1);
    EXPECT_EQ(never.level(share_version), 2);
    EXPECT_TRUE(has_share_groups(never));
    EXPECT_FALSE(has_share_groups({.levels = {{"share.version", 0}}, .epoch = 2}));
    EXPECT_EQ(never.level(transaction_version), 2);
    EXPECT_EQ(set.level(transaction_version), 1);
    EXPECT_EQ(set.level(group_version), 1) << "a newer program's level";
    EXPECT_GT(set.epoch, never.epoch);
    EXPECT_GE(never.epoch, 0) << "-1: there are none";
}

TEST(Features, AnUpdateIsJudgedAsKafkaDoes) {
    const FinalizedFeatures now{.levels = {{"transaction.version", 1}}, .epoch = 2};
    struct Row {
        FeatureUpdate update;
        const char* want;  // nullptr: it is taken
    };
    const Row rows[] = {
        {{"transaction.version", 2, Kind::upgrade}, nullptr},
        {{"transaction.version", 1, Kind::upgrade}, nullptr},
        {{"transaction.version", 1, Kind::downgrade}, nullptr},
        {{"transaction.version", 0, Kind::safe_downgrade}, nullptr},
        {{"transaction.version", 0, Kind::upgrade}, "needs the upgrade type safe or unsafe"},
        {{"transaction.version", 2, Kind::safe_downgrade}, "that is no downgrade"},
        {{"transaction.version", 3, Kind::upgrade}, "know levels 0 to 2"},
        {{"transaction.version", -1, Kind::downgrade}, "know levels 0 to 2"},
        {{"transaction.version", 2, Kind::unknown}, "The upgrade type 0 is none of"},
        {{"transaction.version", 2, static_cast<Kind>(4)}, "The upgrade type 4 is none of"},
        {{"metadata.version", 1, Kind::upgrade}, "no such feature"},
        {{"", 1, Kind::upgrade}, "no such feature"},
    };
    for (const auto& row : rows) {
        const auto checked = check_update(now, row.update);
        if (row.want == nullptr) {
            EXPECT_TRUE(checked) << checked.error().message;
            continue;
        }
        ASSERT_FALSE(checked) << row.want;
        EXPECT_EQ(checked.error().code, ErrorCode::invalid_update_version);
        EXPECT_NE(checked.error().message.find(row.want), std::string::npos)
            << checked.error().message;
    }
}

}  // namespace
}  // namespace barnabas::broker
