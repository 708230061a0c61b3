// One compaction from a log to its new segments: what the model does not vary.
#include "log/compaction/compaction_run.h"

#include "unit/log/compaction/compaction_model.h"
#include "unit/log/one_log.h"
#include "wire/records/legacy_builder.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::log {
namespace {

using testing::KeyedRecord;
using testing::PlainBatch;

class CompactionRunTest : public testing::OneLogTest {
protected:
    void open(LogConfig config = {}, bool clean = true) {
        config.cleanup_compact = true;
        reopen(OneLogTest::options(config, clean));
    }
    void append(std::vector<KeyedRecord> records, wire::Codec codec = wire::Codec::none) {
        auto bytes = testing::make_keyed({.records = std::move(records), .codec = codec});
        const auto sent = log_->append(bytes.mutable_view(), {.now = clock_.both()}, validator_);
        ASSERT_TRUE(sent) << sent.error().error.message;
        log_->set_high_watermark(log_->log_end());
    }
    void roll() {
        const auto config = log_->config();
        auto short_lived = config;
        short_lived.segment_ms = 1;
        log_->set_config(short_lived);
        later_ = later_ + 1000;
        ASSERT_TRUE(log_->roll_if_due({Time{}, later_}));
        log_->set_config(config);
    }
    std::unique_ptr<CompactionRun> begin(CompactionRun::Options options) {
        flush();
        const auto facts = log_->compaction_facts();
        auto source = log_->compaction_source(Offset{0}, facts->segments.back().base);
        EXPECT_TRUE(source && *source);
        return std::make_unique<CompactionRun>(std::move(**source), options);
    }
    CompactionRun::Options options() const {
        return {.map_bytes_max = 1 << 20,
                .buffer_bytes = 1000,
                .hasher = KeyHasher(1, 2),
                .now = clock_.both().wall};
    }
    /// Until it is done, or the first error.
    Result<CompactionStats> compact() { return finish(*begin(options())); }
    Result<CompactionStats> finish(CompactionRun& run) {
        while (run.stage() != CompactionRun::Stage::done) {
            TRY_ASSIGN(const auto stage, run.advance(700));
            if (stage == CompactionRun::Stage::group_ready) {
                auto group = run.take_group();
                TRY_ASSIGN(const bool taken, log_->swap_in(group));
                EXPECT_TRUE(taken);
            }
        }
        return run.stats();
    }
    std::vector<std::pair<std::int64_t, KeyedRecord>> records() {
        std::vector<std::pair<std::int64_t, KeyedRecord>> found;
        for (Offset from = log_->log_start(); from < log_->log_end();) {
            const auto slice = log_->read(
                from, {.max_bytes = 1 << 20, .at_least_one_batch = true, .end = log_->log_end()});
            EXPECT_TRUE(slice);
            if (!slice || slice->size == 0) {
                break;
            }
            std::vector<std::byte> bytes(slice->size);
            EXPECT_TRUE(slice->file->read_at(slice->position, bytes));
            wire::BatchCursor cursor(bytes);
            while (const auto batch = cursor.next().value_or(std::nullopt)) {
                for (const auto& record : testing::records_of(*batch)) {
                    found.emplace_back(record.offset.get(), record.record);
                }
                from = batch->next_offset();
            }
        }
        return found;
    }
    std::set<std::string> files() {
        std::set<std::string> names;
        const auto entries = disk_.list(folder);
        EXPECT_TRUE(entries);
        for (const auto& entry : *entries) {
            names.insert(entry.name);
        }
        return names;
    }

