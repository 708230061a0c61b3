// Random work on a log, beside a model that keeps every batch in memory: what is read, looked up,
// cut, given up, lost in crashes and found again has to be what the model says.
#include "log/log.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>

namespace barnabas::log {
namespace {

using testing::BatchSpec;

struct ModelBatch {
    Offset first;
    Offset last;
    std::vector<Timestamp> timestamps;
    std::vector<std::byte> bytes;
    ProducerId producer = no_producer;
    std::int32_t sequence = wire::no_sequence;
    ProducerEpoch epoch{0};
    bool transactional = false;
    std::optional<bool> committed;  // a marker
};

struct ModelProducer {
    ProducerEpoch epoch{0};
    std::int32_t next_sequence = 0;
    std::optional<Offset> open;
    std::optional<ModelBatch> last;
};

/// What follows from the batches in the log.
struct Derived {
    std::map<ProducerId, ModelProducer> producers;
    std::vector<AbortedTransaction> aborted;
};

class Model {
public:
    std::vector<ModelBatch> batches;
    Offset log_start{0};

    [[nodiscard]] Offset end() const { return batches.empty() ? start_ : batches.back().last + 1; }
    void cut(Offset offset) {
        while (!batches.empty() && batches.back().last >= offset) {
            start_ = batches.back().first;
            batches.pop_back();
        }
        log_start = std::min(log_start, end());
    }
    void begin_anew(Offset offset) {
        batches.clear();
        start_ = offset;
    }
    [[nodiscard]] Derived derive() const {
        Derived derived;
        for (const auto& batch : batches) {
            if (batch.producer == no_producer) {
                continue;
            }
            auto& producer = derived.producers[batch.producer];
            if (producer.epoch != batch.epoch) {
                producer.epoch = batch.epoch;
                producer.next_sequence = 0;
                producer.last.reset();
            }
            if (batch.committed) {
                if (producer.open && !*batch.committed) {
                    derived.aborted.push_back({batch.producer, *producer.open, batch.last, {}});
                }
                producer.open.reset();
                continue;
            }
            producer.next_sequence =
                batch.sequence + static_cast<std::int32_t>(batch.timestamps.size());
            producer.last = batch;
            if (batch.transactional && !producer.open) {
                producer.open = batch.first;
            }
        }
        return derived;
    }

private:
    Offset start_{0};
};

class LogModel {
public:
    explicit LogModel(std::uint64_t seed) : random_(seed), disk_(clock_, random_) {
        config_ = {.segment_bytes = static_cast<std::uint32_t>(2000 + random_.below(6000)),
                   .segment_ms = 100'000,
                   .segment_index_bytes = static_cast<std::uint32_t>(24 + random_.below(400)),
                   .index_interval_bytes = static_cast<std::uint32_t>(random_.below(600)),
                   .retention_ms = -1,
                   .retention_bytes = static_cast<std::int64_t>(10'000 + random_.below(20'000)),
                   .cleanup_compact = false};
        open(true);
    }

    void run(int steps) {
        for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            clock_.advance(std::chrono::milliseconds(random_.below(3000)));
            step();
            check();
        }
    }

private:
    void step() {
        switch (random_.below(20)) {
            case 0:
                return cut();
            case 1:
                return give_up();
            case 2:
                return delete_records();
            case 3:
            case 4:
                return flush();
            case 5:
                return crash();
            case 6:
                return reopen();
            case 7:
                return append_with_trouble();
            case 8:
                return repeat();
            case 9:
            case 10:
                return end_transaction();
            default:
                append(make_spec());
        }
    }

    void open(bool clean) {
        log_.reset();
        auto opened = Log::open({.disk = disk_,
                                 .folder = "/data/topic-0",
                                 .partition = {"topic", PartitionId{0}},
                                 .config = config_,
                                 .log_start = saved_start_,
                                 .recovery_point = saved_recovery_point_,
                                 .clean = clean,
                                 .now = clock_.both(),
                                 .log = {}});
        ASSERT_TRUE(opened) << opened.error().message;
        log_ = std::move(*opened);
    }

