#include "client/consumer/subscription.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Phase = PartitionState::Phase;

const TopicPartition a0 = tp("a", 0);
constexpr Timestamp wall{1'000'000};

Subscription with(ResetPolicy::Kind kind) {
    Subscription subscription({.kind = kind});
    ignore(subscription.assign_by_hand({a0}), "it is new");
    return subscription;
}

TEST(Subscription, IsByHandOrByTopicsButNotBoth) {
    Subscription subscription({});
    ASSERT_TRUE(subscription.assign_by_hand({a0}));
    const auto both = subscription.subscribe({"a"});
    ASSERT_FALSE(both);
    EXPECT_THAT(both.error().message, HasSubstr("unsubscribe()"));
    subscription.clear();
    ASSERT_TRUE(subscription.subscribe({"a"}));
    EXPECT_FALSE(subscription.assign_by_hand({a0}));
    EXPECT_FALSE(Subscription({}).assign_by_hand({tp("", 0)}));
    EXPECT_FALSE(Subscription({}).assign_by_hand({tp("a", -1)}));
}

TEST(Subscription, WhoStaysKeepsItsPosition) {
    Subscription subscription = with(ResetPolicy::Kind::latest);
    subscription.seek(*subscription.find(a0), {.offset = Offset{5}});
    subscription.set_assignment({a0, tp("a", 1)});
    EXPECT_EQ(subscription.find(a0)->position.offset, Offset{5});
    EXPECT_EQ(subscription.find(tp("a", 1))->phase, Phase::initializing);
    subscription.remove({a0});
    subscription.set_assignment({a0});
    EXPECT_EQ(subscription.find(a0)->phase, Phase::initializing);
}

