// What is opened as others left it: Kafka, a compaction, a crash, a bad disk.
#include "base/endian.h"
#include "log/file_names.h"
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

class LogOpenTest : public testing::OneLogTest {
protected:
    void open(const LogConfig& config, bool clean = true, Offset recovery_point = Offset{0}) {
        auto how = options(config, clean);
        how.recovery_point = recovery_point;
        reopen(std::move(how));
    }
    void append_many(int batches, const BatchSpec& spec) {
        for (int i = 0; i < batches; ++i) {
            ASSERT_TRUE(send(testing::make_batch(spec)));
        }
    }
};

TEST_F(LogOpenTest, FindsItsWayPastADamagedIndexEntry) {
    const auto index = folder / "00000000000000000000.index";
    open({.index_interval_bytes = 200});
    append_many(20, {.value_size = 100});
    ASSERT_TRUE(log_->close());
    const auto batch =
        read_size(Offset{0}, {.max_bytes = 1, .at_least_one_batch = true, .end = Offset{20}});
    const auto good = disk_.read_text(index).value_or("");
    ASSERT_GT(good.size(), 4 * 8U);
    for (const std::size_t at :
         {7U, 15U, 11U, 3U}) {  // positions and offsets, not the last entry's
        auto damaged = good;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x05);
        ASSERT_TRUE(disk_.replace_text(index, damaged));
        open({.index_interval_bytes = 200});
        for (std::int64_t offset = 0; offset < 20; ++offset) {
            const auto slice =
                log_->read(Offset{offset}, {.max_bytes = 3 * batch + 5, .end = Offset{20}});
            ASSERT_TRUE(slice) << slice.error().message;
            EXPECT_EQ(slice->position, static_cast<std::uint64_t>(offset) * batch) << at;
            EXPECT_EQ(slice->size, std::min<std::int64_t>(3, 20 - offset) * batch) << at;
        }
    }
}

// Kafka up to 3.9 writes one entry for all that a follower appends at once.
TEST_F(LogOpenTest, TrustsAnIndexEntryOfSeveralBatches) {
    const auto index = folder / "00000000000000000000.index";
    open({.index_interval_bytes = 400});
    append_many(20, {.value_size = 100});
    ASSERT_TRUE(log_->close());
    const auto batch =
        read_size(Offset{0}, {.max_bytes = 1, .at_least_one_batch = true, .end = Offset{20}});
    auto entries = disk_.read_text(index).value_or("");
    ASSERT_FALSE(entries.empty());
    auto* const position = reinterpret_cast<std::byte*>(entries.data() + entries.size() - 4);
    store_big_endian(position, load_big_endian<std::uint32_t>(position) - batch);
    ASSERT_TRUE(disk_.replace_text(index, entries));
    open({.index_interval_bytes = 400});
    EXPECT_EQ(log_->log_end(), Offset{20});
    EXPECT_EQ(log_->read(Offset{19}, {.max_bytes = batch, .end = Offset{20}})->position,
              19U * batch);
    ASSERT_TRUE(log_->close());
    EXPECT_EQ(disk_.read_text(index).value_or(""), entries) << "it was rebuilt";
}

// Kafka, started on what a killed broker left, called it an error that a segment with records
// before the recovery point had no index file.
TEST_F(LogOpenTest, NoSegmentHasRecordsBeforeTheRecoveryPointAndNoIndexFiles) {
    const auto flush = [this] {
        const auto plan = log_->begin_flush();
        ASSERT_TRUE(plan && plan->sync());
        log_->flushed(*plan, clock_.both());
    };
    open({.segment_bytes = 1000});
    append_many(20, {.value_size = 100});
    ASSERT_GT(log_->segment_count(), 2U);
    flush();
    const auto recovery_point = log_->recovery_point();
    append_many(1, {.value_size = 900});  // begins a segment, which no flush knows of
    log_.reset();
    std::size_t segments = 0;
    for (const auto& entry : *disk_.list(folder)) {
        const auto base = offset_of_file(entry.name, log_suffix);
        if (base && *base < recovery_point) {
            ++segments;
            EXPECT_TRUE(disk_.exists(folder / file_name(*base, offset_index_suffix))) << entry.name;
            EXPECT_TRUE(disk_.exists(folder / file_name(*base, time_index_suffix))) << entry.name;
        }
    }
    EXPECT_GT(segments, 2U);
    open({.segment_bytes = 1000}, false, recovery_point);
    EXPECT_EQ(log_->log_end(), Offset{21});
}

