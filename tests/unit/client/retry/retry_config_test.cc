#include "client/retry/retry_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(RetryConfig, GivesTheOtherClientsWhatAllHaveAlike) {
    const auto configs = retry_configs({{"bootstrap.servers", "a:1"},
                                        {"group.id", "billing"},
                                        {"client.id", "me"},
                                        {"max.poll.records", "10"},
                                        {"retry.backoff.ms", "50"},
                                        {"security.protocol", "PLAINTEXT"}},
                                       {{"linger.ms", "0"}, {"client.id", "mine"}});
    ASSERT_TRUE(configs) << configs.error().message;
    EXPECT_EQ(configs->group, "billing");
    EXPECT_THAT(configs->consumer, Contains(Pair("enable.auto.commit", "false")));
    EXPECT_THAT(configs->consumer, Contains(Pair("max.poll.records", "10")));
    EXPECT_THAT(configs->producer,
                UnorderedElementsAre(Pair("bootstrap.servers", "a:1"), Pair("client.id", "mine"),
                                     Pair("linger.ms", "0"), Pair("retry.backoff.ms", "50"),
                                     Pair("security.protocol", "PLAINTEXT")));
    EXPECT_THAT(configs->admin, Contains(Pair("client.id", "me")));
    EXPECT_THAT(configs->admin, Not(Contains(Pair("linger.ms", "0"))));
}

TEST(RetryConfig, RefusesWhatWouldLoseRecords) {
    struct Row {
        ClientConfig consumer;
        ClientConfig producer;
        std::string sentence;
    };
    const Row rows[] = {
        {.consumer = {}, .producer = {}, .sentence = "group.id is missing"},
        {.consumer = {{"group.id", ""}}, .producer = {}, .sentence = "group.id is missing"},
        {.consumer = {{"group.id", "g"}, {"enable.auto.commit", "true"}},
         .producer = {},
         .sentence = "enable.auto.commit is true"},
        {.consumer = {{"group.id", "g"}}, .producer = {{"acks", "0"}}, .sentence = "acks=0"},
    };
    for (const auto& row : rows) {
        const auto configs = retry_configs(row.consumer, row.producer);
        ASSERT_FALSE(configs) << row.sentence;
        EXPECT_EQ(configs.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(configs.error().message, HasSubstr(row.sentence));
    }
    EXPECT_TRUE(retry_configs({{"group.id", "g"}, {"enable.auto.commit", "FALSE"}}, {}));
}

}  // namespace
}  // namespace barnabas::client
