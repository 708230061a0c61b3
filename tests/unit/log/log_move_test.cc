// A log that moves to another directory while the power fails, at each step, with several outcomes;
// and what is made of the two folders that a move which was not finished leaves.
#include "log/file_names.h"
#include "unit/log/log_batches.h"
#include "unit/log/log_directories.h"
#include "unit/log/model/log_machine.h"

#include <gtest/gtest.h>

#include <functional>
#include <string_view>

namespace barnabas::log {
namespace {

using testing::topic_id;

/// Twelve synced records, three that come while they are copied, one when all is over.
class MovingLog {
public:
    explicit MovingLog(std::uint64_t seed) : machine_(seed) {
        machine_.config.segment_bytes = 600;
        machine_.create();
        EXPECT_TRUE(append(12) && machine_.flush() && machine_.checkpoint());
    }
    [[nodiscard]] testing::LogMachine& machine() { return machine_; }

    /// False if the machine stopped on the way.
    bool move() {
        const auto moved = machine_.move(Offset{0}, [this] { append(3); });
        return moved && append(1);
    }

private:
    bool append(int batches) {
        for (int i = 0; i < batches; ++i) {
            auto batch = testing::make_batch();
            if (!machine_.log().append(batch.mutable_view(), {.now = machine_.clock.both()},
                                       validator_)) {
                return false;
            }
        }
        return true;
    }

    testing::LogMachine machine_;
    wire::AppendValidator validator_;
};

TEST(LogMove, APowerFailureAtAnyStepLeavesOneLogWithEverySyncedRecord) {
    std::uint64_t steps = 0;
    {
        MovingLog log(1);
        const auto before = log.machine().disk.operations();
        ASSERT_TRUE(log.move());
        EXPECT_EQ(log.machine().synced_end(), Offset{15});
        steps = log.machine().disk.operations() - before;
    }
    ASSERT_GT(steps, 50U);
    for (std::uint64_t step = 0; step <= steps; ++step) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            SCOPED_TRACE(fmt::format("step {}, seed {}", step, seed));
            MovingLog log(seed);
            auto& machine = log.machine();
            machine.disk.stop_at(machine.disk.operations() + step);
            const bool moved = log.move();
            EXPECT_TRUE(step < steps || moved);
            machine.crash();
            const auto started = machine.start();
            ASSERT_TRUE(started) << started.error().message;
            EXPECT_GE(machine.log().log_end(), machine.synced_end());
            EXPECT_LE(machine.log().log_end(), Offset{16});
            for (Offset at{0}; at < machine.log().log_end(); ++at) {
                const auto slice = machine.log().read(
                    at,
                    {.max_bytes = 1, .at_least_one_batch = true, .end = machine.log().log_end()});
                ASSERT_TRUE(slice) << slice.error().message;
                EXPECT_GT(slice->size, 0U) << at.get();
            }
        }
    }
}

/// A log of four segments in /a, whose first records are deleted, and its copy in /b.
class TwoFoldersTest : public testing::LogDirectoriesTest {
protected:
    TwoFoldersTest() {
        dirs_ = open();
        EXPECT_TRUE(dirs_->claim(BrokerId{1}, "abc"));
        auto created = dirs_->create_log(partition, topic_id, config, clock_.both());
        EXPECT_TRUE(created);
        log_ = std::move(*created);
        append(*log_, {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = 0});
        for (int i = 1; i < 12; ++i) {
            append(*log_, {.value_size = 100});
        }
        EXPECT_EQ(log_->segment_count(), 3U);
        EXPECT_TRUE(flush(*log_));
        EXPECT_TRUE(log_->delete_records_before(Offset{2}));
        save(0);
    }

