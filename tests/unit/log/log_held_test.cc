// Batches that a log holds until a flush plan writes them: nobody waits for the disk on a shard.
#include "log/file_names.h"
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <vector>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

class LogHeldTest : public testing::OneLogTest {
protected:
    LogHeldTest() { open({}); }

    void open(const LogConfig& config, bool clean = true) { reopen(options(config, clean)); }
    auto hold(const BatchSpec& spec = {}) { return hold(testing::make_batch(spec)); }
    std::expected<AppendInfo, wire::AppendRefusal> hold(
        ByteBuffer bytes, wire::AppendOrigin origin = wire::AppendOrigin::client) {
        auto held = log_->append(
            bytes.mutable_view(),
            {.origin = origin, .epoch = LeaderEpoch{3}, .now = clock_.both(), .held = true},
            validator_);
        log_->set_high_watermark(log_->log_end());
        return held;
    }
    BatchSpec of_producer(std::int32_t sequence) {
        return {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = sequence};
    }
    FlushPlan plan() {
        auto made = log_->begin_flush();
        EXPECT_TRUE(made);
        return std::move(*made);
    }
    void finish(const FlushPlan& plan) {
        log_->flushed(plan, clock_.both());
        log_->set_high_watermark(log_->log_end());
    }
    [[nodiscard]] std::uint64_t file_size() {
        const auto file =
            disk_.open(folder / file_name(Offset{0}, log_suffix), runtime::OpenMode::read);
        return file ? (*file)->size().value_or(0) : 0;
    }
    std::uint32_t readable() {
        return read_size(log_->log_start(), {.max_bytes = 1 << 20, .end = log_->high_watermark()});
    }
};

TEST_F(LogHeldTest, IsReadableWhenItIsWritten) {
    ASSERT_TRUE(hold());
    ASSERT_TRUE(hold());
    EXPECT_EQ(log_->log_end(), Offset{2});
    EXPECT_EQ(log_->written_end(), Offset{0});
    EXPECT_EQ(log_->high_watermark(), Offset{0});
    EXPECT_EQ(file_size(), 0U);
    EXPECT_EQ(readable(), 0U);
    EXPECT_TRUE(log_->is_unsettled());

    const auto first = plan();
    ASSERT_TRUE(hold()) << "the log goes on meanwhile";
    ASSERT_TRUE(first.write());
    EXPECT_EQ(log_->written_end(), Offset{0}) << "nobody has told it";
    finish(first);
    EXPECT_EQ(log_->written_end(), Offset{2});
    EXPECT_EQ(log_->high_watermark(), Offset{2});
    EXPECT_EQ(log_->recovery_point(), Offset{0}) << "written is not synced";
    EXPECT_EQ(readable(), file_size());

    const auto second = plan();
    ASSERT_TRUE(second.sync());
    finish(second);
    EXPECT_EQ(log_->written_end(), Offset{3});
    EXPECT_EQ(log_->recovery_point(), Offset{3});
    EXPECT_FALSE(log_->is_unsettled());
}

TEST_F(LogHeldTest, IsWhatTheLogWouldHaveWritten) {
    const LogConfig config{.index_interval_bytes = 100};
    for (const bool held : {true, false}) {
        open(config);
        for (int i = 0; i < 40; ++i) {
            const BatchSpec spec{.records = 3, .timestamp = Timestamp{1000 + i * 10}};
            ASSERT_TRUE(held ? hold(spec) : send(testing::make_batch(spec)));
            if (i % 7 == 0) {
                flush();
            }
        }
        flush();
        log_->set_high_watermark(log_->log_end());
        EXPECT_EQ(log_->size_bytes(), file_size());
        const auto found = log_->find_by_timestamp(Timestamp{1200});
        ASSERT_TRUE(found && *found);
        EXPECT_EQ((*found)->offset, Offset{60});
        EXPECT_EQ(log_->epochs().latest(), LeaderEpoch{3});
        ASSERT_TRUE(log_->close());
        std::vector<std::string> texts;
        for (const auto& entry : *disk_.list(folder)) {
            texts.push_back(entry.name + *disk_.read_text(folder / entry.name));
        }
        static std::vector<std::string> first;
        if (held) {
            first = texts;
        } else {
            EXPECT_EQ(texts, first) << "every file";
        }
        log_.reset();
        ASSERT_TRUE(disk_.remove_all(folder));
    }
}

// Whoever appended it must learn that it is gone, and may send it again.
TEST_F(LogHeldTest, WhatCannotBeWrittenWasNeverThere) {
    ASSERT_TRUE(hold(of_producer(0)));
    auto written = plan();
    ASSERT_TRUE(written.sync());
    finish(written);
    const auto before = file_size();
    const auto cuts = log_->cuts();
    ASSERT_TRUE(hold(of_producer(1)));
    const auto failed = plan();
    ASSERT_TRUE(hold(of_producer(2)));
    disk_.fail_at(disk_.operations(), runtime::DiskTrouble::space);
    ASSERT_FALSE(failed.sync());
    log_->flush_failed(failed, clock_.both());
    EXPECT_EQ(log_->log_end(), Offset{1});
    EXPECT_NE(log_->cuts(), cuts);
    EXPECT_EQ(file_size(), before);
    EXPECT_EQ(log_->size_bytes(), before);
    EXPECT_FALSE(log_->is_unsettled());
    EXPECT_EQ(log_->producers().find(ProducerId{7})->last()->last_sequence, 0);

    const auto again = hold(of_producer(1));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->duplicate);
    EXPECT_EQ(again->first, Offset{1});
    flush();
    EXPECT_EQ(log_->written_end(), Offset{2});
}