// A segment that was begun and closed without a record has a name that no flush was told of: what
// was flushed into it after the next open was gone with the power.
TEST_F(LogOpenTest, MakesDurableWhatTheProcessBeforeLeftUnsynced) {
    const auto flush = [this] {
        const auto plan = log_->begin_flush();
        ASSERT_TRUE(plan && plan->sync());
        log_->flushed(*plan, clock_.both());
    };
    open({.segment_ms = 1});
    append_many(1, {});
    flush();
    ASSERT_TRUE(disk_.sync_directory("/"));
    ASSERT_TRUE(log_->close());
    open({.segment_ms = 1});
    clock_.advance(1s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    ASSERT_EQ(log_->segment_count(), 2U);
    ASSERT_TRUE(log_->close());
    open({});
    append_many(1, {});
    flush();
    disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
    open({}, false, Offset{2});
    EXPECT_EQ(log_->log_end(), Offset{2});
}

// The file gets its name before it is synced: a crash may leave an empty one under it, which was
// believed, and the epochs of records that had been synced were gone.
TEST_F(LogOpenTest, LearnsTheEpochsWhereACrashLeftAnEmptyTable) {
    for (const bool clean : {false, true}) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open({.segment_bytes = 800});
        append_many(12, {.value_size = 100});
        ASSERT_TRUE(log_->close());
        ASSERT_TRUE(disk_.replace_text(folder / "leader-epoch-checkpoint", ""));
        open({.segment_bytes = 800}, clean, Offset{12});
        EXPECT_EQ(log_->epochs().of(Offset{0}), clean ? no_epoch : LeaderEpoch{3})
            << "Kafka leaves empty ones of old formats";
    }
}

// What a recovery learned of epochs was written with the next record: a flush without one moved the
// recovery point, and the next recovery believed the old table.
TEST_F(LogOpenTest, AFlushTakesTheEpochsAlongThatRecoveryLearned) {
    open({});
    append_many(3, {});
    ASSERT_TRUE(log_->close());
    ASSERT_TRUE(disk_.replace_text(folder / "leader-epoch-checkpoint", "0\n1\n2 0\n"));
    open({}, false);
    ASSERT_EQ(log_->epochs().latest(), LeaderEpoch{3});
    const auto plan = log_->begin_flush();
    ASSERT_TRUE(plan && plan->sync());
    log_->flushed(*plan, clock_.both());
    open({}, false, log_->recovery_point());
    EXPECT_EQ(log_->epochs().latest(), LeaderEpoch{3});
}

TEST_F(LogOpenTest, TakesAHoleForALossOnlyWhereNothingElseMadeIt) {
    const struct {
        const char* what;
        std::vector<std::size_t> taken;  // batches of the segment [4, 8) that are gone
        Offset recovery_point;
        Offset want_end;
    } rows[] = {
        {"its end did not reach the disk", {3}, Offset{0}, Offset{7}},
        {"it was synced: compaction made the hole", {3}, Offset{8}, Offset{12}},
        {"compaction left a gap too", {1, 3}, Offset{0}, Offset{12}},
        {"compaction left nothing at its beginning", {0, 3}, Offset{0}, Offset{12}},
    };
    const auto path = folder / "00000000000000000004.log";
    for (const auto& row : rows) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open({.segment_bytes = 800});
        append_many(12, {.value_size = 100});
        ASSERT_TRUE(log_->close());
        auto text = disk_.read_text(path).value_or("");
        const auto batch = text.size() / 4;
        ASSERT_EQ(batch * 4, read_size(Offset{4}, {.max_bytes = 800, .end = Offset{12}}));
        for (auto at = row.taken.rbegin(); at != row.taken.rend(); ++at) {
            text.erase(*at * batch, batch);
        }
        ASSERT_TRUE(disk_.replace_text(path, text));
        open({.segment_bytes = 800}, false, row.recovery_point);
        EXPECT_EQ(log_->log_end(), row.want_end) << row.what;
        EXPECT_EQ(disk_.exists(folder / "00000000000000000008.log.1-stray"),
                  row.want_end < Offset{12})
            << row.what;
        if (row.want_end == Offset{12}) {
            EXPECT_GT(read_size(Offset{7}, {.max_bytes = 800, .end = Offset{12}}), 0U) << row.what;
        }
    }
}

