#include "log/roll_jitter.h"

#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

namespace barnabas::log {
namespace {

TopicPartition named(const char* topic, int partition) {
    return {topic, PartitionId{partition}};
}

TEST(RollJitter, StaysWithinItsSpread) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t spread : {std::int64_t{1}, std::int64_t{2}, std::int64_t{1000}, most}) {
        for (std::int64_t base = 0; base < 1000; ++base) {
            const auto jitter = roll_jitter_ms(named("t", 0), Offset{base}, spread);
            ASSERT_GE(jitter, 0);
            ASSERT_LT(jitter, spread);
        }
    }
    for (const std::int64_t none : {std::int64_t{0}, std::int64_t{-1}}) {
        EXPECT_EQ(roll_jitter_ms(named("t", 0), Offset{7}, none), 0);
    }
}

/// Those that begin together, and one after the other, end at different times: as evenly as drawn.
TEST(RollJitter, IsAnotherOneForEachSegment) {
    constexpr std::int64_t spread = 1000;
    constexpr int tenths = 10;
    std::vector<int> found(tenths);
    std::set<std::int64_t> of_first_segments;
    for (int partition = 0; partition < 100; ++partition) {
        const auto at = named("topic", partition);
        of_first_segments.insert(roll_jitter_ms(at, Offset{0}, spread));
        for (std::int64_t segment = 0; segment < 100; ++segment) {
            const Offset base{segment * 1000};
            const auto jitter = roll_jitter_ms(at, base, spread);
            ++found[static_cast<std::size_t>(jitter * tenths / spread)];
            EXPECT_EQ(roll_jitter_ms(at, base, spread), jitter) << "the same after a restart";
        }
    }
    EXPECT_GT(of_first_segments.size(), 80U);
    for (const auto count : found) {
        EXPECT_NEAR(count, 1000, 150);
    }
    EXPECT_NE(roll_jitter_ms(named("a", 0), Offset{0}, spread),
              roll_jitter_ms(named("b", 0), Offset{0}, spread));
}

class RollJitterTest : public testing::OneLogTest {};

// It was one for a partition for ever.
TEST_F(RollJitterTest, EachSegmentOfALogIsSealedAtItsOwnTime) {
    const LogConfig config{.segment_ms = 10'000, .segment_jitter_ms = 5000};
    reopen(options(config));
    std::set<std::int64_t> seen;
    for (int i = 0; i < 6; ++i) {
        const auto first = testing::BatchSpec{}.timestamp + i * 100'000;
        const Offset base = log_->log_end();
        const auto jitter = roll_jitter_ms(log_->partition(), base, config.segment_jitter_ms);
        seen.insert(jitter);
        const auto count = log_->segment_count();
        ASSERT_TRUE(send(testing::make_batch({.timestamp = first})));
        if (i == 3) {
            ASSERT_TRUE(log_->close());
            reopen(options(config));
        }
        const auto last_in_time = first + config.segment_ms - jitter;
        ASSERT_TRUE(send(testing::make_batch({.timestamp = last_in_time})));
        EXPECT_EQ(log_->segment_count(), count + (i > 0 ? 1 : 0));
        ASSERT_TRUE(send(testing::make_batch({.timestamp = last_in_time + 1})));
        EXPECT_EQ(log_->segment_count(), count + (i > 0 ? 2 : 1));
    }
    EXPECT_EQ(seen.size(), 6U);
}

}  // namespace
}  // namespace barnabas::log