TEST_F(LogHeldTest, ARepeatedBatchIsKnownBeforeItIsWritten) {
    ASSERT_TRUE(hold(of_producer(0)));
    const auto again = hold(of_producer(0));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->duplicate);
    EXPECT_GE(again->last, log_->written_end()) << "its acknowledgement waits as the first does";
}

TEST_F(LogHeldTest, AProcessThatEndsLosesWhatNobodyWasToldOf) {
    ASSERT_TRUE(hold());
    flush();
    ASSERT_TRUE(hold());
    open({}, false);
    EXPECT_EQ(log_->log_end(), Offset{1});
}

TEST_F(LogHeldTest, AnOrderlyStopWritesIt) {
    ASSERT_TRUE(hold());
    ASSERT_TRUE(hold());
    ASSERT_TRUE(log_->close());
    open({});
    EXPECT_EQ(log_->log_end(), Offset{2});
}

TEST_F(LogHeldTest, ASegmentIsBegunWhenNothingIsHeld) {
    open({.segment_bytes = 400, .segment_ms = 1000, .retention_ms = 1});
    const auto batch = testing::make_batch({.value_size = 150});
    ASSERT_TRUE(hold({.value_size = 150}));
    EXPECT_FALSE(log_->append_needs_write(testing::make_batch({}).view()));
    EXPECT_TRUE(log_->append_needs_write(batch.view()));
    const auto refused = hold({.value_size = 150});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.code, ErrorCode::request_timed_out);

    clock_.advance(1h);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    ASSERT_TRUE(log_->apply_retention(clock_.both()));
    EXPECT_EQ(log_->segment_count(), 1U);
    EXPECT_EQ(log_->log_start(), Offset{0});
    flush();
    log_->set_high_watermark(log_->log_end());
    EXPECT_FALSE(log_->append_needs_write(batch.view()));
    ASSERT_TRUE(hold({.value_size = 150}));
    EXPECT_EQ(log_->segment_count(), 2U);
}

TEST_F(LogHeldTest, WhatIsRewrittenWaitsForIt) {
    open({.compression = wire::Compression{.codec = wire::Codec::lz4}});
    const auto batch = testing::make_batch({});
    EXPECT_FALSE(log_->append_needs_write(batch.view()));
    ASSERT_TRUE(hold());
    EXPECT_TRUE(log_->append_needs_write(batch.view())) << "nobody knows how large it will be";
}

TEST_F(LogHeldTest, ATransactionThatIsAbortedIsToldOfWhenItsMarkerIsWritten) {
    auto spec = of_producer(0);
    spec.transactional = true;
    ASSERT_TRUE(hold(spec));
    ASSERT_TRUE(hold(testing::make_marker(ProducerId{7}, ProducerEpoch{0}, false, Timestamp{5}),
                     wire::AppendOrigin::coordinator));
    EXPECT_EQ(log_->last_stable_offset(), Offset{0});
    flush();
    log_->set_high_watermark(log_->log_end());
    EXPECT_EQ(log_->last_stable_offset(), Offset{2});
    const auto aborted = log_->aborted_transactions(Offset{0}, Offset{2});
    ASSERT_TRUE(aborted);
    ASSERT_EQ(aborted->size(), 1U);
    EXPECT_EQ(aborted->front().last_offset, Offset{1});
}

// A start after a crash would have to look through all of a segment else.
TEST_F(LogHeldTest, ItsIndexEntriesReachTheFileToo) {
    open({.index_interval_bytes = 0});
    for (int i = 0; i < 1200; ++i) {
        ASSERT_TRUE(hold());
        if (i % 100 == 99) {
            flush();
        }
    }
    const auto index =
        disk_.open(folder / file_name(Offset{0}, offset_index_suffix), runtime::OpenMode::read);
    ASSERT_TRUE(index);
    std::array<std::byte, 8> entry{};
    ASSERT_EQ((*index)->read_at(8 * 500, entry).value_or(0), entry.size());
    EXPECT_NE(entry, (std::array<std::byte, 8>{})) << "the first five hundred are in the file";
    open({.index_interval_bytes = 0}, false);
    EXPECT_EQ(log_->log_end(), Offset{1200});
}

TEST_F(LogHeldTest, MuchOfItIsTooMuch) {
    open({.max_message_bytes = 10 << 20});
    const auto large = testing::make_batch({.value_size = 9 << 20});
    ASSERT_TRUE(hold({.value_size = 9 << 20}));
    EXPECT_TRUE(log_->append_needs_write(large.view()));
    EXPECT_FALSE(log_->append_needs_write(testing::make_batch({}).view()));
    EXPECT_EQ(log_->held_bytes(), log_->size_bytes());
}

}  // namespace
}  // namespace barnabas::log
