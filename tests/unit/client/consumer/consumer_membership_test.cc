#include "client/consumer/consumer_membership.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Heartbeat = wire::ConsumerGroupHeartbeatRequest;
using Answer = wire::ConsumerGroupHeartbeatResponse;
using Step = RebalanceStep;
using State = ConsumerMembership::State;

constexpr Time start{1000s};

std::string text_of(const std::optional<Step>& step) {
    if (!step) {
        return "none";
    }
    std::string text = step->kind == Step::Kind::assign   ? "assign"
                       : step->kind == Step::Kind::revoke ? "revoke"
                                                          : "lose";
    for (const auto& partition : step->partitions) {
        text += fmt::format(" {}", partition);
    }
    return text;
}

struct Member {
    explicit Member(std::optional<std::string> instance = {})
        : machine({.group_id = "g",
                   .group_instance_id = std::move(instance),
                   .rack = "r",
                   .remote_assignor = "uniform"},
                  "me") {
        Layout layout;
        layout.topics["t"].resize(4);
        layout.topics["u"].resize(4);
        layout.teach(metadata, start);
        machine.subscribe({"t"});
        machine.on_poll(start);
    }
    std::optional<Heartbeat> request() {
        auto call = machine.next_request(now);
        return call ? std::optional(std::get<Heartbeat>(call->request)) : std::nullopt;
    }
    void answer(std::int32_t epoch, std::optional<std::vector<std::int32_t>> partitions = {}) {
        Answer response;
        response.member_epoch = epoch;
        response.heartbeat_interval_ms = 5000;
        if (partitions) {
            auto& assignment = response.assignment.emplace();
            assignment.topic_partitions.push_back(
                {.topic_id = topic_id("t"), .partitions = *partitions});
        }
        machine.on_response(GroupResponse(response), now);
        machine.on_metadata(metadata, now);
    }
    void refuse(ErrorCode code) {
        Answer response;
        response.error_code = static_cast<std::int16_t>(code);
        response.error_message = "why";
        machine.on_response(GroupResponse(response), now);
    }
    std::string step() { return text_of(machine.next_step(now)); }
    std::string do_step() {
        const auto text = step();
        machine.step_done(now);
        return text;
    }
    /// Joined with t-0 and t-1, and has said so.
    void settle() {
        request();
        answer(1, {{0, 1}});
        do_step();
        request();
        answer(1);
    }

    Time now = start;
    Metadata metadata{{}};
    ConsumerMembership machine;
};

std::string owned_in(const std::optional<Heartbeat>& request) {
    if (!request || !request->topic_partitions) {
        return "unsaid";
    }
    std::string text;
    for (const auto& topic : *request->topic_partitions) {
        for (const auto partition : topic.partitions) {
            text += fmt::format("{} ", partition);
        }
    }
    return text;
}

