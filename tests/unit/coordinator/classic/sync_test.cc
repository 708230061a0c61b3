#include "coordinator/classic/classic_groups.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::leaving;
using testing::settle;

/// Two members, of which the first leads, in CompletingRebalance of generation 1.
struct Pair {
    ClassicWorld world;
    std::string leader = world.come();
    std::string follower = world.come();

    Pair() { world.advance(6s); }
};

TEST(ClassicSync, TheAssignmentReachesThoseWhoWaitAndThoseWhoComeLater) {
    Pair pair;
    auto& world = pair.world;
    const auto early = world.sync(pair.follower, 1);
    EXPECT_FALSE(world.is_answered(early));
    const auto leader = world.sync(
        pair.leader, 1, {{pair.leader, "mine"}, {pair.follower, "yours"}, {"stranger", "lost"}});
    EXPECT_EQ(world.state(), "Stable");
    const auto late = world.sync(pair.follower, 1);
    EXPECT_EQ(as_text(world.synced(leader).assignment), "mine");
    EXPECT_EQ(as_text(world.synced(early).assignment), "yours");
    EXPECT_EQ(as_text(world.synced(late).assignment), "yours");
    EXPECT_EQ(world.synced(late).protocol_type, "consumer");
    EXPECT_EQ(world.synced(late).protocol_name, "range");
    EXPECT_EQ(world.count_events(GroupEvent::Kind::stable), 1U);
}

TEST(ClassicSync, WhoIsNotInTheAssignmentGetsAnEmptyOne) {
    Pair pair;
    const auto follower = pair.world.sync(pair.follower, 1);
    pair.world.sync(pair.leader, 1, {{pair.leader, "a"}, {pair.leader, "b"}});
    EXPECT_EQ(pair.world.synced(follower).assignment.size(), 0U);
    EXPECT_EQ(pair.world.error(follower), ErrorCode::none);
    EXPECT_EQ(as_text(pair.world.group().find_member(pair.leader)->assigned()), "b");
}

TEST(ClassicSync, WhatIsRefused) {
    struct Row {
        const char* what;
        std::string group = "g";
        std::string member{};  // empty: the follower
        std::int32_t generation = 1;
        std::optional<std::string> instance{};
        std::optional<std::string> type{};
        std::optional<std::string> name{};
        ErrorCode want = ErrorCode::none;
    };
    const std::vector<Row> rows = {
        {.what = "no group id", .group = "", .want = ErrorCode::invalid_group_id},
        {.what = "no group", .group = "h", .want = ErrorCode::unknown_member_id},
        {.what = "a stranger", .member = "x", .want = ErrorCode::unknown_member_id},
        {.what = "an instance", .instance = "i", .want = ErrorCode::unknown_member_id},
        {.what = "of before", .generation = 0, .want = ErrorCode::illegal_generation},
        {.what = "of later", .generation = 2, .want = ErrorCode::illegal_generation},
        {.what = "type", .type = "connect", .want = ErrorCode::inconsistent_group_protocol},
        {.what = "protocol", .name = "sticky", .want = ErrorCode::inconsistent_group_protocol},
        {.what = "right", .type = "consumer", .name = "range", .want = ErrorCode::none},
    };
    Pair pair;
    pair.world.sync(pair.leader, 1);
    ASSERT_EQ(pair.world.state(), "Stable");
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        wire::SyncGroupRequest request;
        request.group_id = row.group;
        request.member_id = row.member.empty() ? pair.follower : row.member;
        request.generation_id = row.generation;
        request.group_instance_id = row.instance;
        request.protocol_type = row.type;
        request.protocol_name = row.name;
        EXPECT_EQ(pair.world.error(pair.world.sync(request)), row.want);
    }
}

TEST(ClassicSync, WhileTheGroupPreparesItIsToldToJoin) {
    Pair pair;
    pair.world.join({.member = pair.follower, .protocols = {{"range", "u"}}});
    ASSERT_EQ(pair.world.state(), "PreparingRebalance");
    EXPECT_EQ(pair.world.error(pair.world.sync(pair.leader, 1)), ErrorCode::rebalance_in_progress);
}