    Timestamp later_ = testing::KeyedSpec{}.timestamp + 1'000'000'000'000;  // for rolls
};

TEST_F(CompactionRunTest, MakesOneSegmentOfManySmallOnes) {
    open();
    for (int i = 0; i < 5; ++i) {
        append({{"a", std::to_string(i)}, {fmt::format("only {}", i), "x"}});
        roll();
    }
    ASSERT_EQ(log_->segment_count(), 6U);
    const auto stats = compact();
    ASSERT_TRUE(stats) << stats.error().message;
    EXPECT_EQ(log_->segment_count(), 2U);
    EXPECT_EQ(stats->read_records, 10U);
    EXPECT_EQ(stats->kept_records, 6U);
    EXPECT_EQ(stats->keys, 6U);
    EXPECT_EQ(log_->size_bytes(), stats->written_bytes);
    EXPECT_EQ(records().size(), 6U);
    EXPECT_EQ(log_->take_deleted().size(), 5U);
    EXPECT_EQ(log_->log_start(), Offset{0}) << "also where its first records are gone";
}

TEST_F(CompactionRunTest, DatesANewSegmentAsTheLastThatItReplaces) {
    open();
    for (int i = 0; i < 3; ++i) {
        append({{"a", std::to_string(i)}, {fmt::format("only {}", i), "x"}});
        clock_.advance(1h);
        roll();
    }
    clock_.advance(24h);
    const auto last = disk_.modified_at(folder / "00000000000000000004.log").value();
    ASSERT_NE(last, disk_.modified_at(folder / "00000000000000000000.log").value());
    ASSERT_TRUE(compact());
    ASSERT_EQ(log_->segment_count(), 2U);
    EXPECT_EQ(disk_.modified_at(folder / "00000000000000000000.log").value(), last);
}

TEST_F(CompactionRunTest, KeepsAnEmptySegmentWhereTheLogBegins) {
    open({.segment_bytes = 100});
    append({{"a", "old"}});
    append({{"a", "new"}});
    append({{"b", "x"}});
    ASSERT_EQ(log_->segment_count(), 3U);
    ASSERT_TRUE(compact());
    EXPECT_EQ(log_->log_start(), Offset{0});
    EXPECT_EQ(records(), (std::vector<std::pair<std::int64_t, KeyedRecord>>{{1, {"a", "new"}},
                                                                            {2, {"b", "x"}}}));
    EXPECT_EQ(log_->apply_retention(clock_.both()).value_or(9), 0U)
        << "an empty segment is not before the log's start";
    EXPECT_EQ(log_->log_start(), Offset{0});
    ASSERT_TRUE(log_->close());
    open();
    EXPECT_EQ(log_->log_start(), Offset{0});
    EXPECT_EQ(records().size(), 2U);
}

TEST_F(CompactionRunTest, RetentionGoesOverAnEmptySegment) {
    open({.segment_bytes = 100, .retention_bytes = 1});
    append({{"a", "old"}});
    append({{"a", "new"}});
    append({{"b", "x"}});
    ASSERT_TRUE(compact());
    EXPECT_EQ(log_->apply_retention(clock_.both()).value_or(0), 2U);
    EXPECT_EQ(log_->log_start(), Offset{2});
}

TEST_F(CompactionRunTest, BeginsAnotherSegmentWhereOneWouldGrowTooLarge) {
    // What was stored with zstd is written without a codec now.
    open({.segment_bytes = 1000, .compression = wire::Compression::of(wire::Codec::none)});
    auto packed = log_->config();
    packed.compression = wire::Compression::of(wire::Codec::zstd);
    log_->set_config(packed);
    for (int i = 0; i < 4; ++i) {
        append({{fmt::format("a {}", i), std::string(700, 'a')}, {"same", "x"}});
    }
    auto plain = packed;
    plain.compression = wire::Compression::of(wire::Codec::none);
    log_->set_config(plain);
    roll();
    ASSERT_EQ(log_->segment_count(), 2U);
    const auto stats = compact();
    ASSERT_TRUE(stats) << stats.error().message;
    EXPECT_EQ(log_->segment_count(), 4U) << "one of 700 bytes, another, and with the third the "
                                            "last one, which is copied as it was";
    EXPECT_EQ(records().size(), 5U);
    ASSERT_TRUE(log_->close());
    open(plain);
    EXPECT_EQ(records().size(), 5U);
    EXPECT_EQ(log_->segment_count(), 4U);
}

TEST_F(CompactionRunTest, TakesAsManyPassesAsTheKeysNeed) {
    open();
    for (int i = 0; i < 40; ++i) {
        append({{fmt::format("key {}", i % 20), std::to_string(i)}});
    }
    roll();
    flush();
    Offset dirty{0};
    int passes = 0;
    while (dirty < Offset{40}) {
        auto source = log_->compaction_source(dirty, Offset{40});
        ASSERT_TRUE(source && *source);
        auto small = options();
        small.map_bytes_max = 24 * 7;  // 6 keys
        CompactionRun run(std::move(**source), small);
        ASSERT_TRUE(finish(run));
        EXPECT_LE(run.stats().keys, 6U);
        EXPECT_EQ(run.stats().map_full, run.end() < Offset{40});
        ASSERT_GT(run.end(), dirty) << "each pass gets on";
        dirty = run.end();
        ++passes;
    }
    EXPECT_GT(passes, 3);
    const auto left = records();
    ASSERT_EQ(left.size(), 20U);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(left[static_cast<std::size_t>(i)].second.value, std::to_string(20 + i));
    }
}