    void append(Log& log, const testing::BatchSpec& spec) {
        auto batch = testing::make_batch(spec);
        ASSERT_TRUE(log.append(batch.mutable_view(), {.now = clock_.both()}, validator_));
        log.set_high_watermark(log.log_end());
    }
    bool flush(Log& log) { return log.flush(clock_.both()).has_value(); }
    void save(std::size_t directory) {
        EXPECT_TRUE(dirs_->write_checkpoints({{.partition = partition,
                                               .directory = directory,
                                               .recovery_point = log_->recovery_point(),
                                               .log_start = log_->log_start(),
                                               .high_watermark = log_->high_watermark()}}));
    }
    /// The log is in /b; its folder in /a is there still.
    void move() {
        auto copy = dirs_->create_future({.partition = partition,
                                          .id = topic_id,
                                          .directory = 1,
                                          .start = log_->log_start(),
                                          .config = config,
                                          .now = clock_.both()});
        ASSERT_TRUE(copy) << copy.error().message;
        while ((*copy)->log_end() < log_->log_end()) {
            const auto part = log_->read_for(**copy, 1 << 20);
            ASSERT_TRUE(part && part->size > 0);
            std::vector<std::byte> bytes(part->size);
            ASSERT_TRUE(part->file->read_at(part->position, bytes));
            ASSERT_TRUE((*copy)->append_copy(bytes, clock_.both()));
        }
        ASSERT_TRUE((*copy)->succeed(*log_));
        ASSERT_TRUE((*copy)->move_to("/b/t-0"));
        log_ = std::move(*copy);
        dirs_->moved(partition, 1);
    }
    /// The process ends, the next one starts; the directory of the log that it finds.
    std::size_t restart() {
        log_.reset();
        dirs_.reset();
        dirs_ = open();
        auto found = dirs_->scan();
        EXPECT_TRUE(found) << found.error().message;
        EXPECT_EQ(found->size(), 2U);
        return take(dirs_->settle_doubles(std::move(*found), clock_.both()));
    }
    /// The same where the log is in one directory.
    void restart_alone() {
        log_.reset();
        dirs_.reset();
        dirs_ = open();
        EXPECT_TRUE(dirs_->scan());
    }
    /// The power fails, and everything that was not synced is lost.
    std::size_t crash_and_start() {
        log_.reset();
        dirs_.reset();
        EXPECT_TRUE(disk_.sync_directory("/"));
        disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
        dirs_ = open();
        auto found = dirs_->scan();
        EXPECT_TRUE(found) << found.error().message;
        return take(dirs_->settle_doubles(std::move(*found), clock_.both()));
    }
    /// Removes those files of a folder.
    void remove_files(const runtime::Path& folder,
                      const std::function<bool(std::string_view name)>& wanted) {
        for (const auto& entry : *disk_.list(folder)) {
            ASSERT_TRUE(!wanted(entry.name) || disk_.remove(folder / entry.name));
        }
    }
    void remove_snapshots(const runtime::Path& folder) {
        remove_files(folder, [](std::string_view name) { return name.ends_with(snapshot_suffix); });
    }
    /// It wrote offset 0, before the copy begins.
    void expect_producer() {
        const auto* const known = log_->producers().find(ProducerId{7});
        ASSERT_TRUE(known != nullptr && known->last() != nullptr);
        EXPECT_EQ(known->last()->last_sequence, 0);
    }
    std::size_t take(const std::vector<FoundLog>& found) {
        EXPECT_EQ(found.size(), 1U);
        auto opened = dirs_->recover_log(found.front(), config, clock_.both());
        EXPECT_TRUE(opened) << opened.error().message;
        log_ = std::move(*opened);
        return found.front().directory;
    }

    static inline const TopicPartition partition{"t", PartitionId{0}};
    static constexpr LogConfig config{.segment_bytes = 800};

    std::unique_ptr<LogDirs> dirs_;
    std::unique_ptr<Log> log_;
};

