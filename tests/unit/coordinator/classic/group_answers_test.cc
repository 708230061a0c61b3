#include "coordinator/classic/classic_group.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/state.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::settle;
using State = ClassicGroupState;

constexpr State all_states[] = {State::empty, State::preparing_rebalance,
                                State::completing_rebalance, State::stable, State::dead};

/// Brings a group with two members, or none, into the state, in generation 1 where there is one.
void bring_to(ClassicWorld& world, State state) {
    world.come();
    world.come();
    if (state == State::preparing_rebalance) {
        settle(world);
        world.come();
    } else if (state == State::completing_rebalance) {
        world.advance(6s);
    } else {
        settle(world);
    }
    if (state == State::empty) {
        while (world.group().member_count() > 0) {
            world.leave(world.group().members().begin()->first);
        }
    } else if (state == State::dead) {
        Decisions out;
        world.classic.unloaded(out);
        world.carry_out(std::move(out));
    }
    ASSERT_EQ(world.group().state(), state);
}

ErrorCode code_of(const Result<void>& result) {
    return result ? ErrorCode::none : result.error().code;
}

TEST(ClassicState, HasThePredecessorsThatKafkaAllows) {
    using enum ClassicGroupState;
    const std::map<State, std::set<State>> before = {
        {empty, {preparing_rebalance}},
        {preparing_rebalance, {stable, completing_rebalance, empty}},
        {completing_rebalance, {preparing_rebalance}},
        {stable, {completing_rebalance}},
        {dead, {stable, preparing_rebalance, completing_rebalance, empty}},
    };
    for (const auto from : all_states) {
        for (const auto to : all_states) {
            EXPECT_EQ(may_follow(from, to), before.at(to).contains(from))
                << classic_state_name(from) << " to " << classic_state_name(to);
        }
    }
}

TEST(ClassicAnswers, WhoMayCommit) {
    enum class Who { member, stranger, nobody };
    using enum Who;
    using enum ClassicGroupState;
    constexpr auto none = ErrorCode::none;
    constexpr auto unknown = ErrorCode::unknown_member_id;
    struct Row {
        State state;
        Who who;
        std::int32_t generation;
        bool transactional;
        ErrorCode want;
    };
    const Row rows[] = {
        {empty, nobody, -1, false, none},
        {empty, stranger, -1, false, none},
        {empty, stranger, 2, false, unknown},
        {stable, member, 1, false, none},
        {stable, member, 0, false, ErrorCode::illegal_generation},
        {stable, member, -1, false, ErrorCode::illegal_generation},
        {stable, stranger, 1, false, unknown},
        {stable, nobody, -1, false, unknown},
        {stable, nobody, -1, true, none},
        {preparing_rebalance, member, 1, false, none},
        {preparing_rebalance, nobody, -1, false, unknown},
        {completing_rebalance, member, 1, false, ErrorCode::rebalance_in_progress},
        {completing_rebalance, member, 1, true, none},
        {completing_rebalance, nobody, -1, true, none},
        {dead, member, 1, false, ErrorCode::coordinator_not_available},
        {dead, nobody, -1, false, ErrorCode::coordinator_not_available},
    };
    for (const auto& row : rows) {
        ClassicWorld world;
        bring_to(world, row.state);
        const auto& members = world.group().members();
        const auto id = row.who == nobody                       ? std::string()
                        : row.who == member && !members.empty() ? members.begin()->first
                                                                : "stranger";
        const auto result = world.group().check_commit({.member_id = id,
                                                        .instance_id = std::nullopt,
                                                        .generation_or_epoch = row.generation,
                                                        .transactional = row.transactional});
        EXPECT_EQ(code_of(result), row.want)
            << classic_state_name(row.state) << " " << id << " " << row.generation;
    }
}

