#include "client/share_consumer/share_session.h"

#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

SharedParts parts(std::initializer_list<std::pair<std::string, std::int32_t>> list) {
    SharedParts all;
    for (const auto& [topic, partition] : list) {
        all.emplace(tp(topic, partition), topic_id(topic));
    }
    return all;
}

std::string text_of(ShareSession& session, const SharedParts& wanted) {
    wire::ShareFetchRequest request;
    session.fill(wanted, request);
    std::string text = fmt::format("{}:", request.share_session_epoch);
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            text += fmt::format(" +{}{}", static_cast<char>(topic.topic_id.bytes[0]),
                                partition.partition_index);
        }
    }
    for (const auto& topic : request.forgotten_topics_data) {
        for (const auto partition : topic.partitions) {
            text += fmt::format(" -{}{}", static_cast<char>(topic.topic_id.bytes[0]), partition);
        }
    }
    return text;
}

TEST(ShareSession, SaysWhatHasChanged) {
    ShareSession session;
    EXPECT_TRUE(session.is_new());
    EXPECT_EQ(text_of(session, parts({{"t", 0}, {"t", 1}})), "0: +t0 +t1");
    EXPECT_TRUE(session.on_answer(ErrorCode::none));
    EXPECT_FALSE(session.is_new());
    EXPECT_TRUE(session.has(parts({{"t", 0}, {"t", 1}})));
    EXPECT_EQ(text_of(session, parts({{"t", 0}, {"t", 1}})), "1:");
    EXPECT_TRUE(session.on_answer(ErrorCode::none));
    EXPECT_EQ(text_of(session, parts({{"t", 1}, {"u", 3}})), "2: +u3 -t0");
    EXPECT_TRUE(session.on_answer(ErrorCode::none));
    EXPECT_EQ(text_of(session, {}), "3: -t1 -u3");
}

TEST(ShareSession, TakesATopicThatWasMadeAgainForAnother) {
    ShareSession session;
    text_of(session, parts({{"t", 0}}));
    EXPECT_TRUE(session.on_answer(ErrorCode::none));
    EXPECT_EQ(text_of(session, {{tp("t", 0), topic_id("z")}}), "1: +z0 -t0");
}

TEST(ShareSession, BeginsAnewWhereItIsLost) {
    struct Row {
        ErrorCode code;
        bool first;  ///< the answer to the request that began it
        bool lost;
    };
    const Row rows[] = {
        {.code = ErrorCode::share_session_not_found, .first = false, .lost = true},
        {.code = ErrorCode::invalid_share_session_epoch, .first = false, .lost = true},
        {.code = ErrorCode::share_session_limit_reached, .first = true, .lost = true},
        {.code = ErrorCode::group_authorization_failed, .first = true, .lost = true},
        // The broker has counted the request.
        {.code = ErrorCode::unknown_topic_id, .first = false, .lost = false},
    };
    for (const Row& row : rows) {
        ShareSession session;
        const auto wanted = parts({{"t", 0}});
        text_of(session, wanted);
        if (!row.first) {
            EXPECT_TRUE(session.on_answer(ErrorCode::none));
            text_of(session, wanted);
        }
        EXPECT_FALSE(session.on_answer(row.code));
        EXPECT_EQ(session.is_new(), row.lost) << error_name(row.code);
        EXPECT_EQ(text_of(session, wanted), row.lost ? "0: +t0" : "2:") << error_name(row.code);
    }
    ShareSession session;
    text_of(session, parts({{"t", 0}}));
    EXPECT_TRUE(session.on_answer(ErrorCode::none));
    session.on_failure();
    EXPECT_EQ(text_of(session, parts({{"t", 0}})), "0: +t0");
}

}  // namespace
}  // namespace barnabas::client
