// What a log knows of producers outlives the deletion of their records, whatever fails.
#include "log/file_names.h"
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr ProducerId producer{7};

class LogProducersTest : public testing::OneLogTest {
protected:
    LogProducersTest() {
        open(true);
        flush();
        EXPECT_TRUE(disk_.sync_directory("/"));
    }

    Log::OpenOptions from_checkpoints(bool clean) {
        auto how = options(config_, clean);
        how.log_start = log_start_;
        how.recovery_point = recovery_point_;
        return how;
    }
    Result<std::unique_ptr<Log>> try_open(bool clean) {
        log_.reset();
        return Log::open(from_checkpoints(clean));
    }
    void open(bool clean) { reopen(from_checkpoints(clean)); }
    void append(ProducerId id, std::int32_t sequence, std::size_t size = 20) {
        testing::BatchSpec spec{.value_size = size};
        if (id != no_producer) {
            spec.producer = id;
            spec.epoch = ProducerEpoch{0};
            spec.sequence = sequence;
        }
        const auto sent = send(testing::make_batch(spec));
        ASSERT_TRUE(sent) << sent.error().error.message;
    }
    void checkpoint() {
        recovery_point_ = log_->recovery_point();
        log_start_ = log_->log_start();
    }
    std::size_t retention() {
        const auto given_up = log_->apply_retention(clock_.both());
        EXPECT_TRUE(given_up) << given_up.error().message;
        return given_up.value_or(0);
    }
    /// Of what was not synced nothing survives.
    void crash() {
        disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
        open(false);
    }
    std::optional<std::int32_t> last_sequence() {
        const auto* const entry = log_->producers().find(producer);
        return entry == nullptr || entry->last() == nullptr
                   ? std::nullopt
                   : std::optional(entry->last()->last_sequence);
    }

    LogConfig config_{.segment_bytes = 400, .retention_ms = 1000};
    Offset log_start_{0};
    Offset recovery_point_{0};
};

// Seed 3612 of the log's model: the segment with the producer's only batch went, the snapshot at
// the next one was not synced, and a power failure took it.
TEST_F(LogProducersTest, ASegmentStaysUntilTheSnapshotBehindItIsOnTheMedium) {
    append(producer, 0);
    flush();
    append(no_producer, 0, 300);  // into a new segment, with a snapshot at its beginning
    ASSERT_EQ(log_->segment_count(), 2U);
    clock_.advance(10s);
    EXPECT_EQ(retention(), 0U);
    EXPECT_TRUE(log_->deletion_waits());
    EXPECT_TRUE(log_->flush_due(clock_.both()));
    flush();
    EXPECT_FALSE(log_->deletion_waits());
    EXPECT_EQ(retention(), 1U);  // of the other one too, once there is a snapshot behind it
    EXPECT_TRUE(log_->deletion_waits());
    flush();
    EXPECT_EQ(retention(), 1U);
    checkpoint();
    for (int i = 0; i < 3; ++i) {
        disk_.crash();
        open(false);
        EXPECT_EQ(log_->log_start(), Offset{2});
        EXPECT_EQ(last_sequence(), 0) << "a repetition would be written once more";
    }
}

TEST_F(LogProducersTest, NothingWaitsWhereNoProducerIsKnown) {
    append(no_producer, 0);
    clock_.advance(10s);
    EXPECT_EQ(retention(), 1U);
    EXPECT_FALSE(log_->deletion_waits());
    EXPECT_FALSE(log_->flush_due(clock_.both()));
}

// A flush of records alone would find nothing to do: the recovery point is the end already.
TEST_F(LogProducersTest, AFlushForTheSnapshotAloneIsDue) {
    append(producer, 0);
    flush();
    EXPECT_FALSE(log_->flush_due(clock_.both()));
    clock_.advance(10s);
    EXPECT_EQ(retention(), 0U);
    EXPECT_EQ(log_->unflushed(), 0);
    EXPECT_TRUE(log_->flush_due(clock_.both()));
    flush();
    EXPECT_FALSE(log_->flush_due(clock_.both()));
    EXPECT_EQ(retention(), 1U);
    checkpoint();
    crash();
    EXPECT_EQ(last_sequence(), 0);
}

TEST_F(LogProducersTest, ASnapshotThatIsMissingIsWrittenBeforeTheSegmentGoes) {
    append(producer, 0);
    append(no_producer, 0, 300);
    append(producer, 1, 300);
    checkpoint();
    ASSERT_TRUE(log_->close());
    const auto missing = folder / file_name(Offset{1}, snapshot_suffix);
    ASSERT_TRUE(disk_.remove(missing));
    open(true);
    clock_.advance(10s);
    EXPECT_EQ(retention(), 0U);
    EXPECT_TRUE(disk_.exists(missing));
    flush();
    EXPECT_GE(retention(), 1U);
}

