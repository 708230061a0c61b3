// What one failed file operation, or one power failure, did to a log: each was found by its model.
#include "unit/log/log_batches.h"
#include "unit/log/model/log_machine.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace barnabas::log {
namespace {

using testing::BatchSpec;
using testing::LogMachine;

class LogTroubleTest : public ::testing::Test {
protected:
    void begin(std::uint64_t seed, const LogConfig& config) {
        machine_ = std::make_unique<LogMachine>(seed);
        machine_->config = config;
        machine_->create();
        appended_ = 0;
    }
    [[nodiscard]] Log& log() { return machine_->log(); }
    void send(ByteBuffer bytes, wire::AppendOrigin origin = wire::AppendOrigin::client,
              LeaderEpoch epoch = LeaderEpoch{0}) {
        const auto sent = log().append(
            bytes.mutable_view(), {.origin = origin, .epoch = epoch, .now = machine_->clock.both()},
            validator_);
        ASSERT_TRUE(sent) << sent.error().error.message;
        log().set_high_watermark(log().log_end());
    }
    /// Each a second younger than the one before, or older.
    void append(int batches, std::int64_t step_ms = 1000) {
        for (int i = 0; i < batches; ++i) {
            appended_ += step_ms;
            send(testing::make_batch(
                {.value_size = 100, .timestamp = BatchSpec{}.timestamp + appended_}));
        }
    }
    void abort_one() {
        send(testing::make_batch({.producer = ProducerId{7},
                                  .epoch = ProducerEpoch{0},
                                  .sequence = 0,
                                  .transactional = true}));
        send(testing::make_marker(ProducerId{7}, ProducerEpoch{0}, false),
             wire::AppendOrigin::coordinator);
    }
    void save() { ASSERT_TRUE(machine_->flush() && machine_->checkpoint()); }
    /// The process ends; the disk keeps everything.
    void kill() {
        machine_->disarm();
        const auto started = machine_->start();
        ASSERT_TRUE(started) << started.error().message;
    }
    void expect_sound_after_a_stop() {
        const auto folder = log().folder();
        const auto start = log().log_start();
        ASSERT_TRUE(machine_->stop());
        machine_->check_folder(folder, start);
    }
    /// Calls `work` with a failure at its first file operation, then at the next one, ... until it
    /// meets none.
    void at_each_step(const std::function<bool(std::uint64_t step)>& work) {
        std::uint64_t step = 0;
        while (!HasFailure() && work(step)) {
            ASSERT_LT(++step, 100U);
        }
        EXPECT_GT(step, 3U);
    }

