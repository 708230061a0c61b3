#include "client/config/share_consumer_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;

ClientConfig share_with(ClientConfig more) {
    more.emplace("bootstrap.servers", "localhost:9092");
    return more;
}

TEST(ShareConsumerConfig, HasKafkasDefaults) {
    const auto config = share_consumer_config(share_with({{"group.id", "g"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->group_id, "g");
    EXPECT_FALSE(config->explicit_acknowledgement);
    EXPECT_FALSE(config->record_limit);
    EXPECT_EQ(config->poll_records_max, 500U);
    EXPECT_EQ(config->poll_interval_max, 5min);
    EXPECT_EQ(config->fetch_wait_max, 500ms);
    EXPECT_EQ(config->api_timeout, 60s);
    EXPECT_EQ(config->common.client_id, "consumer-g");
}

TEST(ShareConsumerConfig, KnowsItsOwnNames) {
    const auto config =
        share_consumer_config(share_with({{"group.id", "g"},
                                          {"client.id", "me"},
                                          {"client.rack", "r"},
                                          {"share.acknowledgement.mode", "explicit"},
                                          {"share.acquire.mode", "record_limit"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->explicit_acknowledgement);
    EXPECT_TRUE(config->record_limit);
    EXPECT_EQ(config->rack, "r");
    EXPECT_EQ(config->common.client_id, "me");
}

TEST(ShareConsumerConfig, SaysWhatIsWrong) {
    struct Row {
        ClientConfig set;
        std::string want;
        ErrorCode code = ErrorCode::invalid_config;
    };
    const Row rows[] = {
        {.set = {}, .want = "set group.id", .code = ErrorCode::invalid_group_id},
        {.set = {{"group.id", ""}}, .want = "set group.id", .code = ErrorCode::invalid_group_id},
        {.set = {{"group.id", "g"}, {"share.acknowledgement.mode", "often"}},
         .want = "share.acknowledgement.mode"},
        {.set = {{"group.id", "g"}, {"auto.offset.reset", "earliest"}},
         .want = "auto.offset.reset cannot be set when using a share group"},
        {.set = {{"group.id", "g"}, {"isolation.level", "read_committed"}},
         .want = "share.isolation.level"},
        {.set = {{"group.id", "g"}, {"group.instance.id", "i"}}, .want = "no static members"},
        {.set = {{"group.id", "g"}, {"enable.auto.commit", "false"}}, .want = "no offsets"},
        {.set = {{"group.id", "g"}, {"share.acknowledgment.mode", "explicit"}},
         .want = "share.acknowledgement.mode"},
    };
    for (const Row& row : rows) {
        const auto config = share_consumer_config(share_with(row.set));
        ASSERT_FALSE(config) << row.want;
        EXPECT_EQ(config.error().code, row.code);
        EXPECT_THAT(config.error().message, HasSubstr(row.want));
    }
}

}  // namespace
}  // namespace barnabas::client
