#include "client/retry/retry_headers.h"

#include "unit/client/retry/encoded_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace barnabas::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const RecordOrigin own{.where = {"orders-g-retry-1", PartitionId{2}},
                       .offset = Offset{7},
                       .timestamp = Timestamp{5000}};

std::map<std::string, std::string> texts(const std::vector<Header>& headers) {
    std::map<std::string, std::string> all;
    for (const auto& header : headers) {
        all.emplace(header.key, header.value ? as_text(*header.value) : "null");
    }
    return all;
}

TEST(RetryHeaders, TellWhyWhereAndWhen) {
    const RetryHeaders headers("p.");
    const Error error{ErrorCode::request_timed_out, "the bank did not answer"};
    const EncodedHeaders none{};
    const auto written =
        headers.of_failure(none.range(), {.origin = {.where = {"orders", PartitionId{3}},
                                                     .offset = Offset{41},
                                                     .timestamp = Timestamp{1234}},
                                          .group = "billing",
                                          .deliveries = 2,
                                          .error = error,
                                          .at = Timestamp{9000},
                                          .retry_at = Timestamp{19000}});
    EXPECT_THAT(texts(written),
                ElementsAre(Pair("p.delivery.count", "2"), Pair("p.error", "REQUEST_TIMED_OUT"),
                            Pair("p.failed.at", "9000"), Pair("p.group", "billing"),
                            Pair("p.message", "the bank did not answer"), Pair("p.offset", "41"),
                            Pair("p.partition", "3"), Pair("p.retry.at", "19000"),
                            Pair("p.timestamp", "1234"), Pair("p.topic", "orders")));
    const EncodedHeaders encoded(written);
    EXPECT_EQ(headers.due(encoded.range()), Timestamp{19000});
    EXPECT_EQ(headers.origin(encoded.range(), own),
              (RecordOrigin{.where = {"orders", PartitionId{3}},
                            .offset = Offset{41},
                            .timestamp = Timestamp{1234}}));
}

TEST(RetryHeaders, ReplaceThoseOfTheLastFailureAndKeepTheRecordsOwn) {
    const RetryHeaders headers("p.");
    const std::vector<Header> before{{.key = "trace", .value = to_bytes("x")},
                                     {.key = "p.topic", .value = to_bytes("old")},
                                     {.key = "p.retry.at", .value = to_bytes("1")},
                                     {.key = "p.other", .value = to_bytes("kept")},
                                     {.key = "empty", .value = std::nullopt},
                                     {.key = "trace", .value = to_bytes("y")}};
    const EncodedHeaders encoded(before);
    const Error error{ErrorCode::invalid_record, ""};
    const auto written = headers.of_failure(
        encoded.range(),
        {.origin = own, .group = "g", .deliveries = 4, .error = error, .at = Timestamp{1}});
    ASSERT_EQ(written.size(), 4U + 9U);  // no p.retry.at: it is dead
    EXPECT_EQ(written[0], before[0]);
    EXPECT_EQ(written[1], before[3]);
    EXPECT_EQ(written[2], before[4]);
    EXPECT_EQ(written[3], before[5]);
    EXPECT_EQ(texts(written).at("p.topic"), "orders-g-retry-1");
    EXPECT_FALSE(texts(written).contains("p.retry.at"));
}

TEST(RetryHeaders, CutALongSentenceBetweenCharacters) {
    const RetryHeaders headers("");
    const Error error{ErrorCode::unknown_server_error, std::string(999, 'a') + "ä" + "more"};
    const EncodedHeaders none{};
    const auto written = headers.of_failure(
        none.range(),
        {.origin = own, .group = "g", .deliveries = 1, .error = error, .at = Timestamp{1}});
    EXPECT_EQ(texts(written).at("message"), std::string(999, 'a'));
}

TEST(RetryHeaders, BelieveOnlyWhatIsWhole) {
    const RetryHeaders headers("p.");
    struct Row {
        EncodedHeaders encoded;
        bool believed;
    };
    const Row rows[] = {
        {.encoded = {}, .believed = false},
        {.encoded = {{"p.topic", "t"}, {"p.partition", "1"}, {"p.offset", "2"}}, .believed = true},
        {.encoded = {{"p.topic", "t"}, {"p.partition", "1"}}, .believed = false},
        {.encoded = {{"p.topic", ""}, {"p.partition", "1"}, {"p.offset", "2"}}, .believed = false},
        {.encoded = {{"p.topic", "t"}, {"p.partition", "-1"}, {"p.offset", "2"}},
         .believed = false},
        {.encoded = {{"p.topic", "t"}, {"p.partition", "4294967296"}, {"p.offset", "2"}},
         .believed = false},
        {.encoded = {{"p.topic", "t"}, {"p.partition", "1"}, {"p.offset", "2x"}},
         .believed = false},
        {.encoded = {{"q.topic", "t"}, {"p.partition", "1"}, {"p.offset", "2"}}, .believed = false},
    };
    for (const auto& row : rows) {
        const auto origin = headers.origin(row.encoded.range(), own);
        EXPECT_EQ(origin == own, !row.believed);
        if (row.believed) {
            EXPECT_EQ(origin.where, (TopicPartition{"t", PartitionId{1}}));
            EXPECT_EQ(origin.timestamp, no_timestamp);
        }
    }
    EXPECT_EQ(headers.due(EncodedHeaders{{"p.retry.at", "soon"}}.range()), std::nullopt);
    EXPECT_EQ(headers.due(EncodedHeaders{{"p.retry.at", ""}}.range()), std::nullopt);
    EXPECT_EQ(headers.due(EncodedHeaders{{"p.retry.at", "1"}, {"p.retry.at", "2"}}.range()),
              Timestamp{2});
}

}  // namespace
}  // namespace barnabas::client