    std::unique_ptr<LogMachine> machine_;
    wire::AppendValidator validator_;
    std::int64_t appended_ = 0;
    int at_a_folder_ = 0;
};

// The file of an index was not cut when the cut was tried again: its old entries were believed
// after the next crash.
TEST_F(LogTroubleTest, ACutThatIsTriedAgainCutsTheIndexesToo) {
    at_each_step([this](std::uint64_t step) {
        SCOPED_TRACE(step);
        begin(1, {.index_interval_bytes = 200});
        append(20);
        EXPECT_TRUE(machine_->stop() && machine_->start());  // the indexes are in their files
        auto& disk = machine_->disk;
        disk.fail_at(disk.operations() + step, runtime::DiskTrouble::space);
        const bool met = !log().truncate_to(Offset{4});
        machine_->disarm();
        EXPECT_TRUE(!met || machine_->is_broken() || log().truncate_to(Offset{4}));
        machine_->promise_up_to(Offset{4});
        if (!machine_->is_broken()) {
            append(16, -1000);
            save();
            kill();
            expect_sound_after_a_stop();
        }
        return met;
    });
}

// A rename of retention failed, and the segment that stayed had lost one of its indexes.
TEST_F(LogTroubleTest, ASegmentThatRetentionCannotRenameKeepsItsFiles) {
    at_each_step([this](std::uint64_t step) {
        SCOPED_TRACE(step);
        begin(1, {.segment_bytes = 800, .retention_ms = -1, .retention_bytes = 1});
        abort_one();
        append(4);
        save();
        auto& disk = machine_->disk;
        disk.fail_at(disk.operations() + step, runtime::DiskTrouble::space);
        const bool met = !log().apply_retention(machine_->clock.both());
        machine_->disarm();
        expect_sound_after_a_stop();
        return met;
    });
}

// The last segment can only go when there is another one: for that one, and for what is to be known
// of its producers, there was no room, and so it never went.
TEST_F(LogTroubleTest, OnAFullDiskRetentionGivesUpTheOnlySegment) {
    for (const bool producers : {false, true}) {
        SCOPED_TRACE(producers);
        begin(1, {.index_interval_bytes = 1, .retention_ms = -1, .retention_bytes = 0});
        if (producers) {
            abort_one();
        }
        append(1000);
        save();
        auto& disk = machine_->disk;
        const auto space = disk.space("/a");
        ASSERT_TRUE(space);
        disk.set_capacity(space->total - space->free);
        ASSERT_EQ(log().segment_count(), 1U);
        const auto end = log().log_end();
        const auto retain = [&] {
            const auto given_up = log().apply_retention(machine_->clock.both());
            EXPECT_TRUE(given_up) << given_up.error().message;
            return given_up.value_or(0);
        };
        EXPECT_EQ(retain(), producers ? 0U : 1U);
        if (producers) {
            ASSERT_TRUE(log().deletion_waits());
            const auto plan = log().begin_flush_for_deletion();
            ASSERT_TRUE(plan.sync());
            log().flushed(plan, machine_->clock.both());
            EXPECT_EQ(retain(), 1U);
        }
        for (auto& segment : log().take_deleted()) {
            EXPECT_TRUE(segment->remove());
        }
        EXPECT_EQ(log().log_start(), end);
        EXPECT_EQ(log().size_bytes(), 0U);
        append(1);
        disk.set_capacity(runtime::SimulatedDisk::default_capacity);
        save();
        kill();
        EXPECT_EQ(log().log_start(), end);
        EXPECT_EQ(log().log_end(), end + 1);
        EXPECT_EQ(log().producers().find(ProducerId{7}) != nullptr, producers);
        expect_sound_after_a_stop();
    }
}

// It failed for another reason, and the segment stays.
TEST_F(LogTroubleTest, ASegmentThatWasToBeGivenUpGetsItsIndexesBack) {
    at_each_step([this](std::uint64_t step) {
        SCOPED_TRACE(step);
        begin(1, {.index_interval_bytes = 1, .retention_ms = -1, .retention_bytes = 0});
        abort_one();
        append(400);
        save();
        auto& disk = machine_->disk;
        const auto before = disk.operations();
        disk.fail_at(before + step, runtime::DiskTrouble::space);
        ignore(log().apply_retention(machine_->clock.both()), "the second try may work");
        const bool met = disk.operations() > before + step;
        machine_->disarm();
        disk.fail_at(std::numeric_limits<std::uint64_t>::max());
        machine_->config.retention_bytes = -1;
        log().set_config(machine_->config);
        append(1);
        save();
        expect_sound_after_a_stop();
        return met;
    });
}

// The power failed between two renames of retention: the log's file was there still, its
// transaction index was not, and recovery believed that nothing had been aborted.
TEST_F(LogTroubleTest, APowerFailureDuringRetentionForgetsNoAbortedTransaction) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        at_each_step([this, seed](std::uint64_t step) {
            SCOPED_TRACE(fmt::format("step {}, seed {}", step, seed));
            begin(seed, {.segment_bytes = 800, .retention_ms = -1, .retention_bytes = 1});
            abort_one();
            append(4);
            save();
            auto& disk = machine_->disk;
            disk.stop_at(disk.operations() + step);
            const bool met = !log().apply_retention(machine_->clock.both());
            machine_->crash();
            EXPECT_TRUE(machine_->start());
            const auto aborted = log().aborted_transactions(Offset{0}, log().log_end());
            EXPECT_TRUE(aborted && (log().log_start() > Offset{0} || aborted->size() == 1));
            return met;
        });
    }
}

