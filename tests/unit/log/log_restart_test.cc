// What a log reads when it opens, and what it asks for when it must not wait for the disk.
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

const runtime::Path first_segment = "/data/t-0/00000000000000000000.log";

class LogRestartTest : public testing::OneLogTest {
protected:
    void open(bool clean, Offset recovery_point, LogConfig config = {.index_interval_bytes = 200}) {
        scanned_ = 0;
        auto how = options(config, clean);
        how.recovery_point = recovery_point;
        how.scanned = &scanned_;
        reopen(std::move(how));
    }
    /// Each a second younger than the one before.
    void append(int batches, BatchSpec spec = {.value_size = 100}) {
        for (int i = 0; i < batches; ++i) {
            spec.timestamp = BatchSpec{}.timestamp + 1000 * ++appended_;
            const auto sent = send(testing::make_batch(spec));
            ASSERT_TRUE(sent) << sent.error().error.message;
        }
    }
    /// Kills the process: the disk keeps everything, index entries in memory are gone.
    void kill(Offset recovery_point) { open(false, recovery_point); }
    [[nodiscard]] std::uint64_t segment_bytes_read() {
        std::uint64_t sum = 0;
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            sum += entry.name.ends_with(".log") ? disk_.bytes_read(folder / entry.name) : 0;
        }
        return sum;
    }
    std::string everything() {
        std::string text;
        for (Offset at{0}; at < log_->log_end();) {
            const auto slice = log_->read(at, {.max_bytes = 1 << 20, .end = log_->log_end()});
            EXPECT_TRUE(slice && slice->size > 0) << at.get();
            if (!slice || slice->size == 0) {
                break;
            }
            std::string part(slice->size, '\0');
            EXPECT_TRUE(
                slice->file->read_at(slice->position, std::as_writable_bytes(std::span(part))));
            text += part;
            wire::BatchCursor cursor(std::as_writable_bytes(std::span(part)));
            while (auto batch = *cursor.next()) {
                at = batch->last_offset() + 1;
            }
        }
        return text;
    }

    std::atomic<std::uint64_t> scanned_ = 0;
    int appended_ = 0;
};

TEST_F(LogRestartTest, ReadsNoByteOfASegmentAfterAnOrderlyStop) {
    const LogConfig rows[] = {{.index_interval_bytes = 200},
                              {.segment_bytes = 800, .index_interval_bytes = 200},
                              {.index_interval_bytes = 1 << 20}};
    for (const auto& config : rows) {
        SCOPED_TRACE(fmt::format("segments of {}", config.segment_bytes));
        ASSERT_TRUE(disk_.remove_all(folder));
        open(true, Offset{0}, config);
        append(30, {.records = 2, .value_size = 100});
        const auto before = everything();
        ASSERT_TRUE(log_->close());
        const auto end = log_->log_end();
        ASSERT_EQ(log_->recovery_point(), end);
        const auto read = segment_bytes_read();
        open(true, end, config);
        EXPECT_EQ(segment_bytes_read(), read);
        EXPECT_EQ(scanned_, 0U);
        EXPECT_EQ(log_->log_end(), end);
        EXPECT_EQ(everything(), before);
        EXPECT_TRUE(*log_->find_max_timestamp()) << "the time index tells the largest timestamp";
        append(3);
        EXPECT_EQ(log_->log_end(), end + 3);
        EXPECT_EQ(everything().substr(0, before.size()), before);
    }
}

TEST_F(LogRestartTest, LooksAtTheEndWhereTheCheckpointAndTheSnapshotDisagree) {
    open(true, Offset{0});
    append(10);
    ASSERT_TRUE(log_->close());
    for (const auto recovery_point : {Offset{0}, Offset{4}, Offset{11}}) {
        open(true, recovery_point);
        EXPECT_EQ(log_->log_end(), Offset{10}) << recovery_point.get();
    }
}

TEST_F(LogRestartTest, AppendsNothingBehindAnEndThatWasChangedSinceTheOrderlyStop) {
    open(true, Offset{0});
    append(10);
    ASSERT_TRUE(log_->close());
    auto text = disk_.read_text(first_segment).value_or("");
    ASSERT_TRUE(disk_.replace_text(first_segment, text.substr(0, text.size() - 5)));
    for (const std::uint32_t segment_bytes : {1U << 30, 300U}) {  // with the second one it rolls
        open(true, Offset{10}, {.segment_bytes = segment_bytes, .index_interval_bytes = 200});
        auto bytes = testing::make_batch();
        const auto sent = log_->append(bytes.mutable_view(), {.now = clock_.both()}, validator_);
        ASSERT_FALSE(sent);
        EXPECT_EQ(sent.error().error.code, ErrorCode::kafka_storage_error);
        EXPECT_NE(sent.error().error.message.find("orderly stop"), std::string::npos)
            << sent.error().error.message;
    }
    EXPECT_EQ(log_->log_end(), Offset{10});
    kill(Offset{9});
    EXPECT_EQ(log_->log_end(), Offset{9}) << "without the mark of a clean stop it is checked";
}