TEST(ClassicSync, ARebalanceEndsTheWaitForAnAssignment) {
    Pair pair;
    const auto waiting = pair.world.sync(pair.follower, 1);
    pair.world.come();
    EXPECT_EQ(pair.world.error(waiting), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(pair.world.state(), "PreparingRebalance");
}

TEST(ClassicSync, ASyncThatIsSentAgainAnswersTheEarlierOne) {
    Pair pair;
    const auto first = pair.world.sync(pair.follower, 1);
    const auto second = pair.world.sync(pair.follower, 1);
    EXPECT_EQ(pair.world.error(first), ErrorCode::rebalance_in_progress);
    EXPECT_FALSE(pair.world.is_answered(second));
}

TEST(ClassicSync, AnAssignmentThatCannotBeStoredIsToldAndTheGroupRebalances) {
    Pair pair;
    const auto follower = pair.world.sync(pair.follower, 1);
    pair.world.append_error = ErrorCode::not_enough_replicas;
    const auto leader = pair.world.sync(pair.leader, 1, {{pair.leader, "mine"}});
    EXPECT_EQ(pair.world.error(follower), ErrorCode::coordinator_not_available);
    EXPECT_EQ(pair.world.error(leader), ErrorCode::coordinator_not_available);
    EXPECT_EQ(pair.world.state(), "PreparingRebalance");
    EXPECT_EQ(pair.world.group().find_member(pair.leader)->assigned().size(), 0U);
}

TEST(ClassicSync, AnAssignmentThatIsStoredAfterTheNextRebalanceBeganIsNotGiven) {
    Pair pair;
    const auto follower = pair.world.sync(pair.follower, 1);
    pair.world.hold_appends = true;
    const auto leader = pair.world.sync(pair.leader, 1, {{pair.leader, "mine"}});
    EXPECT_FALSE(pair.world.is_answered(leader));
    pair.world.come();
    pair.world.let_append();
    EXPECT_EQ(pair.world.error(leader), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(pair.world.error(follower), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(pair.world.state(), "PreparingRebalance");
    settle(pair.world);
    EXPECT_EQ(pair.world.group().generation(), 2);
}

TEST(ClassicHeartbeat, WhatIsAnsweredInEachState) {
    Pair pair;
    auto& world = pair.world;
    EXPECT_EQ(world.heartbeat(pair.follower, 1), ErrorCode::none) << "while it completes";
    settle(world);
    EXPECT_EQ(world.heartbeat(pair.follower, 1), ErrorCode::none);
    EXPECT_EQ(world.heartbeat(pair.follower, 0), ErrorCode::illegal_generation);
    EXPECT_EQ(world.heartbeat("x", 1), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.heartbeat(pair.follower, 1, "i"), ErrorCode::unknown_member_id);
    world.come();
    EXPECT_EQ(world.heartbeat(pair.follower, 1), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(static_cast<ErrorCode>(world.classic.heartbeat({}, world.now).error_code),
              ErrorCode::invalid_group_id);
    wire::HeartbeatRequest other;
    other.group_id = "none";
    EXPECT_EQ(static_cast<ErrorCode>(world.classic.heartbeat(other, world.now).error_code),
              ErrorCode::unknown_member_id);
}

TEST(ClassicLeave, WhoLeavesIsGoneAndTheOthersRebalance) {
    Pair pair;
    settle(pair.world);
    EXPECT_EQ(pair.world.leave("x"), ErrorCode::unknown_member_id);
    EXPECT_EQ(pair.world.state(), "Stable");
    EXPECT_EQ(pair.world.leave(pair.leader), ErrorCode::none);
    EXPECT_EQ(pair.world.state(), "PreparingRebalance");
    EXPECT_TRUE(pair.world.group().is_leader(pair.follower));
    settle(pair.world);
    EXPECT_EQ(pair.world.group().generation(), 2);
}

TEST(ClassicLeave, TheLastOneLeavesAnEmptyGroupThatIsStored) {
    Pair pair;
    settle(pair.world);
    const auto stored = pair.world.log.size();
    const auto reply =
        pair.world.leave({leaving(pair.leader), leaving("x"), leaving(pair.follower, {}, "done")});
    ASSERT_EQ(reply.members.size(), 3U);
    EXPECT_EQ(reply.error_code, 0);
    EXPECT_EQ(static_cast<ErrorCode>(reply.members[1].error_code), ErrorCode::unknown_member_id);
    EXPECT_EQ(pair.world.state(), "Empty");
    EXPECT_EQ(pair.world.group().generation(), 2);
    EXPECT_EQ(pair.world.group().protocol(), std::nullopt);
    EXPECT_EQ(pair.world.group().protocol_type(), "consumer");
    EXPECT_EQ(pair.world.log.size(), stored + 1);
    EXPECT_EQ(pair.world.timers.size(), 0U);
    EXPECT_EQ(pair.world.count_events(GroupEvent::Kind::emptied), 1U);
}

TEST(ClassicLeave, UntilVersion2TheOneErrorIsTheRepliesOwn) {
    Pair pair;
    const auto code = [&](const std::string& id) {
        return static_cast<ErrorCode>(pair.world.leave({leaving(id)}, 2).error_code);
    };
    EXPECT_EQ(code("x"), ErrorCode::unknown_member_id);
    EXPECT_EQ(code(""), ErrorCode::unknown_member_id);
    EXPECT_EQ(code(pair.follower), ErrorCode::none);
}

TEST(ClassicLeave, AMemberThatWaitsIsAnswered) {
    Pair pair;
    const auto sync = pair.world.sync(pair.follower, 1);
    pair.world.leave(pair.follower);
    EXPECT_EQ(pair.world.error(sync), ErrorCode::unknown_member_id);
    const auto join = pair.world.join({.member = pair.leader});
    ASSERT_EQ(pair.world.state(), "CompletingRebalance") << "all who are left have joined";
    EXPECT_EQ(pair.world.error(join), ErrorCode::none);
}

TEST(ClassicLeave, AnIdThatWasOnlyGivenOutIsForgottenAndNobodyRebalances) {
    Pair pair;
    settle(pair.world);
    const auto id = pair.world.joined(pair.world.join({})).member_id;
    EXPECT_EQ(pair.world.leave(id), ErrorCode::none);
    EXPECT_EQ(pair.world.state(), "Stable");
    EXPECT_EQ(pair.world.error(pair.world.join({.member = id})), ErrorCode::unknown_member_id);
}

}  // namespace
}  // namespace barnabas::coordinator