/// Keys are looked up several at a time: more than that in a batch, and a map that is full within
/// it.
TEST_F(CompactionRunTest, IsFullInTheMiddleOfALargeBatch) {
    open();
    constexpr int keys = 150;
    for (int i = 0; i < 600;) {
        std::vector<KeyedRecord> batch;
        for (const int end = i + 100; i < end; ++i) {
            batch.push_back({fmt::format("key {}", i % keys), std::to_string(i)});
        }
        append(std::move(batch), i % 200 == 0 ? wire::Codec::none : wire::Codec::lz4);
    }
    roll();
    flush();
    for (Offset dirty{0}; dirty < Offset{600};) {
        auto source = log_->compaction_source(dirty, Offset{600});
        ASSERT_TRUE(source && *source);
        auto small = options();
        small.map_bytes_max = 24 * 61;  // 54 keys
        CompactionRun run(std::move(**source), small);
        ASSERT_TRUE(finish(run));
        ASSERT_GT(run.end(), dirty) << "each pass gets on";
        EXPECT_TRUE(run.stats().keys == 54 || run.end() == Offset{600}) << run.stats().keys;
        dirty = run.end();
    }
    const auto left = records();
    ASSERT_EQ(left.size(), static_cast<std::size_t>(keys));
    for (int i = 0; i < keys; ++i) {
        const auto& [offset, record] = left[static_cast<std::size_t>(i)];
        EXPECT_EQ(offset, 450 + i);
        EXPECT_EQ(record.value, std::to_string(450 + i));
    }
}

TEST_F(CompactionRunTest, ReadsSegmentsOfOldFormats) {
    ASSERT_TRUE(disk_.create_directories(folder));
    ByteBuffer old;
    for (const std::int8_t magic : {std::int8_t{0}, std::int8_t{1}}) {
        for (const auto codec : {wire::Codec::none, wire::Codec::gzip}) {
            const Offset base{magic * 6 + (codec == wire::Codec::none ? 0 : 3)};
            wire::LegacySetBuilder builder(
                old,
                {.magic = magic, .compression = wire::Compression::of(codec), .base_offset = base});
            for (int i = 0; i < 3; ++i) {
                builder.append(base + i, Timestamp{5}, as_bytes(fmt::format("key {}", i)),
                               as_bytes(std::to_string(base.get())));
            }
            ASSERT_TRUE(builder.finish());
        }
    }
    auto file = disk_.open(folder / "00000000000000000000.log", runtime::OpenMode::create_new);
    ASSERT_TRUE(file && (*file)->write_at(0, old.view()));
    open({}, false);
    ASSERT_EQ(log_->log_end(), Offset{12});
    roll();
    const auto stats = compact();
    ASSERT_TRUE(stats) << stats.error().message;
    EXPECT_EQ(stats->read_records, 12U);
    EXPECT_EQ(records(), (std::vector<std::pair<std::int64_t, KeyedRecord>>{
                             {9, {"key 0", "9"}}, {10, {"key 1", "9"}}, {11, {"key 2", "9"}}}));
}

