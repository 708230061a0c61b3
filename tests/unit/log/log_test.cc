#include "log/log.h"

#include "unit/log/one_log.h"
#include "wire/records/legacy_builder.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

constexpr Timestamp start_of_time = runtime::SimulatedClock::default_start;

class LogTest : public testing::OneLogTest {
protected:
    void open(const LogConfig& config = {}, bool clean = true, Offset log_start = Offset{0}) {
        auto how = options(config, clean);
        how.log_start = log_start;
        reopen(std::move(how));
    }
    Offset append(const BatchSpec& spec = {}) {
        const auto sent = send(testing::make_batch(spec));
        EXPECT_TRUE(sent) << sent.error().error.message;
        return sent ? sent->first : no_offset;
    }
    void append_many(int batches, const BatchSpec& spec = {}) {
        for (int i = 0; i < batches; ++i) {
            append(spec);
        }
    }
    ErrorCode refused(const BatchSpec& spec) {
        const auto before = log_->log_end();
        const auto sent = send(testing::make_batch(spec));
        EXPECT_FALSE(sent);
        EXPECT_EQ(log_->log_end(), before);
        return sent ? ErrorCode::none : sent.error().error.code;
    }
    Offset end_transaction(std::int64_t producer, bool committed) {
        const auto sent =
            send(testing::make_marker(ProducerId{producer}, ProducerEpoch{0}, committed),
                 wire::AppendOrigin::coordinator);
        EXPECT_TRUE(sent);
        return sent ? sent->first : no_offset;
    }

    std::optional<Offset> found(Timestamp timestamp) {
        const auto offset = log_->find_by_timestamp(timestamp);
        EXPECT_TRUE(offset);
        return *offset ? std::optional((*offset)->offset) : std::nullopt;
    }
};

BatchSpec of_producer(std::int32_t sequence, int records = 1, std::int16_t epoch = 0) {
    return {.records = records,
            .producer = ProducerId{9},
            .epoch = ProducerEpoch{epoch},
            .sequence = sequence};
}

TEST_F(LogTest, GivesOffsetsAndReadsThemBack) {
    open();
    EXPECT_EQ(append({.records = 3}), Offset{0});
    EXPECT_EQ(append({.records = 2}), Offset{3});
    EXPECT_EQ(log_->log_end(), Offset{5});
    EXPECT_EQ(log_->epochs().to_text(), "0\n1\n3 0\n");
    const auto slice = log_->read(Offset{4}, {.max_bytes = 1 << 20, .end = Offset{5}});
    ASSERT_TRUE(slice);
    std::vector<std::byte> bytes(slice->size);
    ASSERT_TRUE(slice->file->read_at(slice->position, bytes));
    const wire::BatchView batch(bytes);
    EXPECT_TRUE(batch.ensure_valid());
    EXPECT_EQ(batch.base_offset(), Offset{3});
    EXPECT_EQ(batch.leader_epoch(), LeaderEpoch{3});
}

TEST_F(LogTest, ReadsWholeBatchesWithinItsLimits) {
    open();
    append_many(4, {.records = 10, .value_size = 100});
    const auto one =
        read_size(Offset{0}, {.max_bytes = 1, .at_least_one_batch = true, .end = Offset{40}});
    ASSERT_GT(one, 1000U);
    const struct {
        int from;
        std::uint32_t max_bytes;
        bool at_least_one;
        int end;
        std::uint32_t batches;
    } rows[] = {
        {0, 4 * one, false, 40, 4}, {0, 3 * one + 5, false, 40, 3}, {0, one - 1, false, 40, 0},
        {0, one - 1, true, 40, 1},  {15, 2 * one, false, 40, 2},    {0, 4 * one, false, 20, 2},
        {0, 4 * one, false, 25, 2},  // the high watermark within a batch: not that batch
        {20, 4 * one, true, 20, 0}, {40, one, true, 40, 0},         {0, 0, false, 40, 0},
        {39, one, false, 40, 1},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(read_size(Offset{row.from}, {.max_bytes = row.max_bytes,
                                               .at_least_one_batch = row.at_least_one,
                                               .end = Offset{row.end}}),
                  row.batches * one)
            << row.from << " " << row.max_bytes << " " << row.end;
    }
    for (const int outside : {-1, 41}) {
        const auto slice = log_->read(Offset{outside}, {.max_bytes = one, .end = Offset{40}});
        ASSERT_FALSE(slice);
        EXPECT_EQ(slice.error().code, ErrorCode::offset_out_of_range);
    }
}