TEST(ConsumerMembership, JoinsWithEverythingAndThenSaysWhatIsNew) {
    Member member;
    const auto join = member.request();
    ASSERT_TRUE(join);
    EXPECT_EQ(join->member_id, "me");
    EXPECT_EQ(join->member_epoch, 0);
    EXPECT_EQ(join->rack_id, "r");
    EXPECT_EQ(join->rebalance_timeout_ms, 300'000);
    EXPECT_EQ(join->server_assignor, "uniform");
    EXPECT_EQ(join->subscribed_topic_names, (std::vector<std::string>{"t"}));
    EXPECT_FALSE(join->subscribed_topic_regex);
    EXPECT_EQ(owned_in(join), "");
    EXPECT_FALSE(member.request()) << "one at a time";
    member.answer(3, {{0, 1}});
    EXPECT_TRUE(member.machine.wants_user());
    EXPECT_EQ(member.do_step(), "assign t-0 t-1");
    const auto ack = member.request();
    EXPECT_EQ(ack->member_epoch, 3);
    EXPECT_EQ(owned_in(ack), "0 1 ");
    EXPECT_FALSE(ack->subscribed_topic_names);
    EXPECT_EQ(ack->rebalance_timeout_ms, -1);
    member.answer(3);
    EXPECT_FALSE(member.request());
    EXPECT_EQ(member.machine.next_wake(start), start + 5s);
    member.now += 5s;
    EXPECT_EQ(owned_in(member.request()), "unsaid");
}

TEST(ConsumerMembership, RevokesAcknowledgesAndAssigns) {
    Member member;
    member.settle();
    member.now += 5s;
    member.request();
    member.answer(2, {{1}});
    EXPECT_FALSE(member.request()) << "the user comes first";
    EXPECT_EQ(member.do_step(), "revoke t-0");
    EXPECT_EQ(owned_in(member.request()), "1 ");
    member.answer(3, {{1, 2}});
    EXPECT_EQ(member.do_step(), "assign t-2");
    EXPECT_EQ(owned_in(member.request()), "1 2 ");
    EXPECT_EQ(member.machine.epoch(), 3);
}

TEST(ConsumerMembership, WhoIsFencedLosesEverythingAndJoinsAgain) {
    for (const ErrorCode code : {ErrorCode::fenced_member_epoch, ErrorCode::unknown_member_id}) {
        Member member;
        member.settle();
        member.now += 5s;
        member.request();
        member.refuse(code);
        EXPECT_FALSE(member.request()) << "the user comes first";
        EXPECT_EQ(member.do_step(), "lose t-0 t-1");
        const auto join = member.request();
        ASSERT_TRUE(join);
        EXPECT_EQ(join->member_epoch, 0);
        EXPECT_EQ(join->member_id, "me");
        EXPECT_EQ(owned_in(join), "");
    }
}

TEST(ConsumerMembership, SaysEverythingAgainAfterAFailure) {
    Member member;
    member.settle();
    member.now += 5s;
    member.request();
    member.machine.on_failure(4, {ErrorCode::network_exception, "cut"}, member.now);
    EXPECT_FALSE(member.request());
    member.now += 100ms;
    const auto again = member.request();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->member_epoch, 1);
    EXPECT_EQ(owned_in(again), "0 1 ");
    EXPECT_TRUE(again->subscribed_topic_names);
}

TEST(ConsumerMembership, WaitsLongerWithEachFailureInARow) {
    Member member;
    for (const Duration wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        ASSERT_TRUE(member.request());
        member.machine.on_failure(4, {ErrorCode::network_exception, "cut"}, member.now);
        EXPECT_EQ(member.machine.next_wake(member.now), member.now + wait);
        member.now += wait;
    }
    ASSERT_TRUE(member.request());
    member.answer(1);
    member.now += 5s;
    ASSERT_TRUE(member.request());
    member.refuse(ErrorCode::coordinator_load_in_progress);
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 100ms) << "all was well meanwhile";
}

TEST(ConsumerMembership, LeavesAtOnceThoughTheHeartbeatBeforeFailed) {
    Member member;
    member.settle();
    member.now += 5s;
    ASSERT_TRUE(member.request());
    member.machine.leave(false);
    while (member.step() != "none") {
        member.do_step();
    }
    member.machine.on_failure(4, {ErrorCode::network_exception, "cut"}, member.now);
    const auto leave = member.request();
    ASSERT_TRUE(leave);
    EXPECT_EQ(leave->member_epoch, -1);
}

TEST(ConsumerMembership, TriesOnWhileTheClusterIsAway) {
    for (const ErrorCode code : {ErrorCode::network_exception, ErrorCode::broker_not_available,
                                 ErrorCode::request_timed_out}) {
        Member member;
        member.request();
        member.machine.on_failure(4, {code, "away"}, member.now);
        EXPECT_FALSE(member.machine.fatal());
        member.now += 100ms;
        EXPECT_EQ(member.request()->member_epoch, 0);
    }
}

