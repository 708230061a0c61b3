#include "cli/common/consumer_errors.h"

#include <gtest/gtest.h>

#include <vector>

namespace barnabas::cli {
namespace {

TEST(ConsumerErrors, HaveTheClassesOfKafkasConsumer) {
    const auto t = [](std::int32_t number) {
        return TopicPartition{.topic = "t", .partition = PartitionId{number}};
    };
    struct Row {
        Error error;
        std::vector<TopicPartition> without_offset;
        std::string want;
    };
    const Row rows[] = {
        {.error = {ErrorCode::offset_out_of_range, "t-0 has no offset 5 any more"},
         .without_offset = {},
         .want = "org.apache.kafka.clients.consumer.OffsetOutOfRangeException: t-0 has no offset 5 "
                 "any more"},
        {.error = {ErrorCode::offset_out_of_range, "t-0 has no committed offset"},
         .without_offset = {t(0), t(2)},
         .want = "org.apache.kafka.clients.consumer.NoOffsetForPartitionException: "
                 "auto.offset.reset is none, and the group has no committed offset of t-0, t-2"},
        {.error = {ErrorCode::topic_authorization_failed, "no"},
         .without_offset = {t(0)},
         .want = "org.apache.kafka.common.errors.TopicAuthorizationException: no"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(consumer_error_text(row.error, row.without_offset), row.want);
    }
}

}  // namespace
}  // namespace barnabas::cli