TEST_F(LogRestartTest, ChecksOnlyWhatLiesBehindTheRecoveryPoint) {
    const BatchSpec spec{.value_size = 8000};
    const auto batch = testing::make_batch(spec).size();
    for (const int unflushed : {0, 1, 7}) {
        SCOPED_TRACE(unflushed);
        ASSERT_TRUE(disk_.remove_all(folder));
        open(true, Offset{0});
        append(200, spec);
        ASSERT_TRUE(log_->close());  // the index's entries are in the file
        open(true, Offset{200});
        append(20, spec);
        flush();
        append(unflushed, spec);
        const auto before = everything();
        const auto read = segment_bytes_read();
        kill(Offset{220});
        EXPECT_EQ(scanned_, unflushed * batch);
        EXPECT_LT(segment_bytes_read() - read, (2 * (20 + unflushed) + 4) * batch)
            << "what is behind the index file's last entry, at most twice; nothing of the 200";
        EXPECT_EQ(log_->log_end(), Offset{220 + unflushed});
        EXPECT_EQ(everything(), before);
        append(1, spec);
        EXPECT_EQ(log_->log_end(), Offset{221 + unflushed});
    }
}

TEST_F(LogRestartTest, CutsATornTailBehindTheRecoveryPointAlone) {
    open(true, Offset{0});
    append(10);
    flush();
    append(5);
    auto text = disk_.read_text(first_segment).value_or("");
    ASSERT_TRUE(disk_.replace_text(first_segment, text.substr(0, text.size() - 5)));
    kill(Offset{10});
    EXPECT_EQ(log_->log_end(), Offset{14});
    append(1);
    EXPECT_EQ(log_->log_end(), Offset{15});
}

TEST_F(LogRestartTest, GoesOverEverythingWhereTheIndexIsNotToBeBelieved) {
    open(true, Offset{0});
    append(30);
    ASSERT_TRUE(log_->close());
    const auto index = folder / "00000000000000000000.index";
    const auto good = disk_.read_text(index).value_or("");
    ASSERT_GT(good.size(), 8U * 8);
    auto wrong = good;
    wrong[wrong.size() - 1] = static_cast<char>(wrong[wrong.size() - 1] + 1);  // a position
    const std::string rows[] = {
        "",    std::string(1 << 12, '\0'), good.substr(0, 13), good + std::string(4096, '\0'),
        wrong, good.substr(0, 40) + "xyz"};
    for (const auto& text : rows) {
        SCOPED_TRACE(text.size());
        ASSERT_TRUE(disk_.replace_text(index, text));
        kill(Offset{25});
        EXPECT_EQ(log_->log_end(), Offset{30});
        for (std::int64_t at = 0; at < 30; ++at) {
            const auto slice = log_->read(
                Offset{at}, {.max_bytes = 1, .at_least_one_batch = true, .end = Offset{30}});
            ASSERT_TRUE(slice) << slice.error().message;
            EXPECT_GT(slice->size, 0U);
        }
        append(1);
        ASSERT_TRUE(log_->truncate_to(Offset{30}));
        ASSERT_TRUE(log_->close());
    }
}

// Seed 666017455711 of the log's model: the offset index had reached the file, the time index only
// in part. A cut looked for the largest timestamp behind the last entry of offsets alone.
TEST_F(LogRestartTest, KnowsTheLargestTimestampAfterACutWhateverTheTimeIndexHasLost) {
    const auto index = folder / "00000000000000000000.timeindex";
    const auto at = [](int i) {  // the largest one so far is that of 8, and then that of 16
        return BatchSpec{}.timestamp + (i <= 8 ? i : i < 16 ? 8 - i : i);
    };
    for (std::size_t kept = 0; kept < 7; ++kept) {
        SCOPED_TRACE(kept);
        ASSERT_TRUE(disk_.remove_all(folder));
        open(true, Offset{0});
        for (int i = 0; i < 20; ++i) {
            auto bytes = testing::make_batch({.value_size = 100, .timestamp = at(i)});
            ASSERT_TRUE(log_->append(bytes.mutable_view(), {.now = clock_.both()}, validator_));
        }
        ASSERT_TRUE(log_->close());
        const auto entries = disk_.read_text(index).value_or("");
        ASSERT_GE(entries.size(), 7 * 12U);
        ASSERT_TRUE(disk_.replace_text(index, entries.substr(0, kept * 12)));
        kill(Offset{20});
        ASSERT_TRUE(log_->truncate_to(Offset{15}));
        const auto newest = log_->find_max_timestamp();
        ASSERT_TRUE(newest && *newest);
        EXPECT_EQ((*newest)->offset, Offset{8});
    }
}

