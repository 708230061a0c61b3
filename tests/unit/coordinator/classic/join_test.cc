#include "coordinator/classic/classic_groups.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::JoinSpec;
using testing::settle;

TEST(ClassicJoin, ARequestToNoGroupIsRefusedOrMakesOne) {
    struct Row {
        const char* what;
        JoinSpec spec;
        ErrorCode want;
        bool makes_group = false;
    };
    const Row rows[] = {
        {"no group id", {.group = ""}, ErrorCode::invalid_group_id},
        {"session too short", {.session_ms = 5'999}, ErrorCode::invalid_session_timeout},
        {"session too long", {.session_ms = 1'800'001}, ErrorCode::invalid_session_timeout},
        {"session negative", {.session_ms = -1}, ErrorCode::invalid_session_timeout},
        {"an id that nobody gave out", {.member = "m"}, ErrorCode::unknown_member_id},
        {"no protocol", {.protocols = {}}, ErrorCode::inconsistent_group_protocol},
        {"no protocol type", {.type = ""}, ErrorCode::inconsistent_group_protocol},
        {"a first join", {}, ErrorCode::member_id_required, true},
        {"a first join of version 4", {.version = 4}, ErrorCode::member_id_required, true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        ClassicWorld world;
        const auto ticket = world.join(row.spec);
        EXPECT_EQ(world.error(ticket), row.want);
        EXPECT_EQ(world.groups.find("g") != nullptr, row.makes_group);
        EXPECT_EQ(world.log.size(), row.makes_group ? 1U : 0U);
    }
}

TEST(ClassicJoin, UntilVersion3AMemberIsInWithoutAskingForAnId) {
    ClassicWorld world;
    const auto ticket = world.join({.version = 3});
    EXPECT_FALSE(world.is_answered(ticket));
    world.advance(3s);
    EXPECT_EQ(world.error(ticket), ErrorCode::none);
    EXPECT_EQ(world.joined(ticket).generation_id, 1);
    EXPECT_EQ(world.joined(ticket).leader, world.joined(ticket).member_id);
}

TEST(ClassicJoin, VersionZeroHasTheSessionAsItsRebalanceTimeout) {
    ClassicWorld world;
    const auto id = world.come({.session_ms = 7'000, .rebalance_ms = -1, .version = 0});
    EXPECT_EQ(world.group().find_member(id)->rebalance_timeout_ms, 7'000);
}

TEST(ClassicJoin, NoProtocolIsEmptyBeforeVersion7AndNullSince) {
    for (const std::int16_t version : {0, 6, 7, 9}) {
        ClassicWorld world;
        const auto ticket = world.join({.type = "", .version = version});
        const auto& name = world.joined(ticket).protocol_name;
        EXPECT_EQ(name.has_value(), version < 7) << version;
        EXPECT_EQ(name.value_or(""), "") << version;
    }
}

TEST(ClassicJoin, AMemberIdIsTheClientsAndSomethingRandomAndFitsAString) {
    ClassicWorld world;
    EXPECT_EQ(world.come({.client = "app"}), "app-00000000-0000-0000-0000-000000000001");
    EXPECT_EQ(world.come({.client = std::string(40'000, 'x')}).size(), 32'767U);
    EXPECT_EQ(world.come({.instance = "disk 1"}), "disk 1-00000000-0000-0000-0000-000000000005");
}

TEST(ClassicJoin, TheLeaderHearsOfAllMembersAndTheOthersOfNone) {
    ClassicWorld world;
    const auto a = world.come({.protocols = {{"range", "one"}}});
    world.come({.protocols = {{"range", "two"}}});
    world.advance(6s);
    int told = 0;
    for (const auto& [ticket, answer] : world.answers) {
        const auto& reply = world.joined(ticket);
        if (reply.error_code != 0) {
            continue;
        }
        ++told;
        EXPECT_EQ(reply.generation_id, 1);
        EXPECT_EQ(reply.leader, a);
        EXPECT_EQ(reply.protocol_type, "consumer");
        EXPECT_EQ(reply.protocol_name, "range");
        EXPECT_EQ(reply.members.size(), reply.member_id == a ? 2U : 0U);
        if (!reply.members.empty()) {
            EXPECT_EQ(as_text(reply.members[0].metadata),
                      as_text(testing::subscription("one").view()));
        }
    }
    EXPECT_EQ(told, 2);
    EXPECT_EQ(world.state(), "CompletingRebalance");
}

TEST(ClassicJoin, WhatALeaderIsToldOutlivesTheMembersItTellsOf) {
    ClassicWorld world;
    const auto a = world.come({.protocols = {{"range", "one"}}});
    const auto b = world.come({.protocols = {{"range", "two"}}});
    world.advance(6s);
    world.leave(b);
    world.leave(a);
    EXPECT_EQ(world.state(), "Empty");
    const auto leaders = std::ranges::find_if(world.answers, [&](const auto& answer) {
        return !world.joined(answer.first).members.empty();
    });
    ASSERT_NE(leaders, world.answers.end());
    EXPECT_EQ(as_text(world.joined(leaders->first).members[1].metadata),
              as_text(testing::subscription("two").view()));
}

TEST(ClassicJoin, TheProtocolIsTheOneThatMostPreferAmongThoseThatAllOffer) {
    using Offers = std::vector<std::pair<std::string, std::string>>;
    struct Row {
        std::vector<Offers> members;
        const char* want;
    };
    const Row rows[] = {
        {{{{"range", "t"}}}, "range"},
        {{{{"sticky", "t"}, {"range", "t"}}, {{"range", "t"}}}, "range"},
        {{{{"a", "t"}, {"b", "t"}}, {{"b", "t"}, {"a", "t"}}, {{"b", "t"}, {"a", "t"}}}, "b"},
        {{{{"b", "t"}, {"a", "t"}}, {{"a", "t"}, {"b", "t"}}},
         "a"},  // of equals, the first by name
        {{{{"a", "t"}, {"a", "u"}, {"b", "t"}}, {{"b", "t"}}}, "b"},  // one name twice counts once
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.want);
        ClassicWorld world;
        for (const auto& offers : row.members) {
            world.come({.protocols = offers});
        }
        settle(world);
        EXPECT_EQ(world.group().protocol(), row.want);
    }
}

TEST(ClassicJoin, WhoSharesNoProtocolWithAllOthersIsRefused) {
    ClassicWorld world;
    const auto a = world.come({.protocols = {{"a", "t"}, {"b", "t"}}});
    world.come({.protocols = {{"b", "t"}}});
    struct Row {
        JoinSpec spec;
        ErrorCode want;
    };
    const Row rows[] = {
        {{.protocols = {{"c", "t"}}}, ErrorCode::inconsistent_group_protocol},
        {{.protocols = {{"a", "t"}}}, ErrorCode::inconsistent_group_protocol},
        {{.type = "connect", .protocols = {{"b", "t"}}}, ErrorCode::inconsistent_group_protocol},
        {{.member = a, .protocols = {{"a", "t"}}}, ErrorCode::inconsistent_group_protocol},
        {{.protocols = {}}, ErrorCode::inconsistent_group_protocol},
        {{.protocols = {{"b", "t"}}}, ErrorCode::member_id_required},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(world.error(world.join(row.spec)), row.want);
    }
}

// Rows: what a member that is known does in each state by asking to join again.
TEST(ClassicJoin, AKnownMemberThatJoinsAgain) {
    enum class Who { leader, follower, stranger };
    struct Row {
        const char* state;
        Who who;
        const char* topic;
        bool waits;
        ErrorCode want;
        const char* then;
    };
    using enum Who;
    constexpr auto none = ErrorCode::none;
    const Row rows[] = {
        {"CompletingRebalance", leader, "t", false, none, "CompletingRebalance"},
        {"CompletingRebalance", follower, "t", false, none, "CompletingRebalance"},
        {"CompletingRebalance", follower, "u", true, none, "PreparingRebalance"},
        {"CompletingRebalance", stranger, "t", false, ErrorCode::unknown_member_id,
         "CompletingRebalance"},
        {"Stable", leader, "t", true, none, "PreparingRebalance"},
        {"Stable", follower, "t", false, none, "Stable"},
        {"Stable", follower, "u", true, none, "PreparingRebalance"},
        {"Stable", stranger, "t", false, ErrorCode::unknown_member_id, "Stable"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("{} {} {}", row.state, static_cast<int>(row.who), row.topic));
        ClassicWorld world;
        world.come();
        world.come();
        world.advance(6s);
        if (std::string_view(row.state) == "Stable") {
            for (const auto& [id, member] : world.group().members()) {
                world.sync(id, 1);
            }
        }
        ASSERT_EQ(world.state(), row.state);
        std::string id = "nobody";
        for (const auto& [member, unused] : world.group().members()) {
            if (row.who != stranger && world.group().is_leader(member) == (row.who == leader)) {
                id = member;
            }
        }
        const auto ticket = world.join({.member = id, .protocols = {{"range", row.topic}}});
        EXPECT_EQ(!world.is_answered(ticket), row.waits);
        if (!row.waits) {
            EXPECT_EQ(world.error(ticket), row.want);
            EXPECT_EQ(world.joined(ticket).generation_id, row.want == none ? 1 : -1);
            EXPECT_EQ(world.joined(ticket).members.size(), row.who == leader ? 2U : 0U);
        }
        EXPECT_EQ(world.state(), row.then);
    }
}

TEST(ClassicJoin, AJoinThatIsSentAgainAnswersTheEarlierOne) {
    ClassicWorld world;
    const auto id = world.joined(world.join({})).member_id;
    const auto first = world.join({.member = id});
    const auto second = world.join({.member = id});
    EXPECT_EQ(world.error(first), ErrorCode::rebalance_in_progress);
    EXPECT_FALSE(world.is_answered(second));
    world.advance(3s);
    EXPECT_EQ(world.error(second), ErrorCode::none);
}

TEST(ClassicJoin, TheInitialRebalanceWaitsOnWhileMembersComeButNotForEver) {
    ClassicWorld world;
    world.come({.rebalance_ms = 8'000});
    world.advance(2s);
    world.come();
    world.advance(2s);  // at 3 s somebody had come
    EXPECT_EQ(world.state(), "PreparingRebalance");
    world.advance(2s);  // at 6 s nobody had
    EXPECT_EQ(world.state(), "CompletingRebalance");

    ClassicWorld busy;
    busy.come({.rebalance_ms = 8'000});
    for (int i = 0; i < 7; ++i) {
        busy.advance(1s);
        busy.come({.rebalance_ms = 8'000});
        EXPECT_EQ(busy.state(), "PreparingRebalance") << i;
    }
    busy.advance(1s);
    EXPECT_EQ(busy.state(), "CompletingRebalance") << "at the rebalance timeout of the first";
}

TEST(ClassicJoin, AGroupThatIsFullTurnsAwayWhoIsNotInIt) {
    ClassicWorld world;
    world.config.size_max = 2;
    const auto a = world.come();
    const auto given = world.joined(world.join({})).member_id;
    world.come();
    EXPECT_EQ(world.error(world.join({})), ErrorCode::group_max_size_reached);
    EXPECT_EQ(world.error(world.join({.member = given})), ErrorCode::group_max_size_reached);
    EXPECT_FALSE(world.group().is_pending(given));
    settle(world);
    EXPECT_EQ(world.group().member_count(), 2U);
    EXPECT_EQ(world.error(world.join({})), ErrorCode::group_max_size_reached);
    EXPECT_FALSE(world.is_answered(world.join({.member = a}))) << "the leader is in";
}

TEST(ClassicJoin, ANewGroupThatCannotBeStoredIsNone) {
    struct Row {
        ErrorCode append;
        ErrorCode want;
    };
    const Row rows[] = {
        {ErrorCode::not_leader_or_follower, ErrorCode::not_coordinator},
        {ErrorCode::kafka_storage_error, ErrorCode::not_coordinator},
        {ErrorCode::not_enough_replicas, ErrorCode::coordinator_not_available},
        {ErrorCode::unknown_topic_or_partition, ErrorCode::coordinator_not_available},
        {ErrorCode::request_timed_out, ErrorCode::coordinator_not_available},
        {ErrorCode::message_too_large, ErrorCode::unknown_server_error},
        {ErrorCode::invalid_group_id, ErrorCode::invalid_group_id},
    };
    for (const auto& row : rows) {
        for (const std::int16_t version : {3, 9}) {
            ClassicWorld world;
            world.append_error = row.append;
            const auto ticket = world.join({.version = version});
            EXPECT_EQ(world.error(ticket), row.want);
            EXPECT_EQ(world.joined(ticket).members.size(), 0U);
            EXPECT_EQ(world.groups.find("g"), nullptr);
            EXPECT_EQ(world.timers.size(), 0U);
        }
    }
}

TEST(ClassicJoin, TheClientsReasonIsInTheSentenceWithoutControlCharacters) {
    ClassicWorld world;
    const auto a = world.come();
    world.come();
    settle(world);
    world.events.clear();
    world.join({.member = a, .reason = "new\ntopics"});
    ASSERT_EQ(world.count_events(GroupEvent::Kind::rebalance), 1U);
    const auto& why = world.events.back().why;
    EXPECT_NE(why.find("leader"), std::string::npos) << why;
    EXPECT_NE(why.find("new\\ntopics"), std::string::npos) << why;
    EXPECT_EQ(why.find('\n'), std::string::npos) << why;
}

}  // namespace
}  // namespace barnabas::coordinator