// A copy that an earlier run left, and that nobody opened before the stop, counted as closed in
// order: what a crash had left in the middle of it was taken for records.
TEST_F(TwoFoldersTest, AnUnfinishedCopyIsCheckedWhateverItsDirectorySays) {
    auto copy = dirs_->create_future({.partition = partition,
                                      .id = topic_id,
                                      .directory = 1,
                                      .start = Offset{0},
                                      .config = config,
                                      .now = clock_.both()});
    ASSERT_TRUE(copy) << copy.error().message;
    while ((*copy)->segment_count() < 3) {
        auto batch = testing::make_batch({.value_size = 100});
        ASSERT_TRUE((*copy)->append(batch.mutable_view(), {.now = clock_.both()}, validator_));
    }
    const auto end = (*copy)->log_end();
    const auto path = (*copy)->folder() / file_name(Offset{0}, log_suffix);
    ASSERT_TRUE((*copy)->close());
    copy->reset();
    const auto file = disk_.open(path, runtime::OpenMode::read_write);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE((*file)->write_at(100, as_bytes("other bytes")));  // in the first batch
    ASSERT_TRUE(dirs_->mark_clean());
    restart_alone();
    const auto found = dirs_->take_futures();
    ASSERT_EQ(found.size(), 1U);
    ASSERT_GT(end, Offset{0});
    const auto opened = dirs_->recover_log(found.front(), config, clock_.both());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ((*opened)->log_end(), Offset{0}) << "of " << end.get();
}

// The page cache of the disk that failed had the copy, the medium nothing of it: the folder in the
// other directory, which has every record, was left out when the disk came back.
TEST_F(TwoFoldersTest, ADiskThatFailsRightAfterAMoveGivesTheOldFolderBack) {
    move();
    const auto plan = log_->begin_flush();
    ASSERT_TRUE(plan && plan->write());
    disk_.fail_at(disk_.operations());
    EXPECT_FALSE(plan->sync());
    ASSERT_EQ(dirs_->failed(), std::vector<std::size_t>{1});
    log_.reset();
    dirs_->take_offline(1);
    const auto found = dirs_->reopen(1, clock_.both());
    ASSERT_TRUE(found) << found.error().message;
    // Meanwhile the other directory's checkpoints are written: they forgot where the log begins.
    EXPECT_TRUE(dirs_->write_checkpoints({}));
    EXPECT_EQ(take(*found), 0U);
    EXPECT_EQ(log_->log_start(), Offset{2});
    EXPECT_EQ(log_->log_end(), Offset{12});
    EXPECT_FALSE(disk_.exists("/b/t-0"));
}

TEST_F(TwoFoldersTest, ADiskThatFailsLaterGivesItsOwnFolderBack) {
    move();
    append(*log_, {});
    ASSERT_TRUE(flush(*log_));
    save(1);
    append(*log_, {});
    const auto plan = log_->begin_flush();
    disk_.fail_at(disk_.operations());
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->sync());
    log_.reset();
    dirs_->take_offline(1);
    const auto found = dirs_->reopen(1, clock_.both());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(take(*found), 1U);
    EXPECT_EQ(log_->log_end(), Offset{13});
    EXPECT_FALSE(disk_.exists("/a/t-0")) << "it is the beginning of the other one";
}

// Whoever has another log of that name, of an older topic, has not moved.
TEST_F(TwoFoldersTest, AFolderOfAnotherTopicIsLeftAlone) {
    move();
    ASSERT_TRUE(flush(*log_));
    save(1);
    ASSERT_TRUE(disk_.replace_text("/a/t-0/partition.metadata",
                                   "version: 0\ntopic_id: bJRHiaPnQjK_RVsqayEU9Q"));
    log_.reset();
    dirs_->take_offline(1, "unplugged");
    const auto found = dirs_->reopen(1, clock_.both());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(take(*found), 1U);
    EXPECT_TRUE(disk_.exists("/a/t-0"));
}

