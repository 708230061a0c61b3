#include "broker/share/share_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

namespace barnabas::broker {
namespace {

using testing::ElementsAre;

const ShareSessionKey member{.group = "g", .member = "m"};

SharedPartition at(std::int32_t number) {
    return {.topic = {}, .partition = PartitionId{number}};
}

ShareSessions::Fetch fetch(std::int32_t epoch, std::vector<SharedPartition> partitions = {},
                           std::vector<SharedPartition> forgotten = {}) {
    return {.key = member,
            .epoch = epoch,
            .partitions = std::move(partitions),
            .forgotten = std::move(forgotten),
            .sessions_max = 2};
}

ErrorCode error_of(const auto& result) {
    return result ? ErrorCode::none : result.error().code;
}

TEST(ShareSessions, AddAndForgetPartitionsFromFetchToFetch) {
    ShareSessions sessions(std::make_shared<ShareSessionRegister>());
    auto begun = sessions.begin_fetch(fetch(0, {at(0), at(1)}));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->is_new);
    EXPECT_FALSE(begun->replaced);
    EXPECT_THAT(begun->partitions, ElementsAre(at(0), at(1)));
    // Each time another one comes first.
    begun = sessions.begin_fetch(fetch(1, {at(2)}));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->is_new);
    EXPECT_THAT(begun->partitions, ElementsAre(at(1), at(2), at(0)));
    begun = sessions.begin_fetch(fetch(2, {at(1)}, {at(0), at(7)}));
    ASSERT_TRUE(begun);
    EXPECT_THAT(begun->partitions, ElementsAre(at(1), at(2)));
    EXPECT_TRUE(sessions.begin_acknowledge(member, 3));
    EXPECT_TRUE(sessions.begin_fetch(fetch(4)));
}

TEST(ShareSessions, RefuseWhatDoesNotFollow) {
    struct Row {
        std::string_view why;
        std::int32_t epoch;
        bool acknowledges;
        bool known;
        ErrorCode fetch;
        ErrorCode acknowledge;
    };
    constexpr auto none = ErrorCode::none;
    constexpr auto not_found = ErrorCode::share_session_not_found;
    constexpr auto wrong = ErrorCode::invalid_share_session_epoch;
    const Row rows[] = {
        {"unknown", 1, false, false, not_found, not_found},
        {"unknown, to be ended", -1, false, false, not_found, not_found},
        {"too late", 0, false, true, none, wrong},
        {"next", 1, false, true, none, none},
        {"beyond", 2, false, true, wrong, wrong},
        {"negative", -2, false, true, wrong, wrong},
        {"ended", -1, true, true, none, none},
        {"begins with acknowledgements", 0, true, false, ErrorCode::invalid_request, wrong},
    };
    for (const auto& row : rows) {
        for (const bool fetches : {true, false}) {
            ShareSessions sessions(std::make_shared<ShareSessionRegister>());
            if (row.known) {
                ASSERT_TRUE(sessions.begin_fetch(fetch(0)));
            }
            auto asked = fetch(row.epoch);
            asked.acknowledges = row.acknowledges;
            if (fetches) {
                EXPECT_EQ(error_of(sessions.begin_fetch(asked)), row.fetch) << row.why;
            } else {
                EXPECT_EQ(error_of(sessions.begin_acknowledge(member, row.epoch)), row.acknowledge)
                    << row.why;
            }
        }
    }
}

TEST(ShareSessions, AreNoMoreThanMayBe) {
    ShareSessions sessions(std::make_shared<ShareSessionRegister>());
    for (const auto* name : {"a", "b"}) {
        auto asked = fetch(0);
        asked.key.member = name;
        ASSERT_TRUE(sessions.begin_fetch(asked));
    }
    EXPECT_EQ(error_of(sessions.begin_fetch(fetch(0))), ErrorCode::share_session_limit_reached);
    // Who has one may begin anew.
    auto again = fetch(0);
    again.key.member = "a";
    const auto begun = sessions.begin_fetch(again);
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->replaced);
    EXPECT_EQ(sessions.size(), 2U);
}

/// It was gone and refused, and stayed counted by whoever counts what is replaced.
TEST(ShareSessions, AreReplacedAlsoWhereTheLimitIsLowerNow) {
    ShareSessions sessions(std::make_shared<ShareSessionRegister>());
    for (const auto* name : {"a", "b"}) {
        auto asked = fetch(0, {at(0)});
        asked.key.member = name;
        ASSERT_TRUE(sessions.begin_fetch(asked));
    }
    auto again = fetch(0, {at(1)});
    again.key.member = "a";
    again.sessions_max = 1;
    const auto begun = sessions.begin_fetch(again);
    ASSERT_TRUE(begun) << begun.error().message;
    EXPECT_TRUE(begun->replaced);
    EXPECT_THAT(begun->partitions, ElementsAre(at(1)));
    EXPECT_EQ(sessions.size(), 2U);
    again.key.member = "c";
    EXPECT_EQ(error_of(sessions.begin_fetch(again)), ErrorCode::share_session_limit_reached);
    EXPECT_EQ(sessions.size(), 2U);
}

