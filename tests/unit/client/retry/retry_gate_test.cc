#include "client/retry/retry_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TopicPartition a{"a", PartitionId{0}};
const TopicPartition b{"b", PartitionId{1}};

Time at(std::int64_t seconds) {
    return Time{std::chrono::seconds(seconds)};
}

TEST(RetryGate, LetsGoWhenTheTimeHasCome) {
    RetryGate gate;
    EXPECT_EQ(gate.next_wake(), never);
    gate.hold(a, at(10));
    gate.hold(b, at(20));
    EXPECT_EQ(gate.next_wake(), at(10));
    EXPECT_THAT(gate.take_due(at(9)), IsEmpty());
    EXPECT_THAT(gate.take_due(at(10)), ElementsAre(a));
    EXPECT_EQ(gate.next_wake(), at(20));
    gate.forget({b, a});
    EXPECT_EQ(gate.next_wake(), never);
    EXPECT_THAT(gate.take_due(at(99)), IsEmpty());
}

TEST(RetryGate, WaitsUntilDueButNeverLongerThanTheDelay) {
    struct Row {
        std::int64_t due;
        std::int64_t now;
        Duration delay;
        Duration wait;
    };
    constexpr auto farthest = std::numeric_limits<std::int64_t>::max();
    const Row rows[] = {
        {.due = 1000, .now = 400, .delay = 10s, .wait = 600ms},
        {.due = 1000, .now = 1000, .delay = 10s, .wait = 0s},
        {.due = 1000, .now = 5000, .delay = 10s, .wait = 0s},
        {.due = 60'000, .now = 0, .delay = 10s, .wait = 10s},  // a clock that was ahead
        {.due = farthest, .now = 0, .delay = 10s, .wait = 10s},
        {.due = farthest, .now = -1, .delay = 10s, .wait = 10s},
        {.due = -farthest, .now = 5, .delay = 10s, .wait = 0s},
        {.due = 10, .now = 0, .delay = 1ns, .wait = 1ms},
        {.due = 10, .now = 0, .delay = 0s, .wait = 0s},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(RetryGate::wait_of(Timestamp{row.due}, Timestamp{row.now}, row.delay), row.wait)
            << row.due << " " << row.now;
    }
}

TEST(RetryProgress, CommitsUpToTheFirstRecordThatIsReadAgain) {
    struct Row {
        std::vector<std::int64_t> stops;
        std::optional<std::int64_t> committed;
    };
    const Row rows[] = {
        {.stops = {}, .committed = 10},
        {.stops = {7}, .committed = 7},
        {.stops = {8, 6, 9}, .committed = 6},
        {.stops = {5}, .committed = std::nullopt},  // nothing of it was dealt with
    };
    for (const auto& row : rows) {
        RetryProgress progress;
        for (const auto stop : row.stops) {
            progress.stop_at(a, Offset{stop});
        }
        const OffsetMap next{{a, {.offset = Offset{10}, .leader_epoch = LeaderEpoch{3}}},
                             {b, {.offset = Offset{4}}}};
        const auto commits = progress.commits(next, {{a, Offset{5}}, {b, Offset{0}}});
        EXPECT_EQ(commits.at(b).offset, Offset{4});
        ASSERT_EQ(commits.contains(a), row.committed.has_value());
        if (row.committed) {
            EXPECT_EQ(commits.at(a).offset, Offset{*row.committed});
            EXPECT_EQ(commits.at(a).leader_epoch.has_value(), row.stops.empty());
        }
        EXPECT_EQ(progress.stops().empty(), row.stops.empty());
    }
}

TEST(RetryProgress, GoesBackEverywhereThoughSomewhereItCannot) {
    struct Row {
        std::set<std::string> refused;
        std::string error;  ///< none: all went well
    };
    const Row rows[] = {
        {.refused = {}, .error = ""},
        {.refused = {"a"}, .error = "not a"},
        {.refused = {"b"}, .error = "not b"},
        {.refused = {"a", "b"}, .error = "not a"},
    };
    for (const auto& row : rows) {
        RetryProgress progress;
        progress.stop_at(b, Offset{4});
        progress.stop_at(a, Offset{7});
        std::vector<std::string> sought;
        const auto done = progress.go_back([&](const TopicPartition& partition, Offset offset) {
            sought.push_back(fmt::format("{} {}", partition.topic, offset));
            return row.refused.contains(partition.topic)
                       ? Result<>(fail(ErrorCode::invalid_request, "not {}", partition.topic))
                       : Result<>();
        });
        EXPECT_THAT(sought, ElementsAre("a 7", "b 4"));
        EXPECT_EQ(done ? "" : done.error().message, row.error);
    }
}

}  // namespace
}  // namespace barnabas::client