// Seed 104: an index of zeros, as one that nothing was written to comes back with a crash, was
// taken for one entry and stayed as it was.
TEST_F(LogRestartTest, TakesZerosForNoEntry) {
    const LogConfig config{.segment_bytes = 800};
    const std::string_view suffixes[] = {".index", ".timeindex"};
    for (const auto suffix : suffixes) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open(true, Offset{0}, config);
        append(12);
        ASSERT_GT(log_->segment_count(), 1U);
        ASSERT_TRUE(log_->close());
        const auto path = folder / ("00000000000000000000" + std::string(suffix));
        const auto right = disk_.read_text(path);
        ASSERT_TRUE(disk_.replace_text(path, std::string(suffix == ".index" ? 8 : 12, '\0')));
        open(false, Offset{12}, config);
        EXPECT_EQ((*log_->find_by_timestamp(BatchSpec{}.timestamp))->offset, Offset{0});
        EXPECT_EQ(disk_.read_text(path).value_or(""), right.value_or("none"));
    }
}

// Its time index was rebuilt at each start.
TEST_F(LogRestartTest, BelievesATimeIndexThatTellsOfARecordOf1970) {
    const auto index = folder / "00000000000000000000.timeindex";
    open(true, Offset{0});
    auto bytes = testing::make_batch({.timestamp = Timestamp{0}});
    ASSERT_TRUE(log_->append(bytes.mutable_view(), {.now = clock_.both()}, validator_));
    ASSERT_TRUE(log_->close());
    ASSERT_EQ(disk_.read_text(index).value_or(""), std::string(12, '\0'));
    open(true, Offset{1});
    EXPECT_EQ(scanned_, 0U);
    const auto newest = log_->find_max_timestamp();
    ASSERT_TRUE(newest && *newest);
    EXPECT_EQ((*newest)->timestamp, Timestamp{0});
}

TEST_F(LogRestartTest, KnowsItsProducersWhereverTheCheckBegins) {
    open(true, Offset{0});
    for (std::int32_t i = 0; i < 10; ++i) {
        append(1, {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = i});
    }
    for (std::int64_t recovery_point = 0; recovery_point <= 10; ++recovery_point) {
        kill(Offset{recovery_point});
        auto again = testing::make_batch(
            {.producer = ProducerId{7}, .epoch = ProducerEpoch{0}, .sequence = 9});
        const auto sent = log_->append(again.mutable_view(), {.now = clock_.both()}, validator_);
        ASSERT_TRUE(sent) << sent.error().error.message;
        EXPECT_TRUE(sent->duplicate) << recovery_point;
        EXPECT_EQ(log_->log_end(), Offset{10});
    }
}

/// Brings in what a read asks for until it needs no more; how often it asked.
int read_without_waiting(runtime::SimulatedDisk& disk, Log& log, Offset from,
                         std::uint32_t max_bytes, runtime::FileSlice& got) {
    for (int asked = 0; asked < 20; ++asked) {
        auto result =
            log.try_read(from, {.max_bytes = max_bytes, .end = log.log_end(), .may_wait = false});
        EXPECT_TRUE(result) << (result ? "" : result.error().message);
        if (!result || !result->cold) {
            got = result ? result->records : runtime::FileSlice{};
            return asked;
        }
        EXPECT_EQ(result->records.size, 0U);
        disk.on_pool(true);
        EXPECT_TRUE(result->cold->bring_in());
        disk.on_pool(false);
    }
    ADD_FAILURE() << "it never has enough";
    return 20;
}