TEST(Subscription, ResetsByItsPolicy) {
    struct Row {
        ResetPolicy policy;
        std::optional<ResetTarget> want;
    };
    const Row rows[] = {
        {.policy = {.kind = ResetPolicy::Kind::earliest},
         .want = ResetTarget{.kind = ResetTarget::Kind::earliest}},
        {.policy = {.kind = ResetPolicy::Kind::latest},
         .want = ResetTarget{.kind = ResetTarget::Kind::latest}},
        {.policy = {.kind = ResetPolicy::Kind::by_duration, .back = 1s},
         .want =
             ResetTarget{.kind = ResetTarget::Kind::timestamp, .timestamp = Timestamp{999'000}}},
        {.policy = {.kind = ResetPolicy::Kind::none}, .want = std::nullopt},
    };
    for (const Row& row : rows) {
        Subscription subscription(row.policy);
        ignore(subscription.assign_by_hand({a0}), "it is new");
        PartitionState& state = *subscription.find(a0);
        const auto reset = subscription.reset_by_policy(a0, state, wall);
        EXPECT_EQ(reset.has_value(), row.want.has_value());
        if (row.want) {
            EXPECT_EQ(state.phase, Phase::await_reset);
            EXPECT_EQ(state.reset, *row.want);
        } else {
            EXPECT_EQ(state.phase, Phase::initializing);
            EXPECT_THAT(reset.error().message, HasSubstr("no committed offset"));
        }
    }
}

TEST(Subscription, AResetThatWasOvertakenBySeekIsVoid) {
    Subscription subscription = with(ResetPolicy::Kind::latest);
    PartitionState& state = *subscription.find(a0);
    const ResetTarget end{.kind = ResetTarget::Kind::latest};
    subscription.request_reset(state, end);
    subscription.seek(state, {.offset = Offset{3}});
    subscription.reset_found(a0, end, {.offset = Offset{99}}, LeaderEpoch{1});
    EXPECT_EQ(state.position.offset, Offset{3});

    subscription.request_reset(state, {.kind = ResetTarget::Kind::earliest});
    subscription.reset_found(a0, end, {.offset = Offset{99}}, LeaderEpoch{1});
    EXPECT_EQ(state.phase, Phase::await_reset);
    subscription.reset_found(a0, {.kind = ResetTarget::Kind::earliest}, {.offset = Offset{1}},
                             LeaderEpoch{1});
    EXPECT_EQ(state.phase, Phase::fetching);
    EXPECT_EQ(state.position.offset, Offset{1});
}

TEST(Subscription, OldNewsOfTheUserAreVoid) {
    Subscription subscription = with(ResetPolicy::Kind::latest);
    PartitionState& state = *subscription.find(a0);
    subscription.seek(state, {.offset = Offset{0}});
    state.fetch_offset = Offset{10};
    const auto old = state.stamp;
    subscription.consumed(a0, old, {.offset = Offset{4}, .leader_epoch = LeaderEpoch{2}});
    EXPECT_EQ(state.position.offset, Offset{4});
    EXPECT_EQ(state.position.leader_epoch, LeaderEpoch{2});
    subscription.consumed(a0, old, {.offset = Offset{3}});
    EXPECT_EQ(state.position.offset, Offset{4});
    subscription.seek(state, {.offset = Offset{1}});
    subscription.consumed(a0, old, {.offset = Offset{8}});
    EXPECT_EQ(state.position.offset, Offset{1});
}

/// A position at 10, whose last batch is of epoch 3, while the leader is of epoch 3.
Subscription at_ten() {
    Subscription subscription = with(ResetPolicy::Kind::earliest);
    PartitionState& state = *subscription.find(a0);
    subscription.request_reset(state, {.kind = ResetTarget::Kind::earliest});
    subscription.reset_found(
        a0, state.reset, {.offset = Offset{10}, .leader_epoch = LeaderEpoch{3}}, LeaderEpoch{3});
    return subscription;
}

TEST(Subscription, ANewLeaderMakesAPositionBeValidated) {
    Subscription subscription = at_ten();
    PartitionState& state = *subscription.find(a0);
    Subscription::leader_changed(state, LeaderEpoch{3});
    EXPECT_EQ(state.phase, Phase::fetching);
    Subscription::leader_changed(state, LeaderEpoch{2});  // stale
    EXPECT_EQ(state.phase, Phase::fetching);
    Subscription::leader_changed(state, LeaderEpoch{4});
    EXPECT_EQ(state.phase, Phase::await_validation);
    ASSERT_TRUE(subscription.validated(a0, state, LeaderEpoch{3}, Offset{12}, wall));
    EXPECT_EQ(state.phase, Phase::fetching);
    EXPECT_EQ(state.position.offset, Offset{10});
    Subscription::leader_changed(state, LeaderEpoch{4});  // once is enough
    EXPECT_EQ(state.phase, Phase::fetching);
}

TEST(Subscription, AnAnswerOfAnOlderLeaderValidatesNothing) {
    Subscription subscription = at_ten();
    PartitionState& state = *subscription.find(a0);
    Subscription::leader_changed(state, LeaderEpoch{4});
    const PartitionState asked = state;
    Subscription::leader_changed(state, LeaderEpoch{5});
    ASSERT_TRUE(subscription.validated(a0, asked, LeaderEpoch{3}, Offset{12}, wall));
    EXPECT_EQ(state.phase, Phase::await_validation);
}

TEST(Subscription, APositionThatWasCutOffGoesBackToWhereTheLogsAgree) {
    struct Row {
        LeaderEpoch epoch;
        Offset end;
        Phase phase;
        Offset position;
    };
    const Row rows[] = {
        {.epoch = LeaderEpoch{3},
         .end = Offset{7},
         .phase = Phase::fetching,
         .position = Offset{7}},
        {.epoch = LeaderEpoch{2},
         .end = Offset{5},
         .phase = Phase::fetching,
         .position = Offset{5}},
        {.epoch = no_epoch, .end = no_offset, .phase = Phase::await_reset, .position = Offset{10}},
    };
    for (const Row& row : rows) {
        Subscription subscription = at_ten();
        PartitionState& state = *subscription.find(a0);
        Subscription::leader_changed(state, LeaderEpoch{4});
        const auto before = state.stamp;
        ASSERT_TRUE(subscription.validated(a0, PartitionState(state), row.epoch, row.end, wall));
        EXPECT_EQ(state.phase, row.phase);
        EXPECT_EQ(state.position.offset, row.position);
        EXPECT_NE(state.stamp, before);
    }
}

TEST(Subscription, LagIsWhatTheLastFetchToldOf) {
    Subscription subscription = at_ten();
    PartitionState& state = *subscription.find(a0);
    EXPECT_FALSE(subscription.lag(a0, IsolationLevel::read_uncommitted));
    state.high_watermark = Offset{15};
    state.last_stable_offset = Offset{12};
    EXPECT_EQ(subscription.lag(a0, IsolationLevel::read_uncommitted), 5);
    EXPECT_EQ(subscription.lag(a0, IsolationLevel::read_committed), 2);
    EXPECT_FALSE(subscription.lag(tp("x", 0), IsolationLevel::read_committed));
}

}  // namespace
}  // namespace barnabas::client