TEST_F(CompactionRunTest, IsVoidWhereTheLogHasChanged) {
    enum class Change { cut, retention, nothing };
    for (const auto change : {Change::cut, Change::retention, Change::nothing}) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open({.cleanup_delete = true});
        append({{"a", "1"}});
        roll();
        append({{"a", "2"}});
        roll();
        append({{"a", "3"}});
        append({{"a", "4"}});
        const auto run = begin(options());
        while (run->stage() != CompactionRun::Stage::group_ready) {
            ASSERT_TRUE(run->advance(1000));
        }
        if (change == Change::cut) {
            ASSERT_TRUE(log_->truncate_to(Offset{3}));
            EXPECT_EQ(log_->compaction_facts()->cut_to, Offset{3});
            EXPECT_EQ(log_->compaction_facts()->cut_to, std::nullopt) << "said once";
        } else if (change == Change::retention) {
            ASSERT_TRUE(log_->delete_records_before(Offset{1}));
            ASSERT_EQ(log_->apply_retention(clock_.both()).value_or(0), 1U);
        }
        auto group = run->take_group();
        const auto taken = log_->swap_in(group);
        ASSERT_TRUE(taken) << taken.error().message;
        EXPECT_EQ(*taken, change == Change::nothing);
        ASSERT_TRUE(discard_files(group));
        for (const auto& name : files()) {
            EXPECT_FALSE(name.ends_with(".cleaned") || name.ends_with(".swap")) << name;
        }
        EXPECT_EQ(records().size(), 3U);
    }
}

TEST_F(CompactionRunTest, SlicesOfWhatWasReplacedCanBeReadOn) {
    open();
    append({{"a", "1"}});
    roll();
    append({{"a", "2"}});
    roll();
    const auto slice = log_->read(Offset{0}, {.max_bytes = 1 << 20, .end = Offset{2}});
    ASSERT_TRUE(slice);
    ASSERT_TRUE(compact());
    for (auto& segment : log_->take_deleted()) {
        ASSERT_TRUE(segment->remove());
    }
    std::vector<std::byte> bytes(slice->size);
    ASSERT_EQ(slice->file->read_at(slice->position, bytes).value_or(0), bytes.size());
    EXPECT_TRUE(wire::BatchView(bytes).ensure_valid());
}

TEST_F(CompactionRunTest, LeavesTheLogAsItWasWhereTheDiskFails) {
    // Whatever operation fails, and once more where the power goes with it.
    bool whole = false;
    for (std::uint64_t step = 0; !whole; ++step) {
        ASSERT_LT(step, 200U);
        ASSERT_TRUE(disk_.remove_all(folder));
        open();
        for (int i = 0; i < 3; ++i) {
            append({{"a", std::to_string(i)}, {fmt::format("only {}", i), "x"}});
            roll();
        }
        const auto run = begin(options());
        disk_.fail_at(disk_.operations() + step);
        CleanedGroup group;
        Result<bool> done = false;
        while (run->stage() != CompactionRun::Stage::done) {
            const auto stage = run->advance(1000);
            if (!stage) {
                done = std::unexpected(stage.error());
                break;
            }
            if (*stage == CompactionRun::Stage::group_ready) {
                group = run->take_group();
                done = log_->swap_in(group);
                break;
            }
        }
        whole = done.has_value();
        disk_.fail_at(std::numeric_limits<std::uint64_t>::max());
        const auto got = records();
        ASSERT_TRUE(got.size() == 6 || got.size() == 4) << step;
        EXPECT_EQ(got.back().second, (KeyedRecord{"only 2", "x"})) << step;
        ASSERT_TRUE(discard_files(group)) << step;
        ASSERT_TRUE(run->discard()) << step;
        ASSERT_TRUE(log_->close()) << step;
        open();
        EXPECT_EQ(records(), got) << "the same after the next open, of step " << step;
        for (const auto& name : files()) {
            EXPECT_FALSE(name.ends_with(".cleaned") || name.ends_with(".swap")) << name;
        }
    }
}