    BatchSpec make_spec() {
        timestamp_ = timestamp_ + static_cast<std::int64_t>(random_.below(200)) - 50;
        BatchSpec spec{.records = 1 + static_cast<int>(random_.below(4)),
                       .value_size = random_.below(400),
                       .timestamp = timestamp_,
                       .timestamp_step = static_cast<std::int64_t>(random_.below(5)),
                       .fill = static_cast<char>('a' + random_.below(26))};
        if (random_.below(2) == 0) {
            spec.producer = ProducerId{static_cast<std::int64_t>(random_.below(3))};
            auto& known = producers_[spec.producer];
            if (random_.below(20) == 0) {
                known = {.epoch = ProducerEpoch{static_cast<std::int16_t>(known.epoch.get() + 1)},
                         .open = known.open};
            }
            spec.epoch = known.epoch;
            spec.sequence = known.next_sequence;
            spec.transactional = spec.producer.get() > 0;
        }
        return spec;
    }

    std::expected<AppendInfo, wire::AppendRefusal> send(ByteBuffer& bytes,
                                                        wire::AppendOrigin origin) {
        return log_->append(bytes.mutable_view(),
                            {.origin = origin, .epoch = epoch_, .now = clock_.both()}, validator_);
    }

    void note(const ByteBuffer& bytes, const AppendInfo& info, ModelBatch batch) {
        EXPECT_EQ(info.first, model_.end());
        batch.first = info.first;
        batch.last = info.last;
        batch.bytes.assign(bytes.view().begin(), bytes.view().end());
        model_.batches.push_back(std::move(batch));
        log_->set_high_watermark(log_->log_end());
        producers_ = model_.derive().producers;
    }

    /// A client's batch; refused for good reasons only.
    void append(const BatchSpec& spec, bool may_fail = false) {
        auto bytes = testing::make_batch(spec);
        const auto appended = send(bytes, wire::AppendOrigin::client);
        const auto* entry = log_->producers().find(spec.producer);
        if (!appended && spec.sequence > 0 && (entry == nullptr || entry->batch_count == 0)) {
            // Its batches and snapshots are gone: it begins anew, as a client does.
            EXPECT_TRUE(may_fail ||
                        appended.error().error.code ==
                            (entry == nullptr ? ErrorCode::unknown_producer_id
                                              : ErrorCode::out_of_order_sequence_number));
            producers_[spec.producer].next_sequence = 0;
            return;
        }
        if (!appended) {
            EXPECT_TRUE(may_fail) << appended.error().error.message;
            EXPECT_EQ(log_->log_end(), model_.end());
            return;
        }
        ModelBatch batch{.producer = spec.producer,
                         .sequence = spec.sequence,
                         .epoch = spec.epoch,
                         .transactional = spec.transactional};
        for (int i = 0; i < spec.records; ++i) {
            batch.timestamps.push_back(spec.timestamp + i * spec.timestamp_step);
        }
        note(bytes, *appended, std::move(batch));
    }

    void append_with_trouble() {
        disk_.fail_at(disk_.operations() + random_.below(6));
        append(make_spec(), true);
        disk_.fail_at(std::numeric_limits<std::uint64_t>::max());
    }

    void repeat() {
        const auto id = ProducerId{static_cast<std::int64_t>(random_.below(3))};
        const auto* entry = log_->producers().find(id);
        const auto known = producers_.find(id);
        if (entry == nullptr || known == producers_.end() || !known->second.last ||
            entry->batch_count == 0) {
            return;
        }
        const auto& last = *known->second.last;
        auto bytes = testing::make_batch({.records = static_cast<int>(last.timestamps.size()),
                                          .producer = id,
                                          .epoch = last.epoch,
                                          .sequence = last.sequence,
                                          .transactional = last.transactional});
        const auto appended = send(bytes, wire::AppendOrigin::client);
        ASSERT_TRUE(appended) << appended.error().error.message;
        EXPECT_TRUE(appended->duplicate);
        EXPECT_EQ(appended->first, last.first);
        EXPECT_EQ(appended->last, last.last);
    }

    void end_transaction() {
        const auto id = ProducerId{static_cast<std::int64_t>(1 + random_.below(2))};
        auto& known = producers_[id];
        const bool committed = random_.below(2) == 0;
        auto bytes = testing::make_marker(id, known.epoch, committed, timestamp_);
        const auto appended = send(bytes, wire::AppendOrigin::coordinator);
        ASSERT_TRUE(appended) << appended.error().error.message;
        note(bytes, *appended,
             {.timestamps = {timestamp_},
              .producer = id,
              .epoch = known.epoch,
              .committed = committed});
    }