TEST_F(LogRestartTest, AReadThatMustNotWaitAsksForWhatIsColdAndThenReadsTheSame) {
    const LogConfig config{.segment_bytes = 20'000, .index_interval_bytes = 500};
    open(true, Offset{0}, config);
    append(400, {.value_size = 300});
    ASSERT_GT(log_->segment_count(), 3U);
    for (std::int64_t from = 0; from < 400; from += 37) {
        SCOPED_TRACE(from);
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            disk_.make_cold(folder / entry.name);
        }
        const auto waited = disk_.cold_reads_elsewhere();
        runtime::FileSlice got;
        const auto asked = read_without_waiting(disk_, *log_, Offset{from}, 3000, got);
        EXPECT_GT(asked, 0);
        const auto again = log_->try_read(
            Offset{from}, {.max_bytes = 3000, .end = log_->log_end(), .may_wait = false});
        ASSERT_TRUE(again);
        EXPECT_FALSE(again->cold) << "what is warm needs no question";
        EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "somebody waited for the disk";
        const auto want = log_->read(Offset{from}, {.max_bytes = 3000, .end = log_->log_end()});
        ASSERT_TRUE(want);
        EXPECT_EQ(got.position, want->position);
        EXPECT_EQ(got.size, want->size);
        EXPECT_GT(got.size, 0U);
    }
}

TEST_F(LogRestartTest, FilesThatNobodyUsesAreClosedAndOpenedAgain) {
    const LogConfig config{.segment_bytes = 2000, .index_interval_bytes = 200};
    open(true, Offset{0}, config);
    append(60);
    const auto before = everything();
    const auto slice = log_->read(Offset{0}, {.max_bytes = 1 << 20, .end = Offset{60}});
    ASSERT_TRUE(slice);
    log_->close_idle_files();
    log_->close_idle_files();
    EXPECT_EQ(log_->read(Offset{0}, {.max_bytes = 1 << 20, .end = Offset{60}})->file, slice->file)
        << "a slice's file is still the same";
    EXPECT_EQ(everything(), before);
    append(1);
    EXPECT_EQ(log_->log_end(), Offset{61});
    EXPECT_EQ(everything().substr(0, before.size()), before);
}