// Seed 271962725755: recovery cut a transaction index, and the process was killed. The next one
// found nothing to cut or to sync, and a power failure brought the entry back, beside other
// records.
TEST_F(LogTroubleTest, WhatAnotherProcessCutOffAnIndexDoesNotComeBack) {
    begin(1, {});
    auto& disk = machine_->disk;
    abort_one();
    EXPECT_TRUE(machine_->flush());  // without a checkpoint
    const auto log_path = log().folder() / "00000000000000000000.log";
    ASSERT_TRUE(disk.replace_text(log_path, ""));  // as a crash may leave what was cut since
    machine_->promise_up_to(Offset{0});
    kill();
    kill();
    append(3);
    save();
    machine_->crash({.keep_some_writes = false, .keep_some_entries = false});
    ASSERT_TRUE(machine_->start());
    EXPECT_EQ(log().log_end(), Offset{3});
    const auto aborted = log().aborted_transactions(Offset{0}, Offset{3});
    EXPECT_TRUE(aborted && aborted->empty());
    expect_sound_after_a_stop();
}

// Seed 241602803921: a cut synced the bytes of a new transaction index, but not its name, and the
// flush after it had nothing to sync any more.
TEST_F(LogTroubleTest, ATransactionIndexThatWasNewAtACutOutlivesACrash) {
    begin(1, {});
    append(1);
    save();
    abort_one();
    append(2);
    ASSERT_TRUE(log().truncate_to(Offset{3}));
    machine_->promise_up_to(Offset{3});
    save();
    machine_->crash({.keep_some_writes = false, .keep_some_entries = false});
    ASSERT_TRUE(machine_->start());
    EXPECT_EQ(log().log_end(), Offset{3});
    const auto aborted = log().aborted_transactions(Offset{0}, Offset{3});
    EXPECT_TRUE(aborted && aborted->size() == 1);
}

// Seed 247365047172: records were lost, and with the next crash their epochs came back: the file's
// last rename was not on the medium yet. Epoch 2 was known as 1, which it had overtaken.
TEST_F(LogTroubleTest, EpochsOfRecordsThatWereLostAreNotBelieved) {
    begin(1, {});
    append(1);
    save();
    send(testing::make_batch({}), wire::AppendOrigin::client, LeaderEpoch{2});
    const auto older = machine_->disk.replace_text(log().folder() / "leader-epoch-checkpoint",
                                                   "0\n3\n0 0\n1 1\n2 2\n");
    ASSERT_TRUE(older);
    kill();
    const std::vector<LeaderEpochs::Entry> want{{LeaderEpoch{0}, Offset{0}},
                                                {LeaderEpoch{2}, Offset{1}}};
    EXPECT_EQ(log().epochs().entries(), want);
}

// Seed 195923855305: records were deleted, nothing else was there to flush, and the stop left the
// file of epochs unsynced. A power failure emptied it, and after an orderly stop it was believed.
TEST_F(LogTroubleTest, AStopSyncsTheEpochsThatADeletionWrote) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        begin(seed, {});
        append(3);
        ASSERT_TRUE(machine_->stop() && machine_->start());
        ASSERT_TRUE(log().delete_records_before(Offset{2}));
        ASSERT_TRUE(machine_->stop());
        machine_->crash({.keep_some_writes = false, .keep_some_entries = true});
        ASSERT_TRUE(machine_->start());
        const std::vector<LeaderEpochs::Entry> want{{LeaderEpoch{0}, Offset{2}}};
        EXPECT_EQ(log().epochs().entries(), want);
    }
}