TEST(ConsumerMembership, WhatCannotBeMendedIsForGood) {
    for (const ErrorCode code :
         {ErrorCode::unreleased_instance_id, ErrorCode::fenced_instance_id,
          ErrorCode::unsupported_assignor, ErrorCode::invalid_regular_expression,
          ErrorCode::group_authorization_failed, ErrorCode::group_max_size_reached}) {
        Member member;
        member.request();
        member.refuse(code);
        ASSERT_TRUE(member.machine.fatal());
        EXPECT_EQ(member.machine.fatal()->code, code);
        EXPECT_THAT(member.machine.fatal()->message, HasSubstr("why"));
        member.now += 1h;
        EXPECT_FALSE(member.request());
    }
}

TEST(ConsumerMembership, WhoDoesNotPollLeavesAndComesBackWithTheNextPoll) {
    struct Row {
        std::optional<std::string> instance;
        std::int32_t epoch;
    };
    for (const Row& row : {Row{.instance = {}, .epoch = -1}, Row{.instance = "i", .epoch = -2}}) {
        Member member(row.instance);
        member.settle();
        member.now += 5min + 1s;
        EXPECT_EQ(member.request()->member_epoch, row.epoch);
        member.answer(row.epoch);
        EXPECT_FALSE(member.request());
        member.machine.on_poll(member.now);
        EXPECT_EQ(member.do_step(), "lose t-0 t-1");
        EXPECT_EQ(member.request()->member_epoch, 0);
    }
}

TEST(ConsumerMembership, LeavesWhenItIsToldTo) {
    struct Row {
        std::optional<std::string> instance;
        bool for_good;
        std::int32_t epoch;
    };
    const Row rows[] = {{.instance = {}, .for_good = false, .epoch = -1},
                        {.instance = "i", .for_good = false, .epoch = -2},
                        {.instance = "i", .for_good = true, .epoch = -1}};
    for (const Row& row : rows) {
        Member member(row.instance);
        member.settle();
        member.machine.leave(row.for_good);
        EXPECT_FALSE(member.request()) << "the user comes first";
        EXPECT_EQ(member.do_step(), "revoke t-0 t-1");
        EXPECT_EQ(member.request()->member_epoch, row.epoch);
        EXPECT_FALSE(member.machine.has_left());
        member.answer(row.epoch);
        EXPECT_TRUE(member.machine.has_left());
    }
    ConsumerMembership idle(
        {.group_id = "g", .group_instance_id = {}, .rack = {}, .remote_assignor = {}}, "me");
    idle.leave(false);
    EXPECT_TRUE(idle.has_left());
}

TEST(ConsumerMembership, PatternsAreTheBrokers) {
    Member member;
    member.settle();
    member.machine.subscribe_pattern("t.*");
    const auto asked = member.request();
    EXPECT_EQ(asked->subscribed_topic_regex, "t.*");
    EXPECT_EQ(asked->subscribed_topic_names, (std::vector<std::string>()));
    member.answer(2);
    member.machine.subscribe({"u"});
    EXPECT_EQ(member.request()->subscribed_topic_regex, "") << "no more";
    member.machine.on_failure(4, {ErrorCode::network_exception, "cut"}, member.now);
    member.now += 100ms;
    EXPECT_EQ(member.request()->subscribed_topic_regex, "") << "who knows what arrived";
    member.answer(3);
    member.machine.subscribe({"t"});
    EXPECT_FALSE(member.request()->subscribed_topic_regex) << "the broker knows";
}

TEST(ConsumerMembership, WaitsForTheNamesOfTopicsThatItDoesNotKnow) {
    Member member;
    member.request();
    Answer response;
    response.member_epoch = 1;
    response.assignment.emplace().topic_partitions = {
        {.topic_id = topic_id("new"), .partitions = {0}}};
    member.machine.on_response(GroupResponse(response), start);
    member.machine.on_metadata(member.metadata, start);
    EXPECT_EQ(member.step(), "none");
    Layout layout;
    layout.topics["new"].resize(1);
    layout.teach(member.metadata, start + 1s);
    member.machine.on_metadata(member.metadata, start);
    EXPECT_EQ(member.do_step(), "assign new-0");
}

}  // namespace
}  // namespace barnabas::client
