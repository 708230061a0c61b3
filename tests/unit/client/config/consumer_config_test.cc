#include "client/config/consumer_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;

ClientConfig with(ClientConfig more) {
    more.emplace("bootstrap.servers", "localhost:9092");
    return more;
}

TEST(ConsumerConfig, HasKafkasDefaults) {
    const auto config = consumer_config(with({{"group.id", "g"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->group_id, "g");
    EXPECT_EQ(config->group_protocol, GroupProtocol::classic);
    EXPECT_EQ(config->assignment_strategies.size(), 2U);
    EXPECT_EQ(config->session_timeout, 45s);
    EXPECT_EQ(config->heartbeat_interval, 3s);
    EXPECT_EQ(config->poll_interval_max, 5min);
    EXPECT_EQ(config->poll_records_max, 500U);
    EXPECT_EQ(config->fetch_bytes_max, 50 << 20);
    EXPECT_EQ(config->partition_bytes_max, 1 << 20);
    EXPECT_EQ(config->reset.kind, ResetPolicy::Kind::latest);
    EXPECT_TRUE(config->auto_commit);
    EXPECT_EQ(config->isolation, IsolationLevel::read_uncommitted);
    EXPECT_EQ(config->common.client_id, "consumer-g");
    EXPECT_EQ(consumer_config(with({{"client.id", "me"}}))->common.client_id, "me");
    EXPECT_FALSE(consumer_config(with({}))->auto_commit) << "there is no group to commit for";
}

TEST(ConsumerConfig, SaysWhatIsWrong) {
    struct Row {
        ClientConfig set;
        std::string want;
    };
    const Row rows[] = {
        {.set = {{"gruop.id", "g"}}, .want = "group.id"},
        {.set = {{"auto.offset.reset", "first"}}, .want = "earliest, latest, none or by_duration"},
        {.set = {{"heartbeat.interval.ms", "45000"}}, .want = "lower than session.timeout.ms"},
        {.set = {{"group.protocol", "consumer"}, {"session.timeout.ms", "1000"}},
         .want = "the broker decides"},
        {.set = {{"group.remote.assignor", "uniform"}}, .want = "partition.assignment.strategy"},
        {.set = {{"group.instance.id", "i"}}, .want = "without a group.id"},
        {.set = {{"enable.auto.commit", "true"}}, .want = "without a group.id"},
        {.set = {{"isolation.level", "serializable"}}, .want = "read_committed"},
        {.set = {{"max.poll.records", "0"}}, .want = "max.poll.records"},
        {.set = {{"interceptor.classes", "com.example.Mine"}}, .want = "ConsumerOptions"},
    };
    for (const Row& row : rows) {
        const auto config = consumer_config(with(row.set));
        ASSERT_FALSE(config) << row.want;
        EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(config.error().message, HasSubstr(row.want));
    }
}

TEST(ConsumerConfig, TakesTheNewProtocol) {
    const auto config = consumer_config(with({{"group.id", "g"},
                                              {"group.protocol", "consumer"},
                                              {"group.remote.assignor", "range"},
                                              {"auto.offset.reset", "by_duration:PT1H"},
                                              {"isolation.level", "read_committed"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->group_protocol, GroupProtocol::consumer);
    EXPECT_EQ(config->remote_assignor, "range");
    EXPECT_EQ(config->reset.back, 1h);
    EXPECT_EQ(config->isolation, IsolationLevel::read_committed);
}

}  // namespace
}  // namespace barnabas::client
