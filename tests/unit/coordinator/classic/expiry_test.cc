#include "coordinator/classic/classic_groups.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::settle;

TEST(ClassicExpiry, AMemberThatIsSilentIsOutAndTheOthersGoOn) {
    ClassicWorld world;
    const auto a = world.come();
    const auto b = world.come();
    settle(world);
    world.advance(9s);
    EXPECT_EQ(world.heartbeat(a, 1), ErrorCode::none);
    world.advance(2s);
    EXPECT_EQ(world.heartbeat(b, 1), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.heartbeat(a, 1), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(world.count_events(GroupEvent::Kind::member_expired), 1U);
    const auto ticket = world.join({.member = a});
    EXPECT_EQ(world.error(ticket), ErrorCode::none) << "all have joined";
    EXPECT_EQ(world.joined(ticket).generation_id, 2);
    EXPECT_EQ(world.joined(ticket).members.size(), 1U);
}

TEST(ClassicExpiry, ACommitIsAHeartbeatInAStableGroup) {
    ClassicWorld world;
    const auto a = world.come();
    settle(world);
    for (int i = 0; i < 5; ++i) {
        world.advance(9s);
        world.classic.touch("g", a, world.now);
        world.classic.touch("g", "x", world.now);
        world.classic.touch("h", a, world.now);
    }
    EXPECT_EQ(world.state(), "Stable");
}

TEST(ClassicExpiry, WhoDoesNotJoinAgainInTimeIsOut) {
    ClassicWorld world;
    const auto a = world.come({.rebalance_ms = 20'000});
    const auto b = world.come({.rebalance_ms = 20'000});
    settle(world);
    const auto ticket = world.join({.member = a, .rebalance_ms = 20'000});
    for (int i = 0; i < 3; ++i) {
        world.advance(6s);
        EXPECT_EQ(world.heartbeat(b, 1), ErrorCode::rebalance_in_progress);
        EXPECT_FALSE(world.is_answered(ticket));
    }
    world.advance(2s);
    EXPECT_EQ(world.joined(ticket).members.size(), 1U);
    EXPECT_EQ(world.heartbeat(b, 1), ErrorCode::unknown_member_id);
}

TEST(ClassicExpiry, WhoWaitsForTheOthersNeedsNoHeartbeat) {
    ClassicWorld world;
    const auto a = world.come({.rebalance_ms = 300'000});
    const auto b = world.come({.session_ms = 200'000, .rebalance_ms = 300'000});
    settle(world);
    const auto ticket = world.join({.member = a, .rebalance_ms = 300'000});
    world.advance(100s);  // ten sessions of it
    EXPECT_FALSE(world.is_answered(ticket));
    world.join({.member = b, .session_ms = 200'000, .rebalance_ms = 300'000});
    EXPECT_EQ(world.error(ticket), ErrorCode::none);
    // It counts again from now on.
    world.advance(11s);
    EXPECT_EQ(world.heartbeat(a, 2), ErrorCode::unknown_member_id);
}

TEST(ClassicExpiry, ANewMemberMayNotWaitForEver) {
    ClassicWorld world;
    const auto a = world.come({.session_ms = 1'000'000, .rebalance_ms = 1'000'000});
    settle(world);
    const auto id = world.joined(world.join({})).member_id;
    const auto ticket = world.join({.member = id, .rebalance_ms = 1'000'000});
    world.advance(299s);
    EXPECT_FALSE(world.is_answered(ticket));
    world.advance(1s);
    EXPECT_EQ(world.error(ticket), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.joined(ticket).member_id, "");
    EXPECT_EQ(world.group().member_count(), 1U);
}

TEST(ClassicExpiry, AnIdThatNobodyJoinsWithIsForgottenAndHoldsNobodyUp) {
    ClassicWorld world;
    const auto a = world.come();
    settle(world);
    const auto id = world.joined(world.join({.session_ms = 6'000})).member_id;
    const auto ticket = world.join({.member = a});
    EXPECT_FALSE(world.is_answered(ticket)) << "one more is expected";
    world.advance(6s);
    EXPECT_EQ(world.error(ticket), ErrorCode::none);
    EXPECT_EQ(world.error(world.join({.member = id})), ErrorCode::unknown_member_id);
}

TEST(ClassicExpiry, WhoDoesNotAskForItsAssignmentInTimeIsOut) {
    ClassicWorld world;
    const auto a = world.come({.session_ms = 100'000, .rebalance_ms = 30'000});
    const auto b = world.come({.session_ms = 100'000, .rebalance_ms = 30'000});
    world.advance(6s);
    const auto leader = world.sync(a, 1, {{a, "mine"}});
    EXPECT_EQ(world.state(), "Stable");
    EXPECT_EQ(world.error(leader), ErrorCode::none);
    world.advance(29s);
    EXPECT_EQ(world.heartbeat(b, 1), ErrorCode::none);
    world.advance(1s);
    EXPECT_EQ(world.heartbeat(b, 1), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.state(), "PreparingRebalance");
}

TEST(ClassicExpiry, ALeaderThatNeverAssignsLosesItsPlace) {
    ClassicWorld world;
    const auto a = world.come({.session_ms = 100'000, .rebalance_ms = 30'000});
    const auto b = world.come({.session_ms = 100'000, .rebalance_ms = 30'000});
    world.advance(6s);
    const auto ticket = world.sync(b, 1);
    world.advance(30s);
    EXPECT_EQ(world.error(ticket), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(world.group().find_member(a), nullptr);
    EXPECT_TRUE(world.group().is_leader(b));
}

TEST(ClassicExpiry, ALeaderThatDoesNotJoinAgainIsFollowedByOneWhoHas) {
    ClassicWorld world;
    const auto a = world.come({.instance = "i1", .session_ms = 100'000, .rebalance_ms = 20'000});
    const auto b = world.come({.session_ms = 100'000, .rebalance_ms = 20'000});
    settle(world);
    ASSERT_TRUE(world.group().is_leader(a));
    const auto ticket = world.join({.member = b,
                                    .protocols = {{"range", "u"}},
                                    .session_ms = 100'000,
                                    .rebalance_ms = 20'000});
    world.advance(20s);
    EXPECT_EQ(world.joined(ticket).leader, b);
    EXPECT_EQ(world.joined(ticket).members.size(), 2U) << "a static member stays";
}

TEST(ClassicExpiry, ARebalanceTimeoutOfNearlyNothingDoesNotSpin) {
    ClassicWorld world;
    world.come({.instance = "i1", .session_ms = 20'000, .rebalance_ms = 1});
    settle(world);
    const auto b = world.come({.rebalance_ms = 1});
    world.leave(b);
    int fired = 0;
    while (world.timers.next() <= world.now.steady + 25s) {
        ASSERT_LT(++fired, 100);
        world.advance(world.timers.next() - world.now.steady);
    }
    EXPECT_EQ(world.state(), "Empty");
}

}  // namespace
}  // namespace barnabas::coordinator