    void cut() {
        const auto length = static_cast<std::uint64_t>(model_.end() - model_.log_start) + 1;
        const Offset offset =
            model_.end() -
            static_cast<std::int64_t>(random_.below(std::min<std::uint64_t>(length, 40)));
        const auto done = log_->truncate_to(offset);
        ASSERT_TRUE(done) << done.error().message;
        model_.cut(offset);
        producers_ = model_.derive().producers;
        synced_end_ = std::min(synced_end_, model_.end());
        log_->set_high_watermark(log_->log_end());
        checkpoint();
        epoch_ = LeaderEpoch{epoch_.get() + 1};
    }

    void give_up() {
        const auto done = log_->apply_retention(clock_.both());
        ASSERT_TRUE(done) << done.error().message;
        for (auto& segment : log_->take_deleted()) {
            if (random_.below(2) == 0) {
                ASSERT_TRUE(segment->remove());
            }
        }
        EXPECT_GE(log_->log_start(), model_.log_start);
        model_.log_start = log_->log_start();
    }

    void delete_records() {
        const Offset offset =
            std::min(model_.end(), model_.log_start + static_cast<std::int64_t>(random_.below(10)));
        ASSERT_TRUE(log_->delete_records_before(offset));
        model_.log_start = std::max(model_.log_start, offset);
    }

    void checkpoint() {
        saved_recovery_point_ = log_->recovery_point();
        saved_start_ = log_->log_start();
    }

    void flush() {
        const auto plan = log_->begin_flush();
        ASSERT_TRUE(plan) << plan.error().message;
        ASSERT_TRUE(plan->sync());
        ASSERT_TRUE(disk_.sync_directory("/data"));
        ASSERT_TRUE(disk_.sync_directory("/"));
        log_->flushed(*plan, clock_.both());
        EXPECT_EQ(log_->recovery_point(), model_.end());
        synced_end_ = model_.end();
        checkpoint();
    }

    void crash() {
        disk_.crash();
        open(false);
        ASSERT_NE(log_, nullptr);
        ASSERT_GE(log_->log_end(), std::max(synced_end_, saved_start_))
            << "a synced record is lost";
        ASSERT_GE(log_->log_start(), saved_start_);
        model_.cut(log_->log_end());
        if (log_->log_end() == saved_start_ && model_.end() < saved_start_) {
            // Of deleted records some were lost: their offsets are not given again.
            model_.begin_anew(saved_start_);
        }
        ASSERT_EQ(model_.end(), log_->log_end()) << "not whole batches";
        model_.log_start = log_->log_start();
        producers_ = model_.derive().producers;
        log_->set_high_watermark(log_->log_end());
    }

    void reopen() {
        ASSERT_TRUE(log_->close());
        checkpoint();
        synced_end_ = model_.end();
        ASSERT_TRUE(disk_.sync_directory("/data"));
        ASSERT_TRUE(disk_.sync_directory("/"));
        open(true);
        ASSERT_NE(log_, nullptr);
        log_->set_high_watermark(log_->log_end());
    }

    void check() {
        if (::testing::Test::HasFailure()) {
            return;
        }
        ASSERT_EQ(log_->log_end(), model_.end());
        ASSERT_EQ(log_->log_start(), model_.log_start);
        check_read();
        check_timestamp();
        check_transactions();
    }