// They were removed, and where settings are not known nobody can tell a loss from a compaction.
TEST_F(LogOpenTest, WhatLiesBehindLostRecordsIsSetAsideEachTimeUnderANameOfItsOwn) {
    const auto last = folder / "00000000000000000008.log";
    std::vector<std::string> aside;
    for (int crash = 1; crash <= 3; ++crash) {
        open({.segment_bytes = 800});
        append_many(static_cast<int>(Offset{12} - log_->log_end()),
                    {.value_size = 100, .fill = static_cast<char>('a' + crash)});
        ASSERT_TRUE(log_->close());
        aside.push_back(disk_.read_text(last).value_or(""));
        ASSERT_GT(aside.back().size(), 0U);
        const auto torn =
            disk_.open(folder / "00000000000000000004.log", runtime::OpenMode::read_write);
        ASSERT_TRUE(torn && (*torn)->truncate(*(*torn)->size() - 1));
        open({.segment_bytes = 800}, false, Offset{4});
        EXPECT_EQ(log_->log_end(), Offset{7});
        EXPECT_EQ(log_->segment_count(), 2U);
        EXPECT_FALSE(disk_.exists(last));
        EXPECT_FALSE(disk_.exists(folder / "00000000000000000008.index"));
        for (std::size_t i = 0; i < aside.size(); ++i) {
            const auto name = fmt::format("{}.{}-stray", last.string(), i + 1);
            EXPECT_EQ(disk_.read_text(name).value_or("not there"), aside[i]) << name;
        }
    }
    log_.reset();
    ASSERT_TRUE(disk_.sync_directory("/data") && disk_.sync_directory("/"));
    disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
    EXPECT_TRUE(disk_.exists(last.string() + ".3-stray")) << "its name is on the medium";
}

TEST_F(LogOpenTest, AnEmptySegmentBehindLostRecordsIsRemoved) {
    open({.segment_bytes = 800, .segment_ms = 1});
    append_many(2, {.value_size = 100});
    clock_.advance(1h);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    log_.reset();
    const auto torn =
        disk_.open(folder / "00000000000000000000.log", runtime::OpenMode::read_write);
    ASSERT_TRUE(torn && (*torn)->truncate(*(*torn)->size() - 1));
    open({}, false);
    EXPECT_EQ(log_->log_end(), Offset{1});
    for (const auto& entry : *disk_.list(folder)) {
        EXPECT_FALSE(entry.name.starts_with("00000000000000000002")) << entry.name;
    }
}