TEST_F(LogTest, RollsBySizeTimeAndIndex) {
    const struct {
        LogConfig config;
        Duration pause;
        std::int64_t timestamp_step;
        std::size_t segments;
        const char* why;
    } rows[] = {
        {{}, 1s, 1, 1, "nothing is due"},
        {{.segment_bytes = 1000}, 1s, 1, 3, "three batches of 400 bytes do not fit"},
        {{.segment_ms = 5000}, 1s, 2001, 2, "by the records' own time"},
        {{.segment_ms = 5000}, 100s, 0, 1, "the records' time stands still"},
        {{.cleanup_compact = true, .max_compaction_lag_ms = 5000}, 1s, 2001, 2, "to be compacted"},
        {{.max_compaction_lag_ms = 5000}, 1s, 2001, 1, "which counts for no other topic"},
        {{.segment_index_bytes = 12, .index_interval_bytes = 1},
         1s,
         1,
         3,
         "the time index has room for one entry and the last"},
    };
    for (const auto& row : rows) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open(row.config);
        for (int i = 0; i < 6; ++i) {
            append({.value_size = 320, .timestamp = start_of_time + i * row.timestamp_step});
            clock_.advance(row.pause);
        }
        if (row.config.segment_index_bytes == 12) {
            EXPECT_GE(log_->segment_count(), row.segments) << row.why;
        } else {
            EXPECT_EQ(log_->segment_count(), row.segments) << row.why;
        }
    }
}

