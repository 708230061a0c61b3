#include "client/config/admin_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

using testing::HasSubstr;

TEST(AdminConfig, HasKafkasDefaults) {
    const auto config = parse_admin_config({{"bootstrap.servers", "localhost:9092"}});
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->default_api_timeout, 1min);
    EXPECT_EQ(config->retries, 2147483647);
    EXPECT_EQ(config->common.request_timeout, 30s);
    EXPECT_EQ(config->common.connections_max_idle, 5min);
    EXPECT_EQ(config->common.bootstrap.at(0).port, 9092);
}

struct BadRow {
    ClientConfig set;
    std::string_view sentence;
};

TEST(AdminConfig, SaysWhatIsWrong) {
    const BadRow rows[] = {
        {{}, "bootstrap.servers"},
        {{{"bootstrap.servers", "localhost"}}, "there is no port"},
        {{{"bootstrap.servers", "h:1"}, {"default.api.timout.ms", "1"}}, "default.api.timeout.ms"},
        {{{"bootstrap.servers", "h:1"}, {"retries", "-1"}}, "retries"},
        {{{"bootstrap.servers", "h:1"}, {"bootstrap.controllers", "h:2"}}, "bootstrap.servers"}};
    for (const auto& row : rows) {
        const auto config = parse_admin_config(row.set);
        ASSERT_FALSE(config);
        EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(config.error().message, HasSubstr(row.sentence));
    }
}

}  // namespace
}  // namespace barnabas::client
