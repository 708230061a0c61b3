#include "test_broker/broker_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::test_broker {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

broker::ListenerConfig listener(std::string name, std::string host, std::uint16_t port) {
    return {.name = std::move(name), .at = {.host = std::move(host), .port = port}};
}

TEST(BrokerSettings, HaveTheirDefaultsUnlessTheCallerSaysOtherwise) {
    const auto plain = broker_settings({}, "/data", {});
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_THAT(*plain, Contains(Pair("listeners", "PLAINTEXT://127.0.0.1:0")));
    EXPECT_THAT(*plain, Contains(Pair("log.dirs", "/data")));
    EXPECT_THAT(*plain, Contains(Pair("metrics.listeners", "")));
    EXPECT_THAT(*plain, Contains(Pair("offsets.topic.num.partitions", "1")));

    const auto set = broker_settings(
        {{"offsets.topic.num.partitions", "7"}, {"num.partitions", "3"}}, "/data", {});
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_THAT(*set, Contains(Pair("offsets.topic.num.partitions", "7")));
    EXPECT_THAT(*set, Contains(Pair("num.partitions", "3")));
}

TEST(BrokerSettings, LeaveTheDirectoryToTheOptions) {
    for (const std::string name : {"log.dirs", "log.dir"}) {
        const auto refused = broker_settings({{name, "/elsewhere"}}, "/data", {});
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(refused.error().message, HasSubstr(name + "=/elsewhere"));
        EXPECT_THAT(refused.error().message, HasSubstr("TestBrokerOptions::directory"));
    }
}

TEST(BrokerSettings, KeepThePortsOfTheLastTime) {
    const auto bound =
        with_ports({listener("PLAINTEXT", "127.0.0.1", 0), listener("INSIDE", "::1", 0)},
                   std::vector<runtime::Endpoint>{{"127.0.0.1", 4711}, {"::1", 4712}});
    const auto set = broker_settings({{"listeners", "PLAINTEXT://127.0.0.1:0,INSIDE://[::1]:0"}},
                                     "/data", bound);
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_THAT(*set,
                Contains(Pair("listeners", "PLAINTEXT://127.0.0.1:4711,INSIDE://[::1]:4712")));
}

TEST(BrokerSettings, WriteAddressesAsClientsReadThem) {
    EXPECT_EQ(host_and_port("localhost", 9092), "localhost:9092");
    EXPECT_EQ(host_and_port("127.0.0.1", 1), "127.0.0.1:1");
    EXPECT_EQ(host_and_port("::1", 9092), "[::1]:9092");
}

}  // namespace
}  // namespace barnabas::test_broker
