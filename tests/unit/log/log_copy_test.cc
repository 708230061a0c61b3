// A log that is filled from another one.
#include "log/file_names.h"
#include "log/log.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

const TopicPartition partition{"t", PartitionId{0}};
constexpr Offset far_away{1'000'000};

class LogCopyTest : public ::testing::Test {
protected:
    LogCopyTest() : random_(1), disk_(clock_, random_) { source_ = open("/a/t-0", {}); }

    std::unique_ptr<Log> open(const runtime::Path& folder, Offset start, bool clean = true) {
        EXPECT_TRUE(disk_.create_directories(folder.parent_path()));
        auto log = Log::open({.disk = disk_,
                              .folder = folder,
                              .partition = partition,
                              .config = config_,
                              .log_start = start,
                              .clean = clean,
                              .now = clock_.both(),
                              .log = {}});
        EXPECT_TRUE(log) << log.error().message;
        return std::move(*log);
    }
    void append(ByteBuffer bytes, wire::AppendOrigin origin = wire::AppendOrigin::client) {
        const auto sent =
            source_->append(bytes.mutable_view(),
                            {.origin = origin, .epoch = epoch_, .now = clock_.both()}, validator_);
        ASSERT_TRUE(sent) << sent.error().error.message;
        source_->set_high_watermark(source_->log_end());
    }
    /// What a log has from an offset on, as far as one read goes.
    std::vector<std::byte> read(Log& log, Offset from, std::uint32_t max_bytes = 1 << 20) {
        const auto slice = log.read(
            from, {.max_bytes = max_bytes, .at_least_one_batch = true, .end = log.log_end()});
        EXPECT_TRUE(slice) << slice.error().message;
        std::vector<std::byte> bytes(slice->size);
        if (slice->size > 0) {
            EXPECT_EQ(slice->file->read_at(slice->position, bytes), bytes.size());
        }
        return bytes;
    }
    std::vector<std::byte> all(Log& log) {
        std::vector<std::byte> bytes;
        for (Offset at = log.log_start(); at < log.log_end();) {
            const auto part = read(log, at);
            bytes.insert(bytes.end(), part.begin(), part.end());
            ByteView rest(part);
            while (const auto batch = *wire::next_batch(rest)) {
                at = batch->last_offset() + 1;
                rest = rest.subspan(batch->size());
            }
        }
        return bytes;
    }
    void copy_all(Log& copy) {
        while (copy.log_end() < source_->log_end()) {
            const auto part = source_->read_for(copy, 700);
            ASSERT_TRUE(part) << part.error().message;
            if (part->size == 0) {
                return;
            }
            std::vector<std::byte> bytes(part->size);
            ASSERT_TRUE(part->file->read_at(part->position, bytes));
            const auto copied = copy.append_copy(bytes, clock_.both());
            ASSERT_TRUE(copied) << copied.error().message;
        }
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    wire::AppendValidator validator_;
    LogConfig config_{.segment_bytes = 2000};
    LeaderEpoch epoch_{3};
    std::int32_t next_sequence_ = 0;
    std::unique_ptr<Log> source_;
};

TEST_F(LogCopyTest, IsItsSourceByteByByteWithEverythingThatFollowsFromIt) {
    for (int i = 0; i < 60; ++i) {
        epoch_ = LeaderEpoch{3 + i / 20};
        append(testing::make_batch({.records = 1 + i % 3,
                                    .timestamp = Timestamp{1'767'225'600'000 + i},
                                    .producer = ProducerId{7},
                                    .epoch = ProducerEpoch{0},
                                    .sequence = next_sequence_}));
        next_sequence_ += 1 + i % 3;
    }
    append(testing::make_batch({.producer = ProducerId{8},
                                .epoch = ProducerEpoch{0},
                                .sequence = 0,
                                .transactional = true}));
    append(testing::make_marker(ProducerId{8}, ProducerEpoch{0}, false),
           wire::AppendOrigin::coordinator);
    auto copy = open("/b/t-0.x-future", Offset{0});
    copy_all(*copy);
    EXPECT_EQ(all(*copy), all(*source_));
    EXPECT_EQ(copy->epochs().entries(), source_->epochs().entries());
    EXPECT_GT(copy->segment_count(), 1U);
    EXPECT_EQ(copy->size_bytes(), source_->size_bytes());
    ASSERT_NE(copy->producers().find(ProducerId{7}), nullptr);
    EXPECT_EQ(copy->producers().find(ProducerId{7})->last()->last_offset,
              source_->producers().find(ProducerId{7})->last()->last_offset);
    EXPECT_EQ(copy->aborted_transactions(Offset{0}, far_away)->size(), 1U);

    ASSERT_TRUE(copy->succeed(*source_));
    ASSERT_TRUE(copy->move_to("/b/t-0"));
    EXPECT_EQ(copy->folder(), "/b/t-0");
    source_ = std::move(copy);  // it takes appends, rolls and is flushed as any other
    const Offset end = source_->log_end();
    for (int i = 0; i < 30; ++i) {
        append(testing::make_batch({.value_size = 100}));
    }
    const auto plan = source_->begin_flush();
    ASSERT_TRUE(plan && plan->sync());
    source_->flushed(*plan, clock_.both());
    EXPECT_EQ(source_->recovery_point(), end + 30);
    ASSERT_TRUE(disk_.sync_directory("/"));
    const auto before = all(*source_);
    source_.reset();
    disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
    source_ = open("/b/t-0", Offset{0}, false);
    EXPECT_EQ(all(*source_), before) << "the flush made the new name durable too";
}

TEST_F(LogCopyTest, TakesOverWhatBatchesDoNotTell) {
    for (int i = 0; i < 10; ++i) {
        append(testing::make_batch({.records = 5}));
    }
    ASSERT_TRUE(source_->delete_records_before(Offset{12}));
    // The copy begins with the batch that holds the log's start, and before it.
    auto copy = open("/b/t-0.x-future", Offset{10});
    copy_all(*copy);
    EXPECT_EQ(copy->size_bytes(), all(*source_).size());
    const auto stale = source_->begin_flush();
    ASSERT_TRUE(copy->succeed(*source_));
    EXPECT_EQ(copy->log_start(), Offset{12});
    EXPECT_EQ(copy->high_watermark(), Offset{50});
    copy->flushed(*stale, clock_.both());
    EXPECT_EQ(copy->recovery_point(), Offset{0}) << "a plan of the log before is not its own";
    EXPECT_FALSE(copy->read(Offset{11}, {.max_bytes = 10, .end = far_away}));
}

// A producer that goes on in the copy wrote before it too. That was known at the copy's end alone:
// after a cut the producer was a stranger.
TEST_F(LogCopyTest, KnowsAfterACutWhatItsProducersWroteBeforeItBegins) {
    const struct {
        const char* what;
        std::int64_t start;    // of the copy
        std::int64_t deleted;  // before: while it is filled
        bool gives_up_segments;
    } rows[] = {{"everything is copied", 0, 0, false},
                {"it begins in the middle of a segment", 7, 7, false},
                {"records are deleted while it is filled", 4, 9, false},
                {"segments are given up while it is filled", 4, 14, true},
                {"segments had been given up", 14, 14, true}};
    for (const auto& row : rows) {
        for (std::int64_t cut = row.deleted; cut <= 24; ++cut) {
            SCOPED_TRACE(fmt::format("{}, cut at {}", row.what, cut));
            ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
            config_ = {.segment_bytes = 400, .retention_ms = -1};
            source_ = open("/a/t-0", Offset{0});
            for (std::int32_t i = 0; i < 24; ++i) {  // each third one is producer 7's, 8 comes once
                const ProducerId id{i == 1 ? 8 : 7};
                append(i % 3 == 0 || i == 1 ? testing::make_batch({.producer = id,
                                                                   .epoch = ProducerEpoch{0},
                                                                   .sequence = i == 1 ? 0 : i / 3})
                                            : testing::make_batch({}));
            }
            const auto forget = [&](Offset before) {
                ASSERT_TRUE(source_->delete_records_before(before));
                for (int i = 0; row.gives_up_segments && i < 2; ++i) {
                    const auto plan = source_->begin_flush();
                    ASSERT_TRUE(plan && plan->sync());
                    source_->flushed(*plan, clock_.both());
                    ASSERT_TRUE(source_->apply_retention(clock_.both()));
                }
            };
            forget(Offset{row.start});
            auto copy = open("/b/t-0.x-future", Offset{row.start});
            copy_all(*copy);
            forget(Offset{row.deleted});
            ASSERT_TRUE(copy->succeed(*source_));
            ASSERT_TRUE(copy->truncate_to(Offset{cut}));
            ASSERT_TRUE(copy->log_end() <= Offset{cut});
            const auto last = [&](std::int64_t id) {
                const auto* const known = copy->producers().find(ProducerId{id});
                return known == nullptr || known->last() == nullptr ? -1
                                                                    : known->last()->last_sequence;
            };
            EXPECT_EQ(last(7), (copy->log_end().get() + 2) / 3 - 1);
            EXPECT_EQ(last(8), copy->log_end() > Offset{1} ? 0 : -1);
        }
    }
}

// After a crash the log may have lost what was copied of it, and have others there since: the copy,
// longer for a while and then shorter, went on behind them and took its place.
TEST_F(LogCopyTest, IsTheBeginningOfALogThatHasItsLastBatch) {
    append(testing::make_batch({.records = 3}));
    auto copy = open("/b/t-0.x-future", Offset{0});
    EXPECT_TRUE(copy->is_beginning_of(*source_)) << "there is nothing in it";
    copy_all(*copy);
    EXPECT_TRUE(copy->is_beginning_of(*source_)) << "they are the same";
    append(testing::make_batch({.records = 3}));
    copy_all(*copy);
    append(testing::make_batch({.records = 3}));
    EXPECT_TRUE(copy->is_beginning_of(*source_)) << "the log went on";
    ASSERT_TRUE(source_->truncate_to(Offset{3}));
    EXPECT_FALSE(copy->is_beginning_of(*source_)) << "the log lost a batch";
    append(testing::make_batch({.records = 3, .fill = 'y'}));
    append(testing::make_batch({.records = 3}));
    EXPECT_FALSE(copy->is_beginning_of(*source_)) << "the log has another batch there";
}

// It was thrown away with all that both had.
TEST_F(LogCopyTest, GoesOnFromWhereItsSourceLostTheEndAndHasOthers) {
    const struct {
        const char* what;
        std::int64_t lost_from;  // of 20 batches of 2 records; epoch 3, from offset 16 on 4
        std::int64_t written;    // instead, in epoch 5
        std::int64_t kept;       // of the copy
    } rows[] = {{"the last batches", 34, 3, 34},
                {"more came than were lost", 30, 40, 30},
                {"the whole last epoch", 16, 4, 16},
                {"and the end of the one before, in an older segment", 8, 4, 8},
                {"the middle of a batch is no end", 33, 4, 32},
                {"nothing came instead", 20, 0, 20},
                {"everything", 0, 4, 0}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
        config_ = {.segment_bytes = 600};
        source_ = open("/a/t-0", Offset{0});
        next_sequence_ = 0;
        const auto write = [this](std::int64_t records, char fill) {
            for (std::int64_t i = 0; i < records; i += 2) {
                append(testing::make_batch({.records = 2,
                                            .producer = ProducerId{7},
                                            .epoch = ProducerEpoch{0},
                                            .sequence = next_sequence_,
                                            .fill = fill}));
                next_sequence_ += 2;
            }
        };
        epoch_ = LeaderEpoch{3};
        write(16, 'x');
        epoch_ = LeaderEpoch{4};
        write(24, 'x');
        auto copy = open("/b/t-0.x-future", Offset{0});
        copy_all(*copy);

        ASSERT_TRUE(source_->truncate_to(Offset{row.lost_from}));
        next_sequence_ = static_cast<std::int32_t>(source_->log_end().get());
        epoch_ = LeaderEpoch{5};
        source_->begin_epoch(epoch_);
        write(row.written, 'y');
        EXPECT_FALSE(copy->is_beginning_of(*source_));
        const auto common =
            copy->epochs().common_end(copy->log_end(), source_->epochs(), source_->log_end());
        EXPECT_EQ(common, Offset{row.kept});
        ASSERT_TRUE(copy->truncate_to(common));
        EXPECT_EQ(copy->log_end(), Offset{row.kept});
        EXPECT_TRUE(copy->is_beginning_of(*source_));

        copy_all(*copy);
        EXPECT_EQ(all(*copy), all(*source_));
        const auto* const known = copy->producers().find(ProducerId{7});
        ASSERT_EQ(known == nullptr, source_->log_end() == Offset{0});
        EXPECT_TRUE(known == nullptr || known->last()->last_sequence == next_sequence_ - 1);
        ASSERT_TRUE(copy->succeed(*source_));
        EXPECT_EQ(copy->epochs().entries(), source_->epochs().entries());
        ASSERT_TRUE(copy->close());
        copy = open("/b/t-0.x-future", Offset{0}, false);
        EXPECT_EQ(all(*copy), all(*source_)) << "what was cut is back";
    }
}

// The last batch was the same in both, sent once more after the crash; those before it were not.
TEST_F(LogCopyTest, IsNoBeginningOfALogThatHasItsLastBatchAlone) {
    const struct {
        const char* what;
        int batch;  // of 24, 4 to a segment, that is another one in the copy
        int epoch;  // of the batch and of those behind it, where there it is 3
        bool want;
    } rows[] = {{"the same", 99, 3, true},
                {"the end of a segment", 19, 3, false},
                {"the beginning of one", 20, 3, false},
                {"another leader", 10, 4, false},
                {"in the middle of one, where nobody looks", 21, 3, true}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
        config_ = {.segment_bytes = 400};
        source_ = open("/a/t-0", Offset{0});
        const auto fill = [&](int differing, int epoch) {
            for (int i = 0; i < 24; ++i) {
                // The last one is of an older leader in no log, and of the same one in both.
                epoch_ = LeaderEpoch{i == 23 ? 5 : i >= row.batch ? epoch : 3};
                append(testing::make_batch({.fill = i == differing ? 'y' : 'x'}));
            }
        };
        fill(row.batch, row.epoch);
        auto copy = open("/b/t-0.x-future", Offset{0});
        copy_all(*copy);
        ASSERT_EQ(copy->segment_count(), 6U);
        source_.reset();
        ASSERT_TRUE(disk_.remove_all("/a"));
        source_ = open("/a/t-0", Offset{0});
        fill(99, 3);
        EXPECT_EQ(copy->is_beginning_of(*source_), row.want);
    }
}

// Compaction left nothing of the last records before the active segment, and a crash took that
// one's: the copy ended earlier than the log, for ever.
TEST_F(LogCopyTest, EndsWhereTheLogDoesThoughItsLastOffsetsHaveNoRecord) {
    const auto make = [this](std::int64_t records_end) {
        ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
        config_ = {.segment_bytes = 2000, .segment_ms = 1, .cleanup_compact = true};
        source_ = open("/a/t-0", Offset{0});
        for (int i = 0; i < 9; ++i) {
            append(testing::make_batch({}));
        }
        const auto kept = source_->size_bytes() / 9 * static_cast<std::uint64_t>(records_end);
        clock_.advance(1h);
        ASSERT_TRUE(source_->roll_if_due(clock_.both()));
        ASSERT_TRUE(source_->close());
        source_.reset();
        const auto path = runtime::Path("/a/t-0") / file_name(Offset{0}, log_suffix);
        const auto text = disk_.read_text(path).value_or("");
        ASSERT_TRUE(disk_.replace_text(path, text.substr(0, kept)));
        source_ = open("/a/t-0", Offset{0}, false);
        source_->set_high_watermark(source_->log_end());
        ASSERT_EQ(source_->log_end(), Offset{9});
    };
    for (const std::int64_t records_end : {0, 1, 5, 9}) {
        SCOPED_TRACE(records_end);
        make(records_end);
        auto copy = open("/b/t-0.x-future", Offset{0});
        copy_all(*copy);
        EXPECT_EQ(copy->log_end(), Offset{records_end});
        ASSERT_TRUE(copy->succeed(*source_));
        EXPECT_EQ(copy->log_end(), Offset{9});
        EXPECT_EQ(copy->size_bytes(), source_->size_bytes());
        ASSERT_TRUE(copy->move_to("/b/t-0"));
        source_ = std::move(copy);
        append(testing::make_batch({}));
        EXPECT_EQ(source_->log_end(), Offset{10});
        source_ = open("/b/t-0", Offset{0}, false);
        EXPECT_EQ(source_->log_end(), Offset{10});
    }
}

TEST_F(LogCopyTest, TakesHolesAndRefusesWhatDoesNotFollow) {
    for (int i = 0; i < 6; ++i) {
        append(testing::make_batch({}));
    }
    const auto bytes = all(*source_);
    const std::size_t size = bytes.size() / 6;
    const auto batch = [&](std::size_t i) { return ByteView(bytes).subspan(i * size, size); };
    auto copy = open("/b/t-0.x-future", Offset{0});
    ASSERT_TRUE(copy->append_copy(batch(1), clock_.both()));
    ASSERT_TRUE(copy->append_copy(batch(4), clock_.both()));
    EXPECT_EQ(copy->log_end(), Offset{5});
    auto torn = std::vector(batch(5).begin(), batch(5).end());
    torn.back() ^= std::byte{1};
    const struct {
        const char* what;
        ByteView bytes;
    } rows[] = {{"there already", batch(4)},
                {"before the end", batch(2)},
                {"no whole batch", batch(5).first(size - 1)},
                {"a wrong CRC", torn}};
    for (const auto& row : rows) {
        const auto refused = copy->append_copy(row.bytes, clock_.both());
        ASSERT_FALSE(refused) << row.what;
        EXPECT_EQ(refused.error().code, ErrorCode::corrupt_message) << row.what;
        EXPECT_EQ(copy->log_end(), Offset{5}) << row.what;
    }
    EXPECT_TRUE(copy->append_copy(batch(5), clock_.both()));
}

TEST_F(LogCopyTest, TellsTheEndOfALog) {
    for (int i = 0; i < 40; ++i) {
        append(testing::make_batch({}));
    }
    ASSERT_GT(source_->segment_count(), 1U);
    const auto read_from = [&](Offset from) {
        return *source_->read(from, {.max_bytes = 1 << 20, .end = source_->log_end()});
    };
    EXPECT_FALSE(source_->is_the_end(read_from(Offset{0})));
    EXPECT_TRUE(source_->is_the_end(read_from(Offset{39})));
    EXPECT_TRUE(source_->is_the_end(read_from(Offset{40})));
}

}  // namespace
}  // namespace barnabas::log