// Seed 304 of the log's model: of the old log a crash had taken the end of a segment that was not
// synced, but left the next one. It counted as complete, the copy was removed, and then the log
// ended at the hole.
TEST_F(TwoFoldersTest, ALogWithAHoleIsNotBetterThanItsCopy) {
    move();
    ASSERT_TRUE(flush(*log_));
    const auto path = runtime::Path("/a/t-0") / file_name(Offset{5}, log_suffix);
    const auto text = disk_.read_text(path).value_or("");
    ASSERT_FALSE(text.empty());
    ASSERT_TRUE(disk_.replace_text(path, text.substr(0, text.size() - 10)));
    for (const auto* checkpoint : {"/a/recovery-point-offset-checkpoint"}) {
        ASSERT_TRUE(disk_.replace_text(checkpoint, "0\n1\nt 0 0\n"));
    }
    EXPECT_EQ(restart(), 1U);
    EXPECT_EQ(log_->log_start(), Offset{2});
    EXPECT_EQ(log_->log_end(), Offset{12});
}

// Of the old log a crash left a segment behind lost records, which was set aside in its folder.
TEST_F(TwoFoldersTest, SegmentsThatWereSetAsideStayWhenTheirFolderGoes) {
    const auto kept = [this] {
        std::vector<std::string> names;
        for (const auto& entry : *disk_.list("/a")) {
            if (partition_of_stray(entry.name) == partition) {
                for (const auto& file : *disk_.list(runtime::Path("/a") / entry.name)) {
                    names.push_back(file.name);
                }
            }
        }
        return names;
    };
    move();
    ASSERT_TRUE(flush(*log_));
    const auto cut = runtime::Path("/a/t-0") / file_name(Offset{5}, log_suffix);
    const auto text = disk_.read_text(cut).value_or("");
    ASSERT_TRUE(disk_.replace_text(cut, text.substr(0, text.size() - 10)));
    ASSERT_TRUE(disk_.replace_text("/a/recovery-point-offset-checkpoint", "0\n1\nt 0 0\n"));
    EXPECT_EQ(restart(), 1U);
    EXPECT_FALSE(disk_.exists("/a/t-0"));
    EXPECT_EQ(kept().size(), 1U);

    ASSERT_TRUE(disk_.create_directories("/a/t-0"));
    ASSERT_TRUE(disk_.replace_text("/a/t-0/00000000000000000042.log.3-stray", "records"));
    dirs_->place(partition, 1);
    const auto retired = dirs_->retire(partition, "/a/t-0");
    ASSERT_TRUE(retired) << retired.error().message;
    ASSERT_TRUE(dirs_->remove_folder(*retired));
    EXPECT_EQ(kept().size(), 2U);
    EXPECT_EQ(std::ranges::count(kept(), "00000000000000000042.log.3-stray"), 1);
}

// The copy has gone on, and a crash has taken the snapshot that tells of producers of whom it has
// no batch. The old log knows them.
TEST_F(TwoFoldersTest, ACopyIsToldAgainOfProducersBeforeItsBeginning) {
    move();
    append(*log_, {});
    ASSERT_TRUE(flush(*log_));
    remove_snapshots("/b/t-0");
    EXPECT_EQ(restart(), 1U);
    EXPECT_EQ(log_->log_end(), Offset{13});
    for (int i = 0; i < 2; ++i) {
        expect_producer();
        ASSERT_TRUE(log_->truncate_to(Offset{4}));
    }
}

// The process was killed right after a move: the copy's snapshot was in memory alone when the old
// log went, and the power failure that followed took what both had known.
TEST_F(TwoFoldersTest, WhatACopyWasToldIsOnTheMediumBeforeTheOldLogGoes) {
    move();
    append(*log_, {});
    EXPECT_EQ(restart(), 1U);
    EXPECT_FALSE(disk_.exists("/a/t-0"));
    EXPECT_EQ(crash_and_start(), 1U);
    EXPECT_EQ(log_->log_end(), Offset{13});
    expect_producer();
}