/// Each shard had its part of the limit: with few members on a connection each, one shard refused
/// them while others had room.
TEST(ShareSessions, AreLimitedOnAllShardsTogether) {
    const auto count = std::make_shared<ShareSessionRegister>();
    ShareSessions one(count);
    ShareSessions other(count);
    for (const auto* name : {"a", "b"}) {
        auto asked = fetch(0, {at(0)});
        asked.key.member = name;
        ASSERT_TRUE(one.begin_fetch(asked)) << name;
    }
    auto third = fetch(0, {at(0)});
    third.key.member = "c";
    const auto refused = other.begin_fetch(third);
    ASSERT_EQ(error_of(refused), ErrorCode::share_session_limit_reached);
    EXPECT_EQ(refused.error().message,
              "there are 2 share sessions already (group.share.max.share.sessions)");
    EXPECT_EQ(one.end({.group = "g", .member = "a"}).size(), 1U);
    EXPECT_TRUE(one.end({.group = "g", .member = "a"}).empty()) << "and counts no more";
    EXPECT_TRUE(other.begin_fetch(third));
    EXPECT_EQ(count->size(), 2U);
}

/// A member comes back to another shard, and its old connection is missed later: what it holds by
/// then was given to whoever asked next.
TEST(ShareSessions, WhatIsLeftOfAnOlderSessionReleasesNothing) {
    const auto all = std::make_shared<ShareSessionRegister>();
    ShareSessions one(all);
    ShareSessions other(all);
    auto asked = fetch(0, {at(0)});
    asked.sessions_max = 1;
    ASSERT_TRUE(one.begin_fetch(asked));
    ASSERT_TRUE(other.begin_fetch(asked)) << "no second place is needed for one member";
    EXPECT_EQ(all->size(), 1U);
    const auto older = one.end(asked.key);
    ASSERT_EQ(older.size(), 1U);
    EXPECT_TRUE(older.front().partitions.empty());
    EXPECT_EQ(all->size(), 1U);
    const auto newest = other.end(asked.key);
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest.front().partitions.size(), 1U);
    EXPECT_EQ(all->size(), 0U);
}

TEST(ShareSessions, EndWithTheirConnection) {
    ShareSessions sessions(std::make_shared<ShareSessionRegister>());
    const int one = 0;
    const int other = 0;
    auto asked = fetch(0, {at(3)});
    asked.connection = &one;
    const auto begun = sessions.begin_fetch(asked);
    ASSERT_TRUE(begun);
    EXPECT_TRUE(sessions.is_open(member, begun->number));
    EXPECT_TRUE(sessions.end_connection(&other).empty());
    const auto ended = sessions.end_connection(&one);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].key, member);
    EXPECT_THAT(ended[0].partitions, ElementsAre(at(3)));
    EXPECT_FALSE(sessions.is_open(member, begun->number));
    EXPECT_TRUE(sessions.end(member).empty());
    // A later session of the member is another one.
    ASSERT_TRUE(sessions.begin_fetch(asked));
    EXPECT_FALSE(sessions.is_open(member, begun->number));
}

TEST(ShareSessions, NameAPartitionOnlyWhenThereIsSomethingToSay) {
    ShareSessions sessions(std::make_shared<ShareSessionRegister>());
    ASSERT_TRUE(sessions.begin_fetch(fetch(0, {at(0)})));
    ASSERT_TRUE(sessions.begin_fetch(fetch(1, {at(1)})));
    EXPECT_FALSE(sessions.carries(member, {.partition = at(0)}));
    EXPECT_TRUE(sessions.carries(member, {.partition = at(0), .has_records = true}));
    EXPECT_TRUE(sessions.carries(member, {.partition = at(1)}));  // it is new
    EXPECT_FALSE(sessions.carries(member, {.partition = at(1)}));
    EXPECT_TRUE(sessions.carries(member, {.partition = at(1), .has_error = true}));
    EXPECT_TRUE(sessions.carries(member, {.partition = at(1)}));  // the error is over
    EXPECT_FALSE(sessions.carries(member, {.partition = at(1)}));
}

}  // namespace
}  // namespace barnabas::broker
