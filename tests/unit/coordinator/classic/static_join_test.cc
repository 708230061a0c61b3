#include "coordinator/classic/classic_groups.h"
#include "unit/coordinator/classic/classic_replay.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::leaving;
using testing::settle;

/// Two static members, of which "one" leads, stable in generation 1.
struct StaticPair {
    ClassicWorld world;
    std::string one = world.come({.instance = "one"});
    std::string two = world.come({.instance = "two"});

    StaticPair() { settle(world); }
};

TEST(ClassicStatic, OneThatComesBackTakesItsPlaceWithoutARebalance) {
    for (const std::int16_t version : {5, 8, 9}) {
        SCOPED_TRACE(version);
        StaticPair pair;
        auto& world = pair.world;
        const auto leader = world.join({.instance = "one", .version = version});
        const auto follower = world.join({.instance = "two", .version = version});
        ASSERT_EQ(world.state(), "Stable");
        const auto& reply = world.joined(leader);
        EXPECT_EQ(reply.generation_id, 1);
        EXPECT_NE(reply.member_id, pair.one);
        // Before version 9 it must not take itself for the leader, or it would assign.
        EXPECT_EQ(reply.leader, version < 9 ? pair.one : reply.member_id);
        EXPECT_EQ(reply.skip_assignment, version >= 9);
        EXPECT_EQ(reply.members.size(), version < 9 ? 0U : 2U);
        EXPECT_EQ(world.joined(follower).members.size(), 0U);
        EXPECT_FALSE(world.joined(follower).skip_assignment);
        const auto sync = world.sync(reply.member_id, 1, {}, "one");
        EXPECT_EQ(as_text(world.synced(sync).assignment), pair.one) << "what the old one had";
        ClassicWorld other;
        replay(world, other);
        EXPECT_EQ(picture_of(other), picture_of(world));
    }
}

TEST(ClassicStatic, TheOldOneIsFenced) {
    StaticPair pair;
    auto& world = pair.world;
    world.join({.instance = "two"});
    EXPECT_EQ(world.heartbeat(pair.two, 1, "two"), ErrorCode::fenced_instance_id);
    EXPECT_EQ(world.heartbeat(pair.two, 1), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.error(world.join({.member = pair.two, .instance = "two"})),
              ErrorCode::fenced_instance_id);
    EXPECT_EQ(world.error(world.sync(pair.two, 1, {}, "two")), ErrorCode::fenced_instance_id);
    const auto reply = world.leave(
        {leaving(pair.two, "two"), leaving("", "two"), leaving("", "x"), leaving(pair.one, "one")});
    const auto code = [&](std::size_t i) {
        return static_cast<ErrorCode>(reply.members.at(i).error_code);
    };
    EXPECT_EQ(code(0), ErrorCode::fenced_instance_id);
    EXPECT_EQ(code(1), ErrorCode::none);
    EXPECT_EQ(code(2), ErrorCode::unknown_member_id);
    EXPECT_EQ(code(3), ErrorCode::none);
    EXPECT_EQ(world.state(), "Empty");
}

TEST(ClassicStatic, AnOldOneThatWaitsIsToldThatItIsFenced) {
    StaticPair pair;
    auto& world = pair.world;
    const auto join = world.join({.member = pair.one, .instance = "one"});
    ASSERT_FALSE(world.is_answered(join));
    const auto again = world.join({.instance = "one"});
    EXPECT_EQ(world.error(join), ErrorCode::fenced_instance_id);
    EXPECT_EQ(world.joined(join).member_id, pair.one);
    world.join({.member = pair.two, .instance = "two"});
    EXPECT_EQ(world.error(again), ErrorCode::none);
    const auto& id = world.joined(again).member_id;
    const auto sync = world.sync(id, 2, {}, "one");  // it leads and waits for the record no longer
    EXPECT_EQ(world.error(sync), ErrorCode::none);
}

TEST(ClassicStatic, WhileTheLeaderAssignsItStartsARebalance) {
    StaticPair pair;
    auto& world = pair.world;
    world.join({.member = pair.two, .instance = "two", .protocols = {{"range", "u"}}});
    world.join({.member = pair.one, .instance = "one"});
    ASSERT_EQ(world.state(), "CompletingRebalance");
    const auto sync = world.sync(pair.two, 2, {}, "two");
    world.join({.instance = "two"});
    EXPECT_EQ(world.error(sync), ErrorCode::fenced_instance_id);
    EXPECT_EQ(world.state(), "PreparingRebalance");
}

TEST(ClassicStatic, AnotherProtocolStartsARebalance) {
    ClassicWorld world;
    world.come({.instance = "one", .protocols = {{"a", "t"}, {"b", "t"}}});
    settle(world);
    ASSERT_EQ(world.group().protocol(), "a");
    const auto ticket = world.join({.instance = "one", .protocols = {{"b", "t"}, {"a", "t"}}});
    EXPECT_EQ(world.joined(ticket).protocol_name, "b");
    EXPECT_EQ(world.joined(ticket).generation_id, 2);
}

TEST(ClassicStatic, AReplacementThatCannotBeStoredIsUndone) {
    StaticPair pair;
    auto& world = pair.world;
    const auto before = picture_of(world);
    world.append_error = ErrorCode::request_timed_out;
    const auto ticket = world.join({.instance = "one", .session_ms = 20'000});
    EXPECT_EQ(world.error(ticket), ErrorCode::coordinator_not_available);
    EXPECT_EQ(picture_of(world), before);
    EXPECT_EQ(world.heartbeat(pair.one, 1, "one"), ErrorCode::none);
}

TEST(ClassicStatic, AFullGroupTakesItBack) {
    StaticPair pair;
    auto& world = pair.world;
    world.config.size_max = 2;
    EXPECT_EQ(world.error(world.join({.instance = "three"})), ErrorCode::group_max_size_reached);
    EXPECT_EQ(world.error(world.join({.instance = "two"})), ErrorCode::none);
}

TEST(ClassicStatic, AnIdThatWasGivenOutIsNoStaticMembers) {
    StaticPair pair;
    const auto id = pair.world.joined(pair.world.join({})).member_id;
    EXPECT_EQ(pair.world.error(pair.world.join({.member = id, .instance = "new"})),
              ErrorCode::unknown_member_id);
    EXPECT_EQ(pair.world.error(pair.world.join({.member = id, .instance = "one"})),
              ErrorCode::fenced_instance_id);
}

}  // namespace
}  // namespace barnabas::coordinator