    void check_read() {
        const auto length = static_cast<std::uint64_t>(model_.end() - model_.log_start);
        const auto from = model_.log_start + static_cast<std::int64_t>(random_.below(length + 1));
        const auto end = from + static_cast<std::int64_t>(random_.below(length + 1));
        const auto max_bytes = static_cast<std::uint32_t>(random_.below(5000));
        const bool at_least_one = random_.below(2) == 0;
        const auto slice = log_->read(
            from, {.max_bytes = max_bytes, .at_least_one_batch = at_least_one, .end = end});
        ASSERT_TRUE(slice) << slice.error().message;
        std::vector<std::byte> got(slice->size);
        if (slice->size > 0) {
            ASSERT_EQ(slice->file->read_at(slice->position, got).value_or(0), got.size());
        }
        std::vector<std::byte> want;
        std::size_t first_size = 0;
        for (const auto& batch : model_.batches) {
            if (batch.last < from || batch.last >= end || want.size() >= got.size()) {
                if (batch.last >= from && batch.last < end && first_size == 0) {
                    first_size = batch.bytes.size();
                }
                continue;
            }
            first_size = first_size == 0 ? batch.bytes.size() : first_size;
            want.insert(want.end(), batch.bytes.begin(), batch.bytes.end());
        }
        ASSERT_TRUE(got == want) << "read of [" << from.get() << ", " << end.get() << ")";
        ASSERT_TRUE(got.size() <= max_bytes || (at_least_one && got.size() == first_size));
        const bool readable = first_size > 0 && (at_least_one || first_size <= max_bytes);
        ASSERT_EQ(!got.empty(), readable) << from.get();
    }

    void check_timestamp() {
        const auto asked = timestamp_ - static_cast<std::int64_t>(random_.below(3000)) + 20;
        std::optional<Offset> want;
        for (const auto& batch : model_.batches) {
            for (std::size_t i = 0; i < batch.timestamps.size() && !want; ++i) {
                const Offset offset = batch.first + static_cast<std::int64_t>(i);
                if (batch.timestamps[i] >= asked && offset >= model_.log_start) {
                    want = offset;
                }
            }
        }
        const auto got = log_->find_by_timestamp(asked);
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_EQ(got->has_value(), want.has_value());
        ASSERT_TRUE(!want || (*got)->offset == *want)
            << (*got)->offset.get() << " at " << (*got)->timestamp.get() << ", not " << want->get()
            << " for " << asked.get();
    }

    /// Of a transaction that began before the log's start the log may know no more than what is
    /// left of it.
    void check_transactions() {
        const auto derived = model_.derive();
        Offset stable = model_.end();
        for (const auto& [id, producer] : derived.producers) {
            const auto* entry = log_->producers().find(id);
            const bool left = producer.open && *producer.open < model_.log_start;
            const auto open = left && entry != nullptr ? entry->transaction_first : producer.open;
            if (open && entry != nullptr) {
                stable = std::min(stable, std::max(*open, model_.log_start));
            }
        }
        ASSERT_EQ(log_->last_stable_offset(), stable);
        const auto got = log_->aborted_transactions(model_.log_start, model_.end());
        ASSERT_TRUE(got) << got.error().message;
        std::map<Offset, AbortedTransaction> by_marker;
        for (const auto& aborted : derived.aborted) {
            by_marker[aborted.last_offset] = aborted;
        }
        for (const auto& aborted : *got) {
            const auto want = by_marker.find(aborted.last_offset);
            ASSERT_NE(want, by_marker.end());
            ASSERT_EQ(aborted.producer_id, want->second.producer_id);
            ASSERT_TRUE(aborted.first_offset == want->second.first_offset ||
                        want->second.first_offset < model_.log_start);
            by_marker.erase(want);
        }
        for (const auto& [marker, missing] : by_marker) {
            ASSERT_LT(missing.first_offset, model_.log_start) << marker.get();
        }
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    LogConfig config_;
    std::unique_ptr<Log> log_;
    wire::AppendValidator validator_;
    Model model_;
    std::map<ProducerId, ModelProducer> producers_;
    Timestamp timestamp_{1'767'225'600'000};
    LeaderEpoch epoch_{0};
    Offset synced_end_{0};
    Offset saved_recovery_point_{0};
    Offset saved_start_{0};
};

TEST(LogModel, AgreesWithTheLogOnEverySeed) {
    const char* const chosen = std::getenv("BARNABAS_SEED");
    const char* const many = std::getenv("BARNABAS_SEEDS");
    const std::uint64_t first = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
    const std::uint64_t count = many != nullptr ? std::strtoull(many, nullptr, 10) : 100;
    for (std::uint64_t seed = first; seed < first + (chosen != nullptr ? 1 : count); ++seed) {
        SCOPED_TRACE(fmt::format("repeat with BARNABAS_SEED={}", seed));
        LogModel model(seed);
        model.run(300);
        if (::testing::Test::HasFailure()) {
            break;
        }
    }
}

}  // namespace
}  // namespace barnabas::log