// The names of one compaction were not all given when the next one began: it renamed its files onto
// those, put them away as replaced, and what stayed of the log was removed with them.
TEST_F(CompactionRunTest, FinishesWhatAnErrorLeftOfTheOneBefore) {
    enum class Next { compaction, cut, close };
    int interrupted = 0;
    for (const auto next : {Next::compaction, Next::cut, Next::close}) {
        bool whole = false;
        for (std::uint64_t step = 0; !whole; ++step) {
            SCOPED_TRACE(fmt::format("step {}, then {}", step, static_cast<int>(next)));
            ASSERT_LT(step, 200U);
            ASSERT_TRUE(disk_.remove_all(folder));
            open();
            for (int i = 0; i < 3; ++i) {
                append({{"a", std::to_string(i)}, {fmt::format("only {}", i), "x"}});
                roll();
            }
            const auto run = begin(options());
            while (run->stage() != CompactionRun::Stage::group_ready) {
                ASSERT_TRUE(run->advance(1000));
            }
            auto group = run->take_group();
            disk_.fail_at(disk_.operations() + step, runtime::DiskTrouble::other);
            whole = log_->swap_in(group).has_value();
            disk_.fail_at(std::numeric_limits<std::uint64_t>::max());
            interrupted += !whole && group.fresh.empty() ? 1 : 0;
            ASSERT_TRUE(discard_files(group) && run->discard());
            if (next == Next::compaction) {
                append({{"only 0", "y"}});
                roll();
                const auto again = compact();
                ASSERT_TRUE(again) << again.error().message;
            } else if (next == Next::cut) {
                ASSERT_TRUE(log_->truncate_to(Offset{4}));
            }
            for (auto& segment : log_->take_deleted()) {
                ASSERT_TRUE(segment->remove());
            }
            const auto kept = records();
            EXPECT_FALSE(kept.empty());
            ASSERT_TRUE(log_->close());
            for (const auto& name : files()) {  // a name of its own for each, also for Kafka
                EXPECT_FALSE(name.ends_with(".swap")) << name;
            }
            open();
            EXPECT_EQ(records(), kept) << "the same after the next open";
            const auto stay = [&kept](const std::string& key) {
                return std::ranges::any_of(
                    kept, [&key](const auto& record) { return record.second.key == key; });
            };
            EXPECT_TRUE(stay("only 0") && stay("only 1"));
            EXPECT_EQ(stay("only 2"), next != Next::cut);
            for (const auto& name : files()) {
                EXPECT_FALSE(name.ends_with(".cleaned") || name.ends_with(".swap")) << name;
            }
        }
    }
    EXPECT_GT(interrupted, 6);
}

TEST_F(CompactionRunTest, WantsRoomBeforeItBegins) {
    open();
    append({{"a", std::string(5000, 'x')}});
    roll();
    const auto space = disk_.space(folder);
    ASSERT_TRUE(space);
    auto wanted = options();
    wanted.keep_free = space->free - 1000;
    const auto run = begin(wanted);
    const auto done = finish(*run);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kafka_storage_error);
    EXPECT_NE(done.error().message.find("log.dir.min.free.bytes"), std::string::npos)
        << done.error().message;
    ASSERT_TRUE(run->discard());
}

TEST_F(CompactionRunTest, SaysWhichRecordsItCannotRead) {
    open();
    append({{"a", "1"}});
    append({{"a", "2"}});
    roll();
    flush();
    auto file = disk_.open(folder / "00000000000000000000.log", runtime::OpenMode::read_write);
    ASSERT_TRUE(file && (*file)->write_at(90, as_bytes("?")));
    const auto done = compact();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::corrupt_message);
    EXPECT_EQ(records().size(), 2U) << "and leaves them alone";
}

TEST_F(CompactionRunTest, FindsTheNewestTimestampThatIsLeft) {
    open();
    auto newest = testing::make_keyed({.records = {{"a", "1"}},
                                       .timestamp = Timestamp{1'767'225'700'000},
                                       .producer = ProducerId{1},
                                       .epoch = ProducerEpoch{0},
                                       .sequence = 0});
    ASSERT_TRUE(log_->append(newest.mutable_view(), {.now = clock_.both()}, validator_));
    append({{"a", "2"}});
    roll();
    log_->set_high_watermark(log_->log_end());
    ASSERT_TRUE(compact());  // of the first batch the header stays, for its producer
    const auto found = log_->find_max_timestamp();
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->offset, Offset{1});
}

}  // namespace
}  // namespace barnabas::log
