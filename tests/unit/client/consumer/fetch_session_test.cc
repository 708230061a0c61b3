#include "client/consumer/fetch_session.h"

#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

FetchWish wish(std::int64_t offset, std::string_view topic = "a") {
    return {.topic_id = topic_id(topic), .offset = Offset{offset}, .bytes_max = 10};
}

/// "session/epoch: a-0@5 a-1@6 - a-2".
std::string fill(FetchSession& session, FetchWishes wishes) {
    wire::FetchRequest request;
    session.fill(std::move(wishes), request);
    std::string text = fmt::format("{}/{}:", request.session_id, request.session_epoch);
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            text +=
                fmt::format(" {}-{}@{}", topic.topic, partition.partition, partition.fetch_offset);
        }
    }
    for (const auto& topic : request.forgotten_topics_data) {
        for (const auto partition : topic.partitions) {
            text += fmt::format(" -{}-{}", topic.topic, partition);
        }
    }
    return text;
}

TEST(FetchSession, SendsWhatChanged) {
    FetchSession session;
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(1)}, {tp("a", 1), wish(2)}}), "0/0: a-0@1 a-1@2");
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 77));
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(5)}, {tp("a", 1), wish(2)}}), "77/1: a-0@5");
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 77));
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(5)}, {tp("b", 0), wish(3, "b")}}),
              "77/2: b-0@3 -a-1");
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 77));
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(5)}, {tp("b", 0), wish(3, "b")}}), "77/3:");
}

TEST(FetchSession, BeginsAgainAfterAnErrorAndAfterAFailure) {
    struct Row {
        ErrorCode code;
        std::string want;
    };
    const Row rows[] = {
        {.code = ErrorCode::fetch_session_id_not_found, .want = "0/0: a-0@1"},
        {.code = ErrorCode::invalid_fetch_session_epoch, .want = "77/0: a-0@1"},
        {.code = ErrorCode::fetch_session_topic_id_error, .want = "77/0: a-0@1"},
    };
    for (const Row& row : rows) {
        FetchSession session;
        fill(session, {{tp("a", 0), wish(1)}});
        ASSERT_TRUE(session.on_answer(ErrorCode::none, 77));
        fill(session, {{tp("a", 0), wish(1)}});
        EXPECT_FALSE(session.on_answer(row.code, 0));
        EXPECT_EQ(fill(session, {{tp("a", 0), wish(1)}}), row.want);
    }
    FetchSession session;
    fill(session, {{tp("a", 0), wish(1)}});
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 77));
    fill(session, {{tp("a", 0), wish(2)}});
    session.on_failure();
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(2)}}), "77/0: a-0@2");
}

TEST(FetchSession, LivesWithABrokerThatKeepsNone) {
    FetchSession session;
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(fill(session, {{tp("a", 0), wish(i)}}), fmt::format("0/0: a-0@{}", i));
        ASSERT_TRUE(session.on_answer(ErrorCode::none, 0));
        EXPECT_FALSE(session.is_open());
    }
}

TEST(FetchSession, ATopicThatWasMadeAgainIsAnotherOne) {
    FetchSession session;
    fill(session, {{tp("a", 0), wish(1)}});
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 7));
    EXPECT_EQ(fill(session, {{tp("a", 0), wish(1, "new")}}), "7/1: a-0@1 -a-0");
}

TEST(FetchSession, NamesAndIdsDoNotMix) {
    FetchSession session;
    fill(session, {{tp("a", 0), wish(1)}});
    ASSERT_TRUE(session.on_answer(ErrorCode::none, 7));
    FetchWish without_id = wish(1);
    without_id.topic_id = {};
    EXPECT_EQ(fill(session, {{tp("a", 0), without_id}}), "7/0: a-0@1");
}

}  // namespace
}  // namespace barnabas::client
