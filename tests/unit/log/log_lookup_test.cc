// Finding offsets by timestamp where nothing is in memory.
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <functional>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

constexpr Timestamp first_time = BatchSpec{}.timestamp;

/// Some segments of batches with two records, a second apart; the youngest record is in the middle.
class ColdLookupTest : public testing::OneLogTest {
protected:
    static constexpr int batches = 200;
    static constexpr int youngest = 100;

    ColdLookupTest() {
        reopen(options({.segment_bytes = 20'000, .index_interval_bytes = 500}));
        for (int i = 0; i < batches; ++i) {
            const auto second = i == youngest ? 2 * batches : i;
            EXPECT_TRUE(send(testing::make_batch({.records = 2,
                                                  .value_size = 150,
                                                  .timestamp = first_time + second * 1000,
                                                  .timestamp_step = 500})));
        }
        EXPECT_GT(log_->segment_count(), 3U);
    }

    /// Everything leaves memory; then it is asked again and again with what it wants brought in.
    std::optional<Offset> found(const std::function<Result<TimeLookup>()>& look) {
        log_->close_idle_files();
        log_->close_idle_files();
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            disk_.make_cold(folder / entry.name);
        }
        const auto waited = disk_.cold_reads_elsewhere();
        for (asked_ = 0; asked_ < 20; ++asked_) {
            const auto result = look();
            EXPECT_TRUE(result) << result.error().message;
            EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "it waited for the disk";
            if (!result->cold) {
                return result->found ? std::optional(result->found->offset) : std::nullopt;
            }
            EXPECT_FALSE(result->found);
            disk_.on_pool(true);
            EXPECT_TRUE(result->cold->bring_in());
            disk_.on_pool(false);
        }
        ADD_FAILURE() << "it never has enough";
        return std::nullopt;
    }
    std::optional<Offset> found_at(Timestamp asked) {
        return found([&] { return log_->try_find_by_timestamp(asked, false); });
    }
    std::optional<Offset> found_max() {
        return found([this] { return log_->try_find_max_timestamp(false); });
    }

    int asked_ = 0;
};

TEST_F(ColdLookupTest, ALookupThatMustNotWaitAsksForWhatIsColdAndThenFindsTheSame) {
    for (int half = 0; half < 2 * batches; half += 13) {
        SCOPED_TRACE(half);
        const Timestamp asked = first_time + half * 500;
        const auto got = found_at(asked);
        EXPECT_EQ(got, Offset{std::min(half, 2 * youngest)}) << "behind it only it is old enough";
        EXPECT_GT(asked_, 0);
        EXPECT_LE(asked_, 8) << "as often as a request asks";
        const auto want = log_->find_by_timestamp(asked);
        ASSERT_TRUE(want && *want);
        EXPECT_EQ(got, (*want)->offset);
    }
    EXPECT_EQ(found_at(first_time + 1), Offset{1});
    EXPECT_EQ(found_at(first_time + 4 * batches * 1000), std::nullopt);
}

TEST_F(ColdLookupTest, SoDoesOneForTheLargestTimestamp) {
    EXPECT_EQ(found_max(), Offset{2 * youngest + 1});
    EXPECT_LE(asked_, 8);
    ASSERT_TRUE(log_->delete_records_before(Offset{2 * youngest + 2}));
    EXPECT_EQ(found_max(), log_->log_end() - 1) << "the youngest is not served any more";
}

// The header of the batch that holds the log's start told of a record before it, and nothing was
// found at all.
TEST_F(ColdLookupTest, TheLargestTimestampIsThatOfARecordThatIsServed) {
    constexpr struct {
        std::int64_t start;
        std::int64_t want;
    } rows[] = {{0, 0}, {1, 1}, {2, 2}, {3, 5}, {4, 5}, {5, 5}, {6, 6}, {7, 7}, {8, 8}, {9, -1}};
    log_.reset();
    ASSERT_TRUE(disk_.remove_all(folder));
    reopen(options({.segment_bytes = 20'000, .index_interval_bytes = 500}));
    const auto write = [this](int records, std::int64_t seconds, std::int64_t step) {
        ASSERT_TRUE(send(testing::make_batch({.records = records,
                                              .timestamp = first_time + seconds * 1000,
                                              .timestamp_step = step * 1000})));
    };
    write(4, 100, -10);  // offsets 0 to 3: 100, 90, 80 and 70 seconds
    write(2, 70, 5);     // 4 and 5: 70 and 75
    write(3, 40, -5);    // 6 to 8: 40, 35, 30
    for (const auto& [start, want] : rows) {
        SCOPED_TRACE(start);
        ASSERT_TRUE(log_->delete_records_before(Offset{start}));
        EXPECT_EQ(found_max(), want < 0 ? std::nullopt : std::optional(Offset{want}));
    }
}

}  // namespace
}  // namespace barnabas::log
