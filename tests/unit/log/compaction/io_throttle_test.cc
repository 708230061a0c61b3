#include "log/compaction/io_throttle.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr Time start{std::chrono::hours(1)};

/// What is to be waited for now that so many bytes were used.
Duration after(IoThrottle& throttle, std::uint64_t bytes, Time now) {
    throttle.use(bytes, now);
    return throttle.wait(now);
}

TEST(IoThrottle, AsksForTheTimeThatTheBytesMayTake) {
    IoThrottle throttle;
    EXPECT_EQ(after(throttle, std::uint64_t{1} << 40, start), Duration{}) << "no limit unless set";
    throttle.set_rate(1000, start + 1ms);
    EXPECT_EQ(throttle.wait(start + 1ms), Duration{});
    EXPECT_EQ(after(throttle, 500, start + 1ms), 500ms);
    EXPECT_EQ(after(throttle, 500, start + 1ms), 1s) << "another one pays behind it";
    EXPECT_EQ(throttle.wait(start + 901ms), 100ms);
    EXPECT_EQ(throttle.wait(start + 1001ms), Duration{});
    EXPECT_EQ(after(throttle, 100, start + 1h), 100ms) << "what was not used is not saved up";
    throttle.set_rate(1e-300, start + 3h);
    EXPECT_GT(after(throttle, 1, start + 3h), std::chrono::hours(24)) << "and does not overflow";
}

TEST(IoThrottle, ANewRateIsForWhatWasUsedBeforeToo) {
    IoThrottle throttle;
    throttle.set_rate(10, start);
    EXPECT_EQ(after(throttle, 1000, start), 100s);
    throttle.set_rate(100, start + 50s);
    EXPECT_EQ(throttle.wait(start + 50s), 5s) << "half of it is left, ten times as fast";
    throttle.set_rate(0, start + 51s);
    EXPECT_GT(throttle.wait(start + 24h), std::chrono::hours(24)) << "it stands";
    throttle.set_rate(100, start + 24h);
    EXPECT_EQ(throttle.wait(start + 24h), 4s);
    throttle.set_rate(0, start + 48h);
    EXPECT_GT(throttle.wait(start + 48h), std::chrono::hours(24)) << "though nothing is owed";
}

}  // namespace
}  // namespace barnabas::log
