#include "broker/connection_quota.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

std::string verdict(ConnectionQuota& quota, const std::string& ip) {
    const auto admitted = quota.admit(ip);
    if (!admitted) {
        return admitted.error().message;
    }
    return *admitted == ConnectionQuota::Verdict::admitted ? "admitted" : "full";
}

TEST(ConnectionQuota, CountsAllAndPerAddress) {
    ConnectionQuota quota({.total_max = 4, .per_ip_max = 2, .per_ip_overrides = {{"10.0.0.9", 3}}});
    EXPECT_EQ(verdict(quota, "10.0.0.1"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.1"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.1"),
              "2 connections from 10.0.0.1 are open, max.connections.per.ip is 2");
    EXPECT_EQ(verdict(quota, "10.0.0.9"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.9"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.9"), "full");
    EXPECT_EQ(verdict(quota, "10.0.0.1"),
              "2 connections from 10.0.0.1 are open, max.connections.per.ip is 2")
        << "who is refused anyway does not wait first";
    EXPECT_EQ(quota.open(), 4);

    quota.release("10.0.0.1");
    EXPECT_EQ(verdict(quota, "10.0.0.9"), "admitted") << "its override allows a third";
    EXPECT_EQ(quota.open(), 4);
}

TEST(ConnectionQuota, TellsOfRoomOnceToAllAndOnlyWhereSomebodyWasTurnedAway) {
    ConnectionQuota quota({.total_max = 1, .per_ip_max = 9, .per_ip_overrides = {}});
    int first = 0;
    int second = 0;
    const auto told = quota.tell([&first] { ++first; });
    quota.tell([&second] { ++second; });
    EXPECT_EQ(verdict(quota, "10.0.0.1"), "admitted");
    quota.release("10.0.0.1");
    EXPECT_EQ(first, 0) << "nobody was turned away";

    EXPECT_EQ(verdict(quota, "10.0.0.1"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.2"), "full");
    EXPECT_EQ(verdict(quota, "10.0.0.3"), "full");
    quota.release("10.0.0.1");
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(verdict(quota, "10.0.0.2"), "admitted");
    EXPECT_EQ(verdict(quota, "10.0.0.3"), "full") << "it waits on";

    quota.forget(told);
    quota.set_limits({.total_max = 2, .per_ip_max = 9, .per_ip_overrides = {}});
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 2);
    EXPECT_EQ(quota.total_max(), 2);
    EXPECT_EQ(verdict(quota, "10.0.0.3"), "admitted");
}

TEST(ConnectionQuota, MaySayThatItIsFullOnceAMinute) {
    ConnectionQuota quota({.total_max = 0, .per_ip_max = 9, .per_ip_overrides = {}});
    const Time start(5s);
    EXPECT_TRUE(quota.may_say_full(start));
    EXPECT_FALSE(quota.may_say_full(start));
    EXPECT_FALSE(quota.may_say_full(start + 59s));
    EXPECT_TRUE(quota.may_say_full(start + 60s));
    EXPECT_FALSE(quota.may_say_full(start + 119s));
}

}  // namespace
}  // namespace barnabas::broker
