#include "client/share_consumer/share_membership.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using State = ShareMembership::State;
using Heartbeat = wire::ShareGroupHeartbeatRequest;

constexpr Time start{1000s};

struct Member {
    Member() : machine({.group_id = "g", .member_id = "me", .rack = "r"}) {
        Layout layout;
        layout.topics["t"].resize(4);
        layout.teach(metadata, start);
        machine.subscribe({"t"});
        machine.on_poll(start);
    }
    void answer(std::int32_t epoch, std::optional<std::vector<std::int32_t>> partitions = {}) {
        wire::ShareGroupHeartbeatResponse response;
        response.member_epoch = epoch;
        response.heartbeat_interval_ms = 3000;
        if (partitions) {
            response.assignment.emplace().topic_partitions.push_back(
                {.topic_id = topic_id("t"), .partitions = *partitions, .unknown_tags = {}});
        }
        machine.on_response(response, now);
    }
    void refuse(ErrorCode code) {
        wire::ShareGroupHeartbeatResponse response;
        response.error_code = static_cast<std::int16_t>(code);
        response.error_message = "why";
        machine.on_response(response, now);
    }
    std::size_t assigned() { return machine.assignment(metadata).size(); }
    void join() {
        ASSERT_TRUE(machine.next_request(now));
        answer(1, {{0, 1}});
        ASSERT_EQ(assigned(), 2U);
    }

    ShareMembership machine;
    Metadata metadata{{}};
    Time now = start;
};

TEST(ShareMembership, SaysEverythingOnceAndThenOnlyThatItIsThere) {
    Member member;
    const auto first = member.machine.next_request(member.now);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->group_id, "g");
    EXPECT_EQ(first->member_id, "me");
    EXPECT_EQ(first->member_epoch, 0);
    EXPECT_EQ(first->rack_id, "r");
    EXPECT_EQ(first->subscribed_topic_names, std::vector<std::string>{"t"});
    EXPECT_FALSE(member.machine.next_request(member.now)) << "one at a time";
    member.answer(7, {{2}});
    EXPECT_EQ(member.machine.assignment(member.metadata),
              (SharedParts{{tp("t", 2), topic_id("t")}}));
    EXPECT_FALSE(member.machine.next_request(member.now));
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 3s);
    member.now += 3s;
    const auto next = member.machine.next_request(member.now);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->member_epoch, 7);
    EXPECT_EQ(next->rack_id, std::nullopt);
    EXPECT_EQ(next->subscribed_topic_names, std::nullopt);
    member.answer(7);
    EXPECT_EQ(member.assigned(), 1U) << "no news: as it was";
}

TEST(ShareMembership, AsksSoonAgainWhileNothingIsAssigned) {
    Member member;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.answer(1, std::vector<std::int32_t>());
    for (const Duration wait :
         {20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1280ms, 2560ms, 3000ms, 3000ms}) {
        EXPECT_EQ(member.machine.next_wake(member.now), member.now + wait);
        member.now += wait;
        ASSERT_TRUE(member.machine.next_request(member.now));
        member.answer(1);
    }
    member.now += 3s;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.answer(2, {{0}});
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 3s) << "it has something";
    member.now += 3s;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.answer(3, std::vector<std::int32_t>());
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 20ms) << "it has nothing again";
}

TEST(ShareMembership, TellsOfAnotherSubscriptionAtOnce) {
    Member member;
    member.join();
    member.machine.subscribe({"t", "u"});
    const auto next = member.machine.next_request(member.now);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->subscribed_topic_names, (std::vector<std::string>{"t", "u"}));
}