// The shard read the tail and the indexes of every log that was written to after a start.
TEST_F(LogRestartTest, AnAppendThatMustNotWaitAsksForWhatIsColdAndThenReadsNothing) {
    struct Row {
        LogConfig config;
        bool clean;
        const char* what;
    };
    const Row rows[] = {
        {{.index_interval_bytes = 500}, true, "in the segment that is there"},
        {{.segment_bytes = 16'000, .index_interval_bytes = 500}, true, "it rolls at once"},
        {{.index_interval_bytes = 1 << 20}, true, "no index tells where to look"},
        {{.index_interval_bytes = 500}, false, "after a crash"},
        {{.segment_ms = 1, .index_interval_bytes = 500}, true, "the first batch says to roll"},
    };
    for (const auto& [config, clean, what] : rows) {
        SCOPED_TRACE(what);
        ASSERT_TRUE(disk_.remove_all(folder));
        appended_ = 0;
        open(true, Offset{0}, config);
        append(config.segment_ms == 1 ? 1 : 40, {.value_size = 300});
        if (clean) {
            ASSERT_TRUE(log_->close());
        }
        const auto end = log_->log_end();
        open(clean, end, config);
        EXPECT_TRUE(log_->append_may_wait());
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            disk_.make_cold(folder / entry.name);
        }
        const auto waited = disk_.cold_reads_elsewhere();
        const auto on_pool = disk_.cold_reads_on_pool();
        int asked = 0;
        for (auto part = log_->append_reads(); part; part = log_->append_reads()) {
            ASSERT_LT(++asked, 9) << part->path;
            disk_.on_pool(true);
            ASSERT_TRUE(part->bring_in());
            disk_.on_pool(false);
        }
        EXPECT_GT(disk_.cold_reads_on_pool(), on_pool);
        append(1, {.value_size = 300});
        EXPECT_EQ(log_->log_end(), end + 1);
        EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "the append waited for the disk";
        EXPECT_FALSE(log_->append_may_wait()) << "from now on it costs nothing";
        EXPECT_FALSE(log_->append_reads());
    }
}

TEST_F(LogRestartTest, AnAppendToALogThatNobodyUsedMayWaitForItsLastPage) {
    open(true, Offset{0});
    append(10);
    EXPECT_FALSE(log_->append_may_wait());
    log_->close_idle_files();
    EXPECT_FALSE(log_->append_may_wait()) << "it was used";
    log_->close_idle_files();
    EXPECT_TRUE(log_->append_may_wait());
    disk_.make_cold(first_segment);
    const auto file = log_->append_reads();
    ASSERT_TRUE(file) << "it has to be opened";
    EXPECT_TRUE(file->path == first_segment && file->size == 1) << file->size;
    const auto waited = disk_.cold_reads_elsewhere();
    append(1);
    EXPECT_EQ(disk_.cold_reads_elsewhere(), waited + 1) << "nobody has brought it in";
}

TEST_F(LogRestartTest, UpkeepThatMustNotWaitKnowsWhetherItWillRoll) {
    struct Row {
        LogConfig config;
        bool rolls;
        bool gives_up;
        const char* what;
    };
    const Row rows[] = {
        {{}, false, false, "nothing is due"},
        {{.segment_ms = 600'000}, true, false, "segment.ms"},
        {{.retention_ms = 1000}, false, true, "retention of the only segment"},
        {{.retention_bytes = 0}, false, true, "retention of all bytes"},
    };
    for (const auto& [config, rolls, gives_up, what] : rows) {
        SCOPED_TRACE(what);
        ASSERT_TRUE(disk_.remove_all(folder));
        appended_ = 0;
        open(true, Offset{0}, config);
        append(10, {.value_size = 300});
        ASSERT_TRUE(log_->close());
        open(true, Offset{10}, config);
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            disk_.make_cold(folder / entry.name);
        }
        Now later;
        later.wall = BatchSpec{}.timestamp + 3'600'000;
        const auto waited = disk_.cold_reads_elsewhere();
        EXPECT_EQ(*log_->wants_upkeep(later, false), rolls);
        EXPECT_EQ(*log_->wants_upkeep(later, true), rolls || gives_up);
        disk_.on_pool(true);
        for (auto part = log_->append_reads(); part; part = log_->append_reads()) {
            ASSERT_TRUE(part->bring_in());
        }
        disk_.on_pool(false);
        ASSERT_TRUE(log_->roll_if_due(later));
        ASSERT_TRUE(log_->apply_retention(later));
        EXPECT_EQ(log_->log_start(), Offset{gives_up ? 10 : 0});
        EXPECT_EQ(log_->segment_count(), rolls ? 2U : 1U);
        EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "upkeep waited for the disk";
    }
}

TEST_F(LogRestartTest, CompactionAsksBeforeItsLooksWouldWait) {
    const LogConfig config{
        .segment_bytes = 1000, .index_interval_bytes = 200, .max_compaction_lag_ms = 60'000};
    open(true, Offset{0}, config);
    constexpr ProducerId producer{7};
    constexpr ProducerEpoch epoch{0};
    append(1, {.producer = producer, .epoch = epoch, .sequence = 0, .transactional = true});
    ASSERT_TRUE(
        send(testing::make_marker(producer, epoch, false), wire::AppendOrigin::coordinator));
    append(20, {.value_size = 300});
    ASSERT_TRUE(log_->close());
    const auto end = log_->log_end();
    open(true, end, config);
    ASSERT_GT(log_->segment_count(), 4U);
    const auto entries = disk_.list(folder);
    for (const auto& entry : *entries) {
        disk_.make_cold(folder / entry.name);
    }
    const auto waited = disk_.cold_reads_elsewhere();
    const auto bring_in = [this](const std::vector<ColdPart>& parts) {
        disk_.on_pool(true);
        for (const auto& part : parts) {
            ASSERT_TRUE(part.bring_in()) << part.path;
        }
        disk_.on_pool(false);
    };

    const auto heads = log_->compaction_facts_reads();
    EXPECT_EQ(heads.size(), log_->segment_count());
    bring_in(heads);
    EXPECT_TRUE(log_->compaction_facts_reads().empty());
    const auto facts = log_->compaction_facts();
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->segments.at(1).first.get() % 1000, BatchSpec{}.timestamp.get() % 1000);
    EXPECT_GE(facts->segments.at(1).first, BatchSpec{}.timestamp);
    EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "the look at the log waited for the disk";

    const auto& limit = facts->segments.back().base;
    const auto indexes = log_->compaction_source_reads(limit);
    for (const auto& index : indexes) {
        EXPECT_EQ(index.path.extension(), ".txnindex");
    }
    bring_in(indexes);
    const auto source = log_->compaction_source(Offset{0}, limit);
    ASSERT_TRUE(source && *source);
    EXPECT_EQ((*source)->aborted.size(), 1U);
    EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "taking the source waited for the disk";
}

}  // namespace
}  // namespace barnabas::log