TEST_F(LogProducersTest, ASnapshotThatIsTornIsNotBelieved) {
    append(producer, 0);
    append(no_producer, 0, 300);
    flush();
    checkpoint();
    const auto torn = folder / file_name(Offset{1}, snapshot_suffix);
    ASSERT_TRUE(disk_.replace_text(torn, ""));
    clock_.advance(10s);
    EXPECT_EQ(retention(), 0U);
    EXPECT_TRUE(log_->deletion_waits());
    flush();
    EXPECT_EQ(retention(), 1U);
    EXPECT_GT(disk_.read_text(torn).value_or("").size(), 10U);
}

// Recovery removes snapshots behind the recovery point, which may be of lost records; then those
// of the segments that it has read are written anew.
TEST_F(LogProducersTest, RecoveryLeavesASnapshotAtEachSegment) {
    append(producer, 0);
    append(no_producer, 0, 300);
    append(no_producer, 0, 300);
    ASSERT_EQ(log_->segment_count(), 3U);
    flush();
    open(false);  // with the recovery point 0
    for (const auto base : {Offset{1}, Offset{2}}) {
        EXPECT_TRUE(disk_.exists(folder / file_name(base, snapshot_suffix))) << base.get();
    }
    clock_.advance(10s);
    EXPECT_EQ(retention(), 0U) << "they are not synced";
    EXPECT_TRUE(log_->deletion_waits());
}

// Records that were deleted are lost with the power: the log begins behind them, and goes on
// knowing whose batch was synced.
TEST_F(LogProducersTest, ALogThatBeginsAnewBehindDeletedRecordsKnowsItsProducers) {
    append(producer, 0);
    flush();
    for (int i = 0; i < 4; ++i) {
        append(no_producer, 0);
    }
    ASSERT_TRUE(log_->delete_records_before(Offset{5}));
    checkpoint();
    crash();
    EXPECT_EQ(log_->log_start(), Offset{5});
    EXPECT_EQ(log_->log_end(), Offset{5});
    EXPECT_EQ(last_sequence(), 0);
    crash();
    EXPECT_EQ(log_->log_end(), Offset{5});
    EXPECT_EQ(last_sequence(), 0) << "it is on the medium";
}

TEST_F(LogProducersTest, APowerFailureWhileALogBeginsAnewForgetsNoProducer) {
    for (int round = 0; round < 4; ++round) {
        bool met = true;
        for (std::uint64_t step = 0; met; ++step) {
            SCOPED_TRACE(fmt::format("step {}, round {}", step, round));
            ASSERT_LT(step, 50U);
            log_.reset();
            ASSERT_TRUE(disk_.remove_all(folder));
            log_start_ = recovery_point_ = Offset{0};
            open(true);
            append(producer, 0);
            flush();
            for (int i = 0; i < 4; ++i) {
                append(no_producer, 0);
            }
            ASSERT_TRUE(log_->delete_records_before(Offset{5}));
            checkpoint();
            log_.reset();
            disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
            disk_.stop_at(disk_.operations() + step);
            met = !try_open(false);
            disk_.crash();
            open(false);
            EXPECT_EQ(log_->log_end(), Offset{5});
            EXPECT_EQ(last_sequence(), 0);
        }
    }
}

// The process before ended without a word, so nobody knew of its snapshots whether they were
// synced; after an orderly stop they were believed, and a segment went whose producer only one of
// them knew.
TEST_F(LogProducersTest, AnOrderlyStopSyncsSnapshotsOfWhichNobodyKnows) {
    append(producer, 0);
    flush();
    append(no_producer, 0, 300);
    open(false);
    ASSERT_TRUE(log_->close());
    checkpoint();
    open(true);
    ASSERT_TRUE(log_->delete_records_before(Offset{1}));
    EXPECT_EQ(retention(), 1U);
    ASSERT_TRUE(disk_.sync_directory(folder));
    checkpoint();
    crash();
    EXPECT_EQ(log_->log_start(), Offset{1});
    EXPECT_EQ(last_sequence(), 0);
}