// The indexes of the segments that a crash left had no room: the partition was offline until a
// restart on a disk that had some.
TEST_F(LogOpenTest, AFullDiskDoesNotKeepARecoveredLogFromBeingRead) {
    const LogConfig config{.segment_bytes = 1000, .index_interval_bytes = 200};
    for (const bool damaged :
         {false, true}) {  // a segment whose records were synced, not its index
        SCOPED_TRACE(damaged);
        ASSERT_TRUE(disk_.remove_all(folder));
        open(config);
        append_many(40, {.value_size = 100});
        const auto synced = log_->begin_flush();
        ASSERT_TRUE(synced && synced->sync());
        log_.reset();
        for (const auto& entry : *disk_.list(folder)) {
            if (entry.name.ends_with("index")) {
                ASSERT_TRUE(disk_.remove(folder / entry.name));
            }
        }
        const Offset recovery_point{damaged ? 40 : 0};
        disk_.set_capacity(1);
        open(config, false, recovery_point);
        EXPECT_EQ(log_->log_end(), Offset{40});
        for (std::int64_t offset = 0; offset < 40; ++offset) {
            EXPECT_GT(read_size(Offset{offset},
                                {.max_bytes = 1, .at_least_one_batch = true, .end = Offset{40}}),
                      0U);
        }
        EXPECT_EQ(log_->recovery_point(), Offset{0});
        EXPECT_FALSE(log_->begin_flush()) << "there is no room for the indexes";
        disk_.set_capacity(runtime::SimulatedDisk::default_capacity);
        const auto plan = log_->begin_flush();
        ASSERT_TRUE(plan && plan->sync());
        log_->flushed(*plan, clock_.both());
        EXPECT_EQ(log_->recovery_point(), Offset{40});
        ASSERT_TRUE(disk_.sync_directory("/data") && disk_.sync_directory("/"));
        disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
        const auto index = disk_.read_text(folder / "00000000000000000000.index");
        ASSERT_TRUE(index) << index.error().message;
        EXPECT_GT(index->size(), 0U);
        std::atomic<std::uint64_t> scanned = 0;
        auto opened = Log::open({.disk = disk_,
                                 .folder = folder,
                                 .partition = {"t", PartitionId{0}},
                                 .config = config,
                                 .recovery_point = Offset{40},
                                 .clean = false,
                                 .now = clock_.both(),
                                 .log = {},
                                 .scanned = &scanned});
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ((*opened)->log_end(), Offset{40});
        EXPECT_EQ(scanned, 0U) << "their indexes are believed";
    }
}

// It counted from the first append after the start.
TEST_F(LogOpenTest, WhatACrashLeftIsFlushedInFlushMs) {
    open({.flush_ms = 1000});
    append_many(3, {});
    open({.flush_ms = 1000}, false);
    ASSERT_EQ(log_->unflushed(), 3);
    EXPECT_FALSE(log_->flush_due(clock_.both()));
    clock_.advance(2s);
    EXPECT_TRUE(log_->flush_due(clock_.both()));
}

// The next append, or the end of what a swap replaces, was a negative offset.
TEST_F(LogOpenTest, RefusesAFileWhoseOffsetIsNearTheLast) {
    for (const auto* name : {"9223372036854775807.log", "9223372036854775807.log.swap",
                             "9223372036854775806.snapshot", "9223371000000000000.log"}) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(disk_.remove_all(folder) && disk_.create_directories(folder));
        ASSERT_TRUE(disk_.open(folder / name, runtime::OpenMode::create_new));
        const auto opened = Log::open({.disk = disk_,
                                       .folder = folder,
                                       .partition = {"t", PartitionId{0}},
                                       .config = {},
                                       .now = clock_.both(),
                                       .log = {}});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::corrupt_message);
        EXPECT_NE(opened.error().message.find(name), std::string::npos) << opened.error().message;
        EXPECT_TRUE(disk_.exists(folder / name)) << "it is somebody's";
    }
}

TEST_F(LogOpenTest, BelievesNoRecoveryPointBehindItsEnd) {
    open({});
    append_many(1, {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = 0});
    ASSERT_TRUE(log_->close());
    const auto snapshot = folder / file_name(Offset{1}, snapshot_suffix);
    ASSERT_TRUE(disk_.exists(snapshot));
    open({}, false, Offset{std::numeric_limits<std::int64_t>::max()});
    EXPECT_EQ(log_->log_end(), Offset{1});
    EXPECT_EQ(log_->recovery_point(), Offset{1});
    EXPECT_TRUE(disk_.exists(snapshot)) << "that of its end";
}

}  // namespace
}  // namespace barnabas::log
