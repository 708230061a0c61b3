// preallocate: room for a segment is taken with its first record and goes back when it is closed.
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr std::uint32_t segment_bytes = 1 << 20;
constexpr std::uint64_t little = 256 << 10;  // what records, indexes and snapshots of a test take

class LogPreallocateTest : public testing::OneLogTest {
protected:
    LogPreallocateTest() { disk_.set_capacity(std::uint64_t{64} << 20); }

    void open(bool preallocate, bool clean = true) {
        reopen(options({.segment_bytes = segment_bytes,
                        .segment_ms = 1000,
                        .segment_index_bytes = 1 << 10,
                        .preallocate = preallocate},
                       clean));
    }
    [[nodiscard]] std::uint64_t taken() const {
        const auto space = disk_.space("/");
        return space->total - space->free;
    }
    void expect_taken(std::uint64_t segments, std::string_view when) const {
        EXPECT_GE(taken(), segments * segment_bytes) << when;
        EXPECT_LT(taken(), segments * segment_bytes + little) << when;
    }
    [[nodiscard]] std::uint64_t file_size(std::string_view name) {
        return disk_.read_text(folder / name).value_or("").size();
    }
};

TEST_F(LogPreallocateTest, TakesRoomWithTheFirstRecordAndGivesItBackWithTheRoll) {
    open(true);
    expect_taken(0, "of an empty log, as of one that nobody writes to");
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(1, "with its first record");
    EXPECT_EQ(file_size("00000000000000000000.log"), log_->size_bytes()) << "no zeros behind it";
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(1, "once for a segment");
    clock_.advance(2s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    ASSERT_EQ(log_->segment_count(), 2U);
    expect_taken(0, "after the roll");
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(1, "with the first record of the next segment");
    ASSERT_TRUE(log_->close());
    expect_taken(0, "after an orderly stop");
    open(true);
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(0, "a file that is there already is gone on with");
    EXPECT_EQ(log_->log_end(), Offset{4});
}

TEST_F(LogPreallocateTest, AnAppendThatRollsTakesRoomForTheNextSegment) {
    open(true);
    const std::size_t half = segment_bytes / 2;
    ASSERT_TRUE(send(testing::make_batch({.value_size = half})));
    ASSERT_TRUE(send(testing::make_batch({.value_size = half})));
    ASSERT_EQ(log_->segment_count(), 2U);
    EXPECT_GE(taken(), half + segment_bytes);
    EXPECT_LT(taken(), half + segment_bytes + little);
}

TEST_F(LogPreallocateTest, ReservesNothingUnlessAsked) {
    open(false);
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(0, "as ever");
    auto config = log_->config();
    config.preallocate = true;
    log_->set_config(config);
    clock_.advance(2s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    ASSERT_TRUE(send(testing::make_batch()));
    expect_taken(1, "the setting counts from the next segment on");
}

/// A disk is not to be full of nothing: as much again stays free.
TEST_F(LogPreallocateTest, GoesWithoutWhereThereIsLittleRoom) {
    open(true);
    disk_.set_capacity(taken() + 2 * segment_bytes - 4096);
    const auto before = taken();
    ASSERT_TRUE(send(testing::make_batch()));
    EXPECT_LT(taken(), before + little);
    disk_.set_capacity(std::uint64_t{64} << 20);
    ASSERT_TRUE(send(testing::make_batch()));
    EXPECT_LT(taken(), before + little) << "that was this segment's only chance";
}

/// What a crash has left of it goes back when the segment is closed.
TEST_F(LogPreallocateTest, ACrashLeavesTheRoomTaken) {
    open(true);
    ASSERT_TRUE(send(testing::make_batch()));
    flush();
    ASSERT_TRUE(disk_.sync_directory("/") && disk_.sync_directory("/data"));
    log_.reset();
    disk_.crash({.keep_some_writes = false});
    open(true, false);
    EXPECT_EQ(log_->log_end(), Offset{1});
    ASSERT_TRUE(log_->close());
    expect_taken(0, "after the orderly stop that followed");
}

/// Kafka sets the size of a preallocated file: behind its last record one that was killed left
/// zeros, in the file and, with a recovery point in front of them, perhaps checked long ago.
TEST_F(LogPreallocateTest, CutsTheZerosThatKafkaLeaves) {
    const auto file = folder / "00000000000000000000.log";
    for (const std::int64_t recovery_point : {0, 3, 5}) {
        SCOPED_TRACE(recovery_point);
        ASSERT_TRUE(disk_.remove_all(folder));
        open(false);
        for (int i = 0; i < 5; ++i) {
            ASSERT_TRUE(send(testing::make_batch({.records = 1})));
        }
        flush();
        const auto size = log_->size_bytes();
        log_.reset();
        ASSERT_TRUE((*disk_.open(file, runtime::OpenMode::read_write))->truncate(segment_bytes));
        auto how = options(LogConfig{.segment_bytes = segment_bytes, .preallocate = true}, false);
        how.recovery_point = Offset{recovery_point};
        reopen(std::move(how));
        EXPECT_EQ(log_->log_end(), Offset{5});
        EXPECT_EQ(log_->size_bytes(), size);
        EXPECT_EQ(file_size("00000000000000000000.log"), size);
        ASSERT_TRUE(send(testing::make_batch()));
        ASSERT_TRUE(log_->close());
        reopen(options(LogConfig{.segment_bytes = segment_bytes}));
        EXPECT_EQ(log_->log_end(), Offset{6});
    }
}

}  // namespace
}  // namespace barnabas::log