// A log that takes another one's place knows producers of which it has no batch.
TEST_F(LogProducersTest, ACopyOwesASnapshotBeforeTheOldLogMayGo) {
    append(producer, 0);
    append(no_producer, 0, 300);
    flush();
    clock_.advance(10s);
    ASSERT_EQ(retention(), 1U);
    auto opened = Log::open({.disk = disk_,
                             .folder = "/data/copy",
                             .partition = {"t", PartitionId{0}},
                             .config = log_->config(),
                             .log_start = log_->log_start(),
                             .now = clock_.both(),
                             .log = {}});
    ASSERT_TRUE(opened);
    auto copy = std::move(*opened);
    const auto part = log_->read_for(*copy, 1000);
    ASSERT_TRUE(part);
    std::vector<std::byte> bytes(part->size);
    ASSERT_TRUE(part->file->read_at(part->position, bytes));
    ASSERT_TRUE(copy->append_copy(bytes, clock_.both()));
    const auto plan = copy->begin_flush();  // as after each so many bytes
    ASSERT_TRUE(plan && plan->sync());
    copy->flushed(*plan, clock_.both());
    ASSERT_TRUE(copy->succeed(*log_));
    EXPECT_EQ(copy->unflushed(), 0);
    EXPECT_TRUE(copy->deletion_waits());
    EXPECT_TRUE(copy->flush_due(clock_.both()));
    EXPECT_TRUE(copy->apply_retention(clock_.both()));
    EXPECT_TRUE(copy->deletion_waits()) << "retention that wants nothing does not pay that debt";
}

// The snapshot that shortens a recovery has no room: the records are flushed all the same, or
// retention, which waits for a flush, could not make any.
TEST_F(LogProducersTest, AFullDiskKeepsNoRecordFromTheMedium) {
    config_.segment_bytes = 100 << 20;
    open(true);
    for (std::int32_t i = 0; i < 34; ++i) {
        append(producer, i, 1'000'000);
    }
    disk_.fail_at(disk_.operations(), runtime::DiskTrouble::space);
    flush();
    EXPECT_EQ(log_->recovery_point(), Offset{34});
    EXPECT_FALSE(disk_.exists(folder / file_name(Offset{34}, snapshot_suffix)));
}

// After a crash nobody knows which snapshots were synced: retention waited for a flush, and that
// failed on the full disk which retention was to make room on.
TEST_F(LogProducersTest, AFullDiskDoesNotKeepRetentionWaiting) {
    append(producer, 0);
    for (int i = 0; i < 12; ++i) {
        append(no_producer, 0, 200);
    }
    ASSERT_GT(log_->segment_count(), 3U);
    flush();
    checkpoint();
    log_.reset();
    // The epochs have to be learned, so a flush writes them.
    ASSERT_TRUE(disk_.remove(folder / "leader-epoch-checkpoint"));
    open(false);
    append(no_producer, 0, 200);
    log_->begin_epoch(LeaderEpoch{9});
    clock_.advance(1h);
    disk_.set_capacity(1);
    EXPECT_EQ(retention(), 0U);
    ASSERT_TRUE(log_->deletion_waits());
    const auto failed = log_->begin_flush();
    ASSERT_TRUE(failed);
    ASSERT_FALSE(failed->sync()) << "there is room for the epochs";
    log_->flush_failed(*failed, clock_.both());
    const auto plan = log_->begin_flush_for_deletion();
    ASSERT_TRUE(plan.sync());
    const auto recovery_point = log_->recovery_point();
    log_->flushed(plan, clock_.both());
    EXPECT_FALSE(log_->deletion_waits());
    EXPECT_EQ(log_->recovery_point(), recovery_point) << "the records were not synced";
    EXPECT_GT(log_->unflushed(), 0);
    EXPECT_EQ(retention(), 1U);
    disk_.set_capacity(runtime::SimulatedDisk::default_capacity);
    flush();
    crash();
    EXPECT_EQ(last_sequence(), 0);
}

// Beyond 64 MiB, which is a million and a half producers, the partition could not be opened.
TEST_F(LogProducersTest, ALongSnapshotDoesNotKeepTheLogFromBeingOpened) {
    append(producer, 0);
    flush();
    checkpoint();
    const auto snapshot = folder / file_name(Offset{1}, snapshot_suffix);
    for (const std::uint64_t size : {std::uint64_t{65} << 20, std::uint64_t{2} << 30}) {
        for (const bool clean : {true, false}) {
            SCOPED_TRACE(fmt::format("{} bytes, {}", size, clean));
            ASSERT_TRUE(log_->close());
            const auto file = disk_.open(snapshot, runtime::OpenMode::read_write);
            ASSERT_TRUE(file && (*file)->truncate(size));
            open(clean);
            EXPECT_EQ(last_sequence(), 0) << "the batches tell";
            EXPECT_FALSE(disk_.exists(snapshot)) << "it is damaged";
        }
    }
}

}  // namespace
}  // namespace barnabas::log