TEST(ClassicAnswers, AStaticMemberCommitsWithItsOwnIdOnly) {
    ClassicWorld world;
    const auto id = world.come({.instance = "i"});
    settle(world);
    const auto check = [&](std::string_view member, std::string_view instance) {
        return code_of(world.group().check_commit(
            {.member_id = member, .instance_id = instance, .generation_or_epoch = 1}));
    };
    EXPECT_EQ(check(id, "i"), ErrorCode::none);
    EXPECT_EQ(check(id, "j"), ErrorCode::unknown_member_id);
    EXPECT_EQ(check("old", "i"), ErrorCode::fenced_instance_id);
}

TEST(ClassicAnswers, OnlyAnEmptyGroupIsDeleted) {
    for (const auto state : all_states) {
        ClassicWorld world;
        bring_to(world, state);
        const auto want = state == State::empty  ? ErrorCode::none
                          : state == State::dead ? ErrorCode::group_id_not_found
                                                 : ErrorCode::non_empty_group;
        EXPECT_EQ(code_of(world.group().check_delete()), want) << classic_state_name(state);
        EXPECT_EQ(code_of(world.group().check_fetch({})),
                  state == State::dead ? ErrorCode::group_id_not_found : ErrorCode::none);
    }
}

TEST(ClassicAnswers, TopicsThatSomebodyReads) {
    struct Row {
        const char* what;
        testing::JoinSpec spec;
        bool settled;
        bool t;
        bool u;
    };
    const Row rows[] = {
        {"its subscription", {.protocols = {{"range", "t"}}}, true, true, false},
        {"not known before the first generation", {}, false, true, true},
        {"what nobody can read is everything",
         {.protocols = {{"range", "?"}}, .raw_metadata = true},
         true,
         true,
         true},
        {"of another type", {.type = "connect"}, true, false, false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        ClassicWorld world;
        world.come(row.spec);
        if (row.settled) {
            settle(world);
        }
        EXPECT_EQ(world.group().is_subscribed_to("t"), row.t);
        EXPECT_EQ(world.group().is_subscribed_to("u"), row.u);
    }
}

TEST(ClassicAnswers, SinceWhenOffsetsGrowOld) {
    for (const auto state : all_states) {
        ClassicWorld world;
        bring_to(world, state);
        const auto expiry = world.group().offset_expiry();
        EXPECT_EQ(expiry.has_value(), state == State::empty || state == State::stable);
        if (state == State::empty) {
            EXPECT_EQ(expiry->not_before, world.now.wall);
        } else if (state == State::stable) {
            EXPECT_EQ(expiry->not_before, std::nullopt);
        }
    }
    ClassicWorld world;
    const auto& simple = world.classic.make_simple("s");
    ASSERT_TRUE(simple.offset_expiry());
    EXPECT_EQ(simple.offset_expiry()->not_before, std::nullopt);
    EXPECT_EQ(simple.protocol_type(), "");
    EXPECT_EQ(simple.state_name(), "Empty");
    world.come({.type = "connect"});
    settle(world);
    EXPECT_FALSE(world.group().offset_expiry()) << "its topics are not known";
}

TEST(ClassicAnswers, ATombstoneNamesTheGroup) {
    ClassicWorld world;
    Records records;
    world.classic.make_simple("s").add_tombstones(records);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_FALSE(records[0].value);
    EXPECT_EQ(as_text(records[0].key.view()), std::string("\0\2\0\1s", 5));
}

TEST(ClassicSentences, ShowWhatClientsSentWithoutHarm) {
    EXPECT_EQ(shown("a"), "\"a\"");
    EXPECT_EQ(shown("a\"\n"), R"("a\"\n")");
    EXPECT_EQ(shown(std::string(300, 'x')).size(), 260U);
    EXPECT_EQ(shown(std::vector<std::string>{"a", "b"}), R"("a", "b")");
    EXPECT_TRUE(shown(std::vector<std::string>(12, "a")).ends_with("and 2 more"));
    EXPECT_EQ(shown_reason(std::nullopt), "");
    EXPECT_EQ(shown_reason("why"), " (the client says \"why\")");
}

}  // namespace
}  // namespace barnabas::coordinator