TEST(ShareMembership, DoesWithErrorsAsKafkaDoes) {
    enum class Then : std::uint8_t { joins_anew, tries_again, fails };
    struct Row {
        ErrorCode code;
        Then then;
    };
    const Row rows[] = {
        {.code = ErrorCode::fenced_member_epoch, .then = Then::joins_anew},
        {.code = ErrorCode::unknown_member_id, .then = Then::joins_anew},
        {.code = ErrorCode::coordinator_load_in_progress, .then = Then::tries_again},
        {.code = ErrorCode::not_coordinator, .then = Then::tries_again},
        {.code = ErrorCode::topic_authorization_failed, .then = Then::tries_again},
        {.code = ErrorCode::group_authorization_failed, .then = Then::fails},
        {.code = ErrorCode::group_max_size_reached, .then = Then::fails},
        {.code = ErrorCode::unsupported_version, .then = Then::fails},
        {.code = ErrorCode::invalid_request, .then = Then::fails},
    };
    for (const Row& row : rows) {
        Member member;
        member.join();
        member.now += 3s;
        ASSERT_TRUE(member.machine.next_request(member.now));
        member.refuse(row.code);
        if (row.then == Then::fails) {
            ASSERT_TRUE(member.machine.fatal()) << error_name(row.code);
            EXPECT_EQ(member.machine.fatal()->code, row.code);
            EXPECT_THAT(member.machine.fatal()->message, HasSubstr("why"));
            EXPECT_EQ(member.assigned(), 0U);
            continue;
        }
        EXPECT_EQ(member.assigned(), row.then == Then::joins_anew ? 0U : 2U)
            << error_name(row.code);
        member.now = member.machine.next_wake(member.now);
        const auto next = member.machine.next_request(member.now);
        ASSERT_TRUE(next) << error_name(row.code);
        EXPECT_EQ(next->member_epoch, row.then == Then::joins_anew ? 0 : 1);
        EXPECT_TRUE(next->subscribed_topic_names) << "everything is said again";
    }
}

TEST(ShareMembership, LeavesAndMayComeBack) {
    Member member;
    member.join();
    member.machine.leave();
    EXPECT_EQ(member.assigned(), 0U);
    EXPECT_FALSE(member.machine.has_left());
    const auto last = member.machine.next_request(member.now);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->member_epoch, -1);
    member.answer(-1);
    EXPECT_TRUE(member.machine.has_left());
    member.machine.subscribe({"t"});
    member.machine.on_poll(member.now);
    const auto again = member.machine.next_request(member.now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->member_epoch, 0);
}

TEST(ShareMembership, LeavesWhatItNeverJoinedWithoutAWord) {
    Member member;
    member.machine.leave();
    EXPECT_TRUE(member.machine.has_left());
    EXPECT_FALSE(member.machine.next_request(member.now));
}

TEST(ShareMembership, IsOutWhenItDoesNotPollAndJoinsWhenItDoes) {
    Member member;
    member.join();
    member.now += 5min + 2ms;
    const auto last = member.machine.next_request(member.now);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->member_epoch, -1);
    EXPECT_EQ(member.assigned(), 0U);
    member.answer(-1);
    EXPECT_FALSE(member.machine.next_request(member.now)) << "it still does not poll";
    member.machine.on_poll(member.now);
    const auto again = member.machine.next_request(member.now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->member_epoch, 0);
    EXPECT_TRUE(again->subscribed_topic_names);
}

TEST(ShareMembership, SaysEverythingAgainWhenNobodyKnowsWhatArrived) {
    Member member;
    member.join();
    member.now += 3s;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.machine.on_failure({ErrorCode::network_exception, "gone"}, member.now);
    EXPECT_FALSE(member.machine.fatal());
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 100ms);
    member.now += 100ms;
    const auto next = member.machine.next_request(member.now);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->member_epoch, 1);
    EXPECT_TRUE(next->subscribed_topic_names);
    member.machine.on_failure({ErrorCode::unsupported_version, "too old"}, member.now);
    ASSERT_TRUE(member.machine.fatal()) << "a broker without share groups";
}

TEST(ShareMembership, LeavesAtOnceThoughTheHeartbeatBeforeFailed) {
    Member member;
    member.join();
    member.now += 3s;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.machine.leave();
    member.machine.on_failure({ErrorCode::network_exception, "gone"}, member.now);
    const auto leave = member.machine.next_request(member.now);
    ASSERT_TRUE(leave);
    EXPECT_EQ(leave->member_epoch, -1);
}

TEST(ShareMembership, WaitsLongerWithEachFailureInARow) {
    Member member;
    member.join();
    member.now += 3s;
    for (const Duration wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        ASSERT_TRUE(member.machine.next_request(member.now));
        if (wait == 200ms) {
            member.refuse(ErrorCode::coordinator_load_in_progress);
        } else {
            member.machine.on_failure({ErrorCode::network_exception, "gone"}, member.now);
        }
        EXPECT_EQ(member.machine.next_wake(member.now), member.now + wait);
        member.now += wait;
    }
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.answer(1);
    member.now += 3s;
    ASSERT_TRUE(member.machine.next_request(member.now));
    member.machine.on_failure({ErrorCode::network_exception, "gone"}, member.now);
    EXPECT_EQ(member.machine.next_wake(member.now), member.now + 100ms) << "all was well meanwhile";
}

}  // namespace
}  // namespace barnabas::client
