#include "log/compaction/io_throttle.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr Time start{std::chrono::hours(1)};

TEST(IoThrottle, AsksForTheTimeThatTheBytesMayTake) {
    IoThrottle throttle;
    EXPECT_EQ(throttle.pay(std::uint64_t{1} << 40, start), Duration{}) << "no limit unless set";
    throttle.set_rate(1000);
    EXPECT_EQ(throttle.pay(500, start), 500ms);
    EXPECT_EQ(throttle.pay(500, start), 1s) << "another one pays behind it";
    EXPECT_EQ(throttle.pay(100, start + 1s), 100ms);
    EXPECT_EQ(throttle.pay(100, start + 1h), 100ms) << "what was not used is not saved up";
    throttle.set_rate(10);
    EXPECT_EQ(throttle.pay(100, start + 2h), 10s);
    throttle.set_rate(1e-300);
    EXPECT_GT(throttle.pay(1, start + 3h), std::chrono::hours(24)) << "and does not overflow";
}

}  // namespace
}  // namespace barnabas::log