// Seed 396937783021 of the log's model: a crash had taken the last batches of the old log, but not
// the empty segment behind them. There was no batch where it seemed to end, so it was taken for
// another log, and where it began was forgotten.
TEST_F(TwoFoldersTest, AnEmptySegmentBehindWhatWasLostIsNoOtherLog) {
    move();
    append(*log_, {});
    ASSERT_TRUE(flush(*log_));
    const auto second = runtime::Path("/a/t-0") / file_name(Offset{5}, log_suffix);
    const auto text = disk_.read_text(second).value_or("");
    const auto size = wire::next_batch_size(as_bytes(text));
    ASSERT_TRUE(size && *size && **size < text.size());
    ASSERT_TRUE(disk_.replace_text(second, text.substr(0, **size)));
    for (const auto& entry : *disk_.list("/a/t-0")) {
        const auto base = offset_of_file(entry.name, log_suffix).value_or(Offset{0});
        ASSERT_TRUE(base <= Offset{5} ||
                    disk_.replace_text(runtime::Path("/a/t-0") / entry.name, ""));
    }
    ASSERT_TRUE(disk_.replace_text("/a/recovery-point-offset-checkpoint", "0\n1\nt 0 0\n"));
    ASSERT_TRUE(disk_.replace_text("/a/log-start-offset-checkpoint", "0\n1\nt 0 3\n"));
    EXPECT_EQ(restart(), 1U);
    EXPECT_EQ(log_->log_start(), Offset{3});
    EXPECT_EQ(log_->log_end(), Offset{13});
    for (const auto& entry : *disk_.list("/a")) {
        EXPECT_FALSE(entry.name.starts_with("t-0")) << entry.name;
    }
}

// Seed 940829533023 of the log's model: all records were deleted, the last of them before it was
// synced, and the copy that knew its producer was. The old log had lost it, and counted more.
TEST_F(TwoFoldersTest, ACopyKnowsMoreThanALogThatBeginsAnew) {
    append(*log_, {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = 1});
    ASSERT_TRUE(log_->delete_records_before(Offset{13}));
    save(0);
    move();
    ASSERT_EQ(log_->log_end(), Offset{13});
    ASSERT_TRUE(flush(*log_));
    EXPECT_EQ(crash_and_start(), 1U);
    EXPECT_EQ(log_->log_start(), Offset{13});
    EXPECT_EQ(log_->log_end(), Offset{13});
    const auto* const known = log_->producers().find(ProducerId{7});
    ASSERT_TRUE(known != nullptr && known->last() != nullptr);
    EXPECT_EQ(known->last()->last_sequence, 1);
}

// Seed 351815556 of the log's model: of the old log a crash had taken everything that its copy
// begins with. It was set aside as another log, and its producers were forgotten.
TEST_F(TwoFoldersTest, ACopyIsToldOfProducersByALogThatEndsBeforeIt) {
    move();
    append(*log_, {});
    ASSERT_TRUE(flush(*log_));
    remove_snapshots("/b/t-0");
    const auto first = file_name(Offset{0}, log_suffix);
    remove_files("/a/t-0", [&first](std::string_view name) {
        return name.ends_with(log_suffix) && name != first;
    });
    const auto path = runtime::Path("/a/t-0") / first;
    const auto text = disk_.read_text(path).value_or("");
    const auto size = wire::next_batch_size(as_bytes(text));
    ASSERT_TRUE(size && *size && **size < text.size());
    ASSERT_TRUE(disk_.replace_text(path, text.substr(0, **size)));
    // Nor was the deletion written down.
    for (const auto* checkpoint :
         {"/a/recovery-point-offset-checkpoint", "/a/log-start-offset-checkpoint"}) {
        ASSERT_TRUE(disk_.replace_text(checkpoint, "0\n1\nt 0 0\n"));
    }
    EXPECT_EQ(restart(), 1U);
    EXPECT_EQ(log_->log_start(), Offset{2});
    EXPECT_EQ(log_->log_end(), Offset{13});
    expect_producer();
    EXPECT_EQ(crash_and_start(), 1U);
    expect_producer();
}

}  // namespace
}  // namespace barnabas::log