TEST_F(LogTest, RollsAnIdleSegmentByTheClock) {
    open({.segment_ms = 5000});
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    append();
    clock_.advance(4s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    EXPECT_EQ(log_->segment_count(), 1U);
    clock_.advance(2s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    EXPECT_EQ(log_->segment_count(), 2U);
    clock_.advance(100s);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    EXPECT_EQ(log_->segment_count(), 2U) << "an empty segment is not rolled";
}

TEST_F(LogTest, JitterRollsEarlierNeverLater) {
    open({.segment_ms = 5000, .segment_jitter_ms = 5000});
    append();
    clock_.advance(5001ms);
    ASSERT_TRUE(log_->roll_if_due(clock_.both()));
    EXPECT_EQ(log_->segment_count(), 2U);
}

TEST_F(LogTest, JitterNeverExceedsTheSegmentsTime) {
    open({.segment_ms = 5000, .segment_jitter_ms = std::numeric_limits<std::int64_t>::max()});
    append();
    append();
    EXPECT_EQ(log_->segment_count(), 1U);
}

TEST_F(LogTest, RefusesWhatIsTooLarge) {
    open({.max_message_bytes = 500});
    EXPECT_EQ(refused({.value_size = 600}), ErrorCode::message_too_large);
    log_->set_config({.segment_bytes = 500});
    EXPECT_EQ(refused({.value_size = 600}), ErrorCode::record_list_too_large);
}

TEST_F(LogTest, AnswersADuplicateWithItsFirstOffset) {
    open();
    append(of_producer(0, 3));
    append();
    append(of_producer(3, 2));
    for (const auto& [sequence, records, offset] : {std::tuple{0, 3, 0}, {3, 2, 4}}) {
        const auto sent = send(testing::make_batch(of_producer(sequence, records)));
        ASSERT_TRUE(sent);
        EXPECT_TRUE(sent->duplicate);
        EXPECT_EQ(sent->first, Offset{offset});
    }
    EXPECT_EQ(log_->log_end(), Offset{6});
}

TEST_F(LogTest, JudgesSequencesOfProducers) {
    open();
    EXPECT_EQ(refused(of_producer(1)), ErrorCode::unknown_producer_id);
    append(of_producer(0));
    EXPECT_EQ(refused(of_producer(2)), ErrorCode::out_of_order_sequence_number) << "a gap";
    append(of_producer(1));
    EXPECT_EQ(refused(of_producer(5, 1, 1)), ErrorCode::out_of_order_sequence_number)
        << "a new epoch begins with 0";
    append(of_producer(0, 1, 1));
    EXPECT_EQ(refused(of_producer(2, 1, 0)), ErrorCode::invalid_producer_epoch);
    for (int i = 1; i <= 6; ++i) {
        append(of_producer(i, 1, 1));
    }
    EXPECT_EQ(refused(of_producer(1, 1, 1)), ErrorCode::out_of_order_sequence_number)
        << "five batches are remembered";
}

TEST_F(LogTest, SequencesWrapAround) {
    ProducerStates producers;
    const auto last = std::numeric_limits<std::int32_t>::max();
    producers.restore(std::vector<wire::ProducerSnapshotEntry>{{.producer_id = ProducerId{9},
                                                                .producer_epoch = ProducerEpoch{0},
                                                                .last_sequence = last,
                                                                .last_offset = Offset{5},
                                                                .offset_delta = 1,
                                                                .timestamp = start_of_time}},
                      Offset{6}, start_of_time);
    const auto judge = [&](std::int32_t sequence, int records) {
        const auto batch = testing::make_batch(of_producer(sequence, records));
        return producers.judge(wire::BatchView(batch.view()));
    };
    EXPECT_TRUE(judge(0, 1));
    EXPECT_FALSE(judge(1, 1));
    const auto again = judge(last - 1, 2);
    ASSERT_TRUE(again && again->duplicate);
    EXPECT_EQ(again->duplicate->first_offset, Offset{4});
}

TEST_F(LogTest, ForgetsProducersThatAreSilentNotThoseWithOldRecords) {
    open();
    auto old = of_producer(0);
    old.timestamp = Timestamp{1000};  // as a copy of old data has it
    append(old);
    log_->expire_producers(start_of_time - 1);
    EXPECT_NE(log_->producers().find(ProducerId{9}), nullptr);
    log_->expire_producers(start_of_time + 1);
    EXPECT_EQ(log_->producers().find(ProducerId{9}), nullptr);
    // What it sends next tells its client to go on with another epoch, from 0.
    EXPECT_EQ(refused(of_producer(1)), ErrorCode::unknown_producer_id);
    append(of_producer(0, 1, 1));
}

TEST_F(LogTest, KnowsItsProducersAfterARestartAndAfterACrash) {
    for (const bool clean : {true, false}) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open({.segment_bytes = 500});
        for (int i = 0; i < 20; ++i) {
            append(of_producer(i));
        }
        ASSERT_TRUE(log_->close());
        open({.segment_bytes = 500}, clean);
        EXPECT_EQ(log_->producers().find(ProducerId{9})->last()->last_sequence, 19);
        EXPECT_EQ(append(of_producer(20)), Offset{20});
    }
}

// So far aborted transactions are looked for: no further than the segment that was read.
TEST_F(LogTest, SaysWhereWhatWasReadEnds) {
    open({.segment_bytes = 400});
    append_many(20);
    ASSERT_GT(log_->segment_count(), 2U);
    const ReadLimits all{.max_bytes = 1 << 20, .end = log_->log_end()};
    const auto one = log_->try_read(Offset{0}, all);
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_GT(one->end, Offset{0});
    EXPECT_LT(one->end, log_->log_end());
    const auto other = log_->try_read(one->end, all);
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_GT(other->records.size, 0U) << "it goes on there";
    const auto last = log_->try_read(Offset{19}, {.max_bytes = 1 << 20, .end = Offset{20}});
    EXPECT_EQ(last->end, Offset{20});
    EXPECT_EQ(log_->try_read(Offset{0}, {.max_bytes = 1 << 20, .end = Offset{1}})->end, Offset{1});
}

TEST_F(LogTest, StopsReadCommittedAtTheFirstOpenTransaction) {
    open({.segment_bytes = 400});
    const auto in_transaction = [](std::int64_t producer, int sequence) {
        return BatchSpec{.producer = ProducerId{producer},
                         .epoch = ProducerEpoch{0},
                         .sequence = sequence,
                         .transactional = true};
    };
    append(in_transaction(1, 0));
    append(in_transaction(2, 0));
    EXPECT_EQ(log_->last_stable_offset(), Offset{0});
    append_many(10);  // the transaction spans segments
    EXPECT_GT(log_->segment_count(), 2U);
    const Offset abort = end_transaction(1, false);
    EXPECT_EQ(log_->last_stable_offset(), Offset{1});
    const auto aborted = log_->aborted_transactions(Offset{0}, log_->log_end());
    ASSERT_TRUE(aborted && aborted->size() == 1);
    EXPECT_EQ(aborted->front(), (AbortedTransaction{ProducerId{1}, Offset{0}, abort, Offset{1}}));
    end_transaction(2, true);
    EXPECT_EQ(log_->last_stable_offset(), log_->log_end());
    ASSERT_TRUE(log_->truncate_to(abort));
    EXPECT_EQ(log_->last_stable_offset(), Offset{0}) << "the markers are gone";
    EXPECT_TRUE(log_->aborted_transactions(Offset{0}, log_->log_end())->empty());
}

TEST_F(LogTest, AMarkerCountsOnceItIsCommitted) {
    open();
    append({.producer = ProducerId{1},
            .epoch = ProducerEpoch{0},
            .sequence = 0,
            .transactional = true});
    auto marker = testing::make_marker(ProducerId{1}, ProducerEpoch{0}, true);
    ASSERT_TRUE(log_->append(marker.mutable_view(),
                             {.origin = wire::AppendOrigin::coordinator, .now = clock_.both()},
                             validator_));
    log_->set_high_watermark(Offset{1});
    EXPECT_EQ(log_->last_stable_offset(), Offset{0});
    log_->set_high_watermark(Offset{2});
    EXPECT_EQ(log_->last_stable_offset(), Offset{2});
}

TEST_F(LogTest, GivesUpByTimeSizeAndStart) {
    const struct {
        LogConfig config;
        int deleted_before;
        int log_start;
        const char* why;
    } rows[] = {
        {{.retention_ms = -1}, 0, 0, "nothing is given up"},
        {{.retention_ms = 3500}, 0, 3, "what is younger than 3.5 s stays"},
        {{.retention_ms = 0}, 0, 10, "the active segment is rolled to go too"},
        {{.retention_ms = -1, .retention_bytes = 850}, 0, 7, "two segments and a bit"},
        {{.retention_ms = -1, .retention_bytes = 0}, 0, 10, "nothing is to be kept"},
        {{.retention_ms = -1}, 5, 5, "whole segments before the start"},
        {{.retention_ms = 0, .retention_bytes = 0, .cleanup_delete = false},
         5,
         5,
         "compacted topics too, but nothing else of them"},
    };
    for (auto row : rows) {
        ASSERT_TRUE(disk_.remove_all(folder));
        row.config.segment_bytes = 500;
        open(row.config);
        for (int i = 0; i < 10; ++i) {
            append({.value_size = 250, .timestamp = clock_.wall()});
            clock_.advance(500ms);
        }
        ASSERT_TRUE(log_->delete_records_before(Offset{row.deleted_before}));
        const auto before = log_->segment_count();
        const auto given_up = log_->apply_retention(clock_.both());
        ASSERT_TRUE(given_up) << given_up.error().message;
        EXPECT_EQ(log_->log_start(), Offset{row.log_start}) << row.why;
        const auto deleted = log_->take_deleted();
        EXPECT_EQ(deleted.size(), *given_up);
        EXPECT_GE(log_->segment_count() + deleted.size(), before);
        for (const auto& segment : deleted) {
            ASSERT_TRUE(segment->remove());
        }
        EXPECT_EQ(log_->log_end(), Offset{10});
        append();
        EXPECT_EQ(log_->log_end(), Offset{11});
    }
}

TEST_F(LogTest, KeepsWhatIsNotCommittedYet) {
    open({.segment_bytes = 100, .retention_ms = 0});
    append_many(3, {.timestamp = Timestamp{1000}});
    log_->set_high_watermark(Offset{1});
    EXPECT_EQ(log_->apply_retention(clock_.both()), std::size_t{1});
    EXPECT_EQ(log_->log_start(), Offset{1});
}

TEST_F(LogTest, DeletesRecordsUpToTheHighWatermark) {
    open();
    append_many(5);
    log_->set_high_watermark(Offset{4});
    ASSERT_FALSE(log_->delete_records_before(Offset{5}));
    ASSERT_TRUE(log_->delete_records_before(Offset{4}));
    ASSERT_TRUE(log_->delete_records_before(Offset{2})) << "it never goes back";
    EXPECT_EQ(log_->log_start(), Offset{4});
    EXPECT_EQ(log_->epochs().to_text(), "0\n1\n3 4\n");
    EXPECT_FALSE(log_->read(Offset{3}, {.max_bytes = 1000, .end = Offset{5}}));
}

TEST_F(LogTest, BeginsAnewWhereACrashLostMoreThanWasDeleted) {
    open();
    append_many(5);
    ASSERT_TRUE(log_->delete_records_before(Offset{5}));
    ASSERT_TRUE(log_->truncate_to(Offset{3}));
    open({}, false, Offset{5});
    EXPECT_EQ(log_->log_start(), Offset{5});
    EXPECT_EQ(log_->log_end(), Offset{5});
    EXPECT_EQ(append(), Offset{5});
}

TEST_F(LogTest, FindsOffsetsByTimestampEvenWhereTimeRunsBack) {
    open({.segment_bytes = 700, .index_interval_bytes = 1});
    for (const int second : {10, 20, 15, 40, 30, 50}) {
        append({.value_size = 150, .timestamp = start_of_time + second});
    }
    EXPECT_GT(log_->segment_count(), 1U);
    const struct {
        int asked;
        std::optional<int> want;
    } rows[] = {{0, 0}, {10, 0}, {11, 1}, {16, 1}, {20, 1}, {21, 3}, {40, 3}, {41, 5}, {51, {}}};
    for (const auto& row : rows) {
        EXPECT_EQ(found(start_of_time + row.asked),
                  row.want ? std::optional(Offset{*row.want}) : std::nullopt)
            << row.asked;
    }
    EXPECT_EQ((*log_->find_max_timestamp())->offset, Offset{5});
    ASSERT_TRUE(log_->delete_records_before(Offset{4}));
    EXPECT_EQ(found(start_of_time), Offset{4});
    ASSERT_TRUE(log_->truncate_to(Offset{5}));
    EXPECT_EQ((*log_->find_max_timestamp())->offset, Offset{4}) << "40 is before the start";
}

TEST_F(LogTest, HasNoLargestTimestampWhereNoRecordHasOne) {
    open();
    EXPECT_FALSE(*log_->find_max_timestamp());
    append({.timestamp = no_timestamp});
    EXPECT_FALSE(*log_->find_max_timestamp());
    EXPECT_EQ(found(Timestamp{0}), std::nullopt);
}

TEST_F(LogTest, CutsWholeBatches) {
    open({.segment_bytes = 400});
    append_many(6, {.records = 5});
    ASSERT_TRUE(log_->truncate_to(Offset{30}));
    EXPECT_EQ(log_->log_end(), Offset{30});
    ASSERT_TRUE(log_->truncate_to(Offset{17}));
    EXPECT_EQ(log_->log_end(), Offset{15});
    EXPECT_EQ(log_->high_watermark(), Offset{15});
    EXPECT_EQ(append({.records = 2}), Offset{15});
    ASSERT_TRUE(log_->truncate_to(Offset{0}));
    EXPECT_EQ(log_->log_end(), Offset{0});
    EXPECT_EQ(log_->epochs().to_text(), "0\n0\n");
    EXPECT_EQ(append(), Offset{0});
}

TEST_F(LogTest, RebuildsADamagedOrMissingIndex) {
    const auto index = folder / "00000000000000000000.index";
    const auto times = folder / "00000000000000000000.timeindex";
    for (const int damage : {0, 1, 2, 3, 4}) {
        ASSERT_TRUE(disk_.remove_all(folder));
        open({.index_interval_bytes = 200});
        append_many(20, {.value_size = 100});
        ASSERT_TRUE(log_->close());
        const auto good = disk_.read_text(index).value_or("");
        ASSERT_FALSE(good.empty());
        if (damage == 0) {
            ASSERT_TRUE(disk_.remove(index));
        } else if (damage == 1) {
            ASSERT_TRUE(disk_.replace_text(index, good + "abc"));
        } else if (damage == 2) {
            ASSERT_TRUE(disk_.replace_text(index, std::string(80, '\0')));
        } else if (damage == 3) {
            ASSERT_TRUE(disk_.replace_text(index, good.substr(0, good.size() - 1) + "\x07"));
        } else {
            ASSERT_TRUE(disk_.replace_text(times, std::string(36, '\x7f')));
        }
        open({.index_interval_bytes = 200});
        EXPECT_EQ(log_->log_end(), Offset{20});
        ASSERT_TRUE(log_->close());
        EXPECT_EQ(disk_.read_text(index).value_or(""), good) << damage;
    }
}

TEST_F(LogTest, CutsATornTailAndWhatIsBehindATornSegment) {
    open({.segment_bytes = 500});
    append_many(12, {.value_size = 100});
    const auto segments = log_->segment_count();
    ASSERT_TRUE(log_->close());
    // A byte of the second segment's last batch.
    const auto path = folder / "00000000000000000002.log";
    ASSERT_TRUE(disk_.exists(path));
    const auto file = disk_.open(path, runtime::OpenMode::read_write);
    const auto size = (*file)->size().value_or(0);
    const std::byte flipped{0xaa};
    ASSERT_TRUE((*file)->write_at(size - 1, ByteView(&flipped, 1)));
    open({.segment_bytes = 500}, false);
    EXPECT_EQ(log_->log_end(), Offset{3});
    EXPECT_LT(log_->segment_count(), segments);
    EXPECT_EQ(append(), Offset{3});
}

TEST_F(LogTest, GoesOnWhenTheDiskHasRoomAgain) {
    open();
    append_many(3, {.value_size = 1000});
    disk_.set_capacity(4096 * 4);
    int refused_batches = 0;
    for (int i = 0; i < 20; ++i) {
        const auto before = log_->log_end();
        const auto sent = send(testing::make_batch({.value_size = 1000}));
        if (!sent) {
            EXPECT_EQ(sent.error().error.code, ErrorCode::kafka_storage_error);
            EXPECT_EQ(log_->log_end(), before);
            ++refused_batches;
        }
    }
    EXPECT_GT(refused_batches, 0);
    const Offset end = log_->log_end();
    EXPECT_GT(read_size(Offset{0}, {.max_bytes = 1 << 20, .end = end}), 3000U);
    disk_.set_capacity(1 << 30);
    EXPECT_EQ(append({.value_size = 1000}), end);
    open({}, false);
    EXPECT_EQ(log_->log_end(), end + 1);
}

TEST_F(LogTest, SaysSoWhenTheDiskCannotBeRead) {
    open();
    append_many(100, {.value_size = 500});
    disk_.break_directory("/data");
    const auto slice = log_->read(Offset{3}, {.max_bytes = 1000, .end = Offset{100}});
    ASSERT_FALSE(slice);
    EXPECT_EQ(slice.error().code, ErrorCode::kafka_storage_error);
    disk_.heal();
    EXPECT_TRUE(log_->read(Offset{3}, {.max_bytes = 1000, .end = Offset{100}}));
}

TEST_F(LogTest, KeepsABatchOfOldFormatAsOneOfToday) {
    open();
    ByteBuffer bytes;
    wire::LegacySetBuilder builder(bytes, {.magic = wire::magic_v0});
    builder.append(Offset{0}, no_timestamp, std::nullopt, as_bytes("one"));
    builder.append(Offset{1}, no_timestamp, std::nullopt, as_bytes("two"));
    ASSERT_TRUE(builder.finish());
    const auto sent = send(std::move(bytes));
    ASSERT_TRUE(sent) << sent.error().error.message;
    EXPECT_EQ(sent->last, Offset{1});
}

TEST_F(LogTest, IsFlushedUpToWhatAPlanCovered) {
    open({.flush_messages = 3});
    append_many(2);
    EXPECT_FALSE(log_->flush_due(clock_.both()));
    append();
    EXPECT_TRUE(log_->flush_due(clock_.both()));
    const auto plan = log_->begin_flush();
    append();
    ASSERT_TRUE(plan && plan->sync());
    log_->flushed(*plan, clock_.both());
    EXPECT_EQ(log_->recovery_point(), Offset{3});
    const auto stale = log_->begin_flush();
    ASSERT_TRUE(log_->truncate_to(Offset{1}));
    append_many(9);
    log_->flushed(*stale, clock_.both());
    EXPECT_EQ(log_->recovery_point(), Offset{1}) << "what the plan synced was cut";
}

}  // namespace
}  // namespace barnabas::log
