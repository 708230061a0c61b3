#include "broker/connection_quota.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

TEST(ConnectionQuota, CountsAllAndPerAddress) {
    ConnectionQuota quota({.total_max = 4, .per_ip_max = 2, .per_ip_overrides = {{"10.0.0.9", 3}}});
    EXPECT_TRUE(quota.admit("10.0.0.1"));
    EXPECT_TRUE(quota.admit("10.0.0.1"));
    EXPECT_FALSE(quota.admit("10.0.0.1"));
    EXPECT_TRUE(quota.admit("10.0.0.9"));
    EXPECT_TRUE(quota.admit("10.0.0.9"));
    const auto refused = quota.admit("10.0.0.9");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("max.connections is 4"), std::string::npos);
    EXPECT_EQ(quota.open(), 4);

    quota.release("10.0.0.1");
    EXPECT_TRUE(quota.admit("10.0.0.9")) << "its override allows a third";
    EXPECT_EQ(quota.open(), 4);
}

}  // namespace
}  // namespace barnabas::broker