// Compaction, as Kafka's, keeps of a transaction of which no record is left the marker alone.
TEST_F(LogTroubleTest, NoIndexHasToTellOfATransactionWithoutRecords) {
    begin(1, {.segment_bytes = 150, .retention_ms = -1});
    abort_one();
    save();
    ASSERT_EQ(log().segment_count(), 2U);
    ASSERT_TRUE(log().delete_records_before(Offset{1}));
    EXPECT_EQ(log().apply_retention(machine_->clock.both()).value_or(0), 1U);
    const auto folder = log().folder();
    ASSERT_TRUE(machine_->stop());
    ASSERT_TRUE(machine_->disk.remove(folder / "00000000000000000001.txnindex"));
    machine_->check_folder(folder, Offset{1});
}

// Of the last entry of a time index a crash left the timestamp, not the offset.
TEST_F(LogTroubleTest, AnEntryOfTheTimeIndexThatWasTornIsNotBelieved) {
    for (std::size_t torn = 1; torn < 12; ++torn) {
        SCOPED_TRACE(torn);
        begin(1, {.index_interval_bytes = 200});
        append(20);
        save();
        const auto index = log().folder() / "00000000000000000000.timeindex";
        const auto folder = log().folder();
        EXPECT_TRUE(log().close());
        auto text = machine_->disk.read_text(index).value_or("");
        ASSERT_GT(text.size(), 24U);
        text.resize(36 - torn);
        text.resize(4096, '\0');
        ASSERT_TRUE(machine_->disk.replace_text(index, text));
        kill();
        expect_sound_after_a_stop();
    }
}

// A flush met the limit of open files when it came to the folder. The next one did not know that
// there was something left to do, and a power failure took the new segment.
TEST_F(LogTroubleTest, WhatAFailedFlushHadToSyncIsLeftToTheNext) {
    at_each_step([this](std::uint64_t step) {
        SCOPED_TRACE(step);
        begin(1, {.segment_bytes = 800});
        append(3);
        save();
        append(5);
        EXPECT_GT(log().segment_count(), 1U);
        const auto plan = log().begin_flush();
        EXPECT_TRUE(plan && !plan->folders.empty());
        auto& disk = machine_->disk;
        const auto failing = disk.operations() + step;
        disk.fail_at(failing, runtime::DiskTrouble::other);
        const bool failed = !plan->sync();
        const bool met = disk.operations() > failing;  // what can be made anew is no failure
        failed ? log().flush_failed(*plan, machine_->clock.both())
               : log().flushed(*plan, machine_->clock.both());
        machine_->disarm();
        if (failed && !machine_->is_broken()) {
            EXPECT_EQ(log().recovery_point(), Offset{3});
            save();
            machine_->crash({.keep_some_writes = false, .keep_some_entries = false});
            EXPECT_TRUE(machine_->start());
            EXPECT_EQ(log().log_end(), Offset{8});
            expect_sound_after_a_stop();
            ++at_a_folder_;
        }
        return met;
    });
    EXPECT_GT(at_a_folder_, 0);
}

// The sync of the indexes of a sealed segment failed. When the directory was taken back they were
// read from the page cache, and never written again.
TEST_F(LogTroubleTest, IndexesThatTheDiskLostAreWrittenAgain) {
    begin(1, {.index_interval_bytes = 200});
    append(20);
    save();
    ASSERT_TRUE(machine_->checkpoint());
    machine_->clock.advance(1h);
    auto config = machine_->config;
    config.segment_ms = 1;
    machine_->set_config(config);
    ASSERT_TRUE(log().roll_if_due(machine_->clock.both()));
    append(1);
    auto& disk = machine_->disk;
    const auto plan = log().begin_flush();
    ASSERT_TRUE(plan);
    for (const auto& file : plan->files) {
        disk.fail_at(disk.operations());
        EXPECT_FALSE(file->sync());
    }
    ASSERT_TRUE(machine_->is_broken());
    ASSERT_TRUE(machine_->take_back());
    save();
    for (int i = 0; i < 2; ++i) {
        machine_->crash({.keep_some_writes = false, .keep_some_entries = false});
        ASSERT_TRUE(machine_->start());
        EXPECT_EQ(log().log_end(), Offset{20});
    }
    expect_sound_after_a_stop();
}

}  // namespace
}  // namespace barnabas::log
