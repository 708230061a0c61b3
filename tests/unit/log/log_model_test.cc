// long: one log under trial, its steps and its checks
// Random work on a log, beside a model that keeps every batch in memory: what is read, looked up,
// cut, given up, moved to another directory, lost in crashes and found again has to be what the
// model says.
#include "unit/log/log_batches.h"
#include "unit/log/model/log_machine.h"
#include "unit/log/model/plain_log.h"
#include "unit/log/model/seeds.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

using testing::BatchSpec;
using testing::LogMachine;
using testing::ModelBatch;
using testing::ModelProducers;
using testing::PlainLog;
using testing::Trouble;

class LogModel {
public:
    explicit LogModel(std::uint64_t seed) : machine_(seed), random_(machine_.random) {
        machine_.config = {
            .segment_bytes = static_cast<std::uint32_t>(2000 + random_.below(6000)),
            .segment_ms = 100'000,
            .segment_index_bytes = static_cast<std::uint32_t>(24 + random_.below(400)),
            .index_interval_bytes = static_cast<std::uint32_t>(random_.below(600)),
            .preallocate = seed % 4 == 1,
            .retention_ms = -1,
            .retention_bytes = static_cast<std::int64_t>(10'000 + random_.below(20'000)),
            .cleanup_compact = false};
        machine_.create();
    }

    void step() {
        machine_.clock.advance(std::chrono::milliseconds(random_.below(3000)));
        constexpr std::uint64_t soon[] = {3, 10, 60};
        const auto trouble = static_cast<Trouble>(1 + random_.below(3));
        const auto within = soon[random_.below(3)];
        if (random_.below(4) == 0) {
            machine_.arm(trouble, within);
        }
        act();
        settle();
        check();
    }

    [[nodiscard]] std::string story() const { return machine_.story(); }

private:
    [[nodiscard]] Log& log() { return machine_.log(); }

    void act() {
        switch (random_.below(26)) {
            case 0:
            case 1:
                return cut();
            case 2:
                return give_up();
            case 3:
                return delete_records();
            case 4:
            case 5:
                return flush();
            case 6:
                return crash();
            case 7:
                return stop_and_start();
            case 8:
                return kill();
            case 9:
                return move();
            case 10:
                return roll();
            case 11:
                return change_retention();
            case 12:
                return log().close_idle_files();
            case 13:
                return repeat();
            case 14:
            case 15:
                return end_transaction();
            case 16:
            case 17:
            case 18:
                return hold();
            default:
                return append();
        }
    }

    /// What fails is to fail for the trouble that was made.
    template <class T>
    bool tolerate(const Result<T>& result) {
        EXPECT_TRUE(result || machine_.trouble_met()) << result.error().message;
        return result.has_value();
    }

    // --- trouble -----------------------------------------------------------------------------
    void settle() {
        if (::testing::Test::HasFailure()) {
            return;
        }
        if (machine_.disarm() == Trouble::power) {
            return crash();
        }
        if (machine_.is_broken()) {
            const auto back = machine_.take_back();
            ASSERT_TRUE(back) << back.error().message;
            note_recovered(*back);
        }
        in_flight_.reset();
        const auto finished = machine_.finish_move();
        ASSERT_TRUE(finished) << finished.error().message;
    }
    /// The power comes back, now and then for a moment only.
    void crash() {
        machine_.tell("crash");
        machine_.crash();
        while (random_.below(3) == 0) {
            machine_.arm(Trouble::power, 40);
            tolerate(machine_.start());
            machine_.crash();
        }
        const auto started = machine_.start();
        ASSERT_TRUE(started) << started.error().message;
        note_recovered(true);
        in_flight_.reset();
    }
    void kill() {
        machine_.tell("kill");
        if (machine_.armed() != Trouble::power) {
            machine_.disarm();
        }
        if (tolerate(machine_.start())) {
            ASSERT_EQ(log().log_end(), model_.end()) << "killed, not lost";
            note_recovered(false);
        }
    }
    void stop_and_start() {
        machine_.tell("stop and start");
        const auto folder = log().folder();
        const bool stopped = tolerate(machine_.stop());
        if (!stopped && (machine_.armed() == Trouble::power || machine_.is_broken())) {
            return crash();
        }
        machine_.disarm();
        if (stopped && model_.log_start < model_.end()) {
            machine_.check_folder(folder, model_.log_start);
        }
        const auto started = machine_.start();
        ASSERT_TRUE(started) << started.error().message;
        ASSERT_EQ(log().log_end(), model_.end());
        ASSERT_TRUE(!stopped || log().log_start() == model_.log_start);
        note_recovered(false);
    }
    /// What the log says of itself is taken for true as far as it may be. `lossy`: what was not
    /// synced may be gone, for good then.
    void note_recovered(bool lossy) {
        const Offset end = log().log_end();
        if (in_flight_ && model_.end() == in_flight_->first && end == in_flight_->last + 1) {
            model_.batches.push_back(*in_flight_);
        }
        machine_.tell(fmt::format("found [{}, {})", log().log_start(), end));
        ASSERT_GE(end, machine_.synced_end()) << "a synced record is lost";
        ASSERT_GE(log().log_start(), machine_.saved_start());
        const auto sure = model_.producers(machine_.synced_end());
        const auto all = model_.producers();
        model_.cut(end);
        ASSERT_TRUE(model_.end() == end || (lossy && log().size_bytes() == 0))
            << "not whole batches";
        if (lossy && log().size_bytes() == 0) {
            expect_known(sure, all);
            begin_anew(end);
        }
        model_.log_start = log().log_start();
        producers_ = model_.producers();
        if (const auto cut = std::exchange(unfinished_cut_, std::nullopt)) {
            // Whoever cuts does so again.
            const Offset offset = std::max(*cut, log().log_start());
            machine_.tell(fmt::format("cut again to {}", offset));
            const auto done = log().truncate_to(offset);
            ASSERT_TRUE(done) << done.error().message;
            note_cut(offset);
        }
    }
    /// Records that were deleted already may be lost, an empty log does not tell: their offsets are
    /// not given again, and what is known of producers is as old as what was not lost.
    void begin_anew(Offset start) {
        ModelProducers known;
        for (std::int64_t id = 0; id < 3; ++id) {
            if (log().producers().find(ProducerId{id}) != nullptr) {
                known.emplace(ProducerId{id}, as_the_log(ProducerId{id}));
            }
        }
        model_.begin_anew(start, std::move(known));
    }
    /// Who has written nothing since the last sync is known as it was then.
    void expect_known(const ModelProducers& sure, const ModelProducers& all) {
        for (const auto& [id, producer] : sure) {
            const auto& last = all.at(id);
            if (last.epoch == producer.epoch && last.next_sequence == producer.next_sequence) {
                check_producer(id, producer);
            }
        }
    }
    testing::ModelProducer as_the_log(ProducerId id) {
        const auto* const entry = log().producers().find(id);
        if (entry == nullptr) {
            return {};
        }
        return {.epoch = entry->epoch,
                .next_sequence = entry->last() == nullptr ? 0 : entry->last()->last_sequence + 1,
                .open = entry->transaction_first};
    }

    // --- what clients do ---------------------------------------------------------------------
    BatchSpec make_spec() {
        timestamp_ = timestamp_ + static_cast<std::int64_t>(random_.below(200)) - 50;
        BatchSpec spec{.records = 1 + static_cast<int>(random_.below(4)),
                       .value_size = random_.below(400),
                       .timestamp = timestamp_,
                       .timestamp_step = static_cast<std::int64_t>(random_.below(5)),
                       .fill = static_cast<char>('a' + random_.below(26))};
        if (random_.below(2) == 0) {
            spec.producer = ProducerId{static_cast<std::int64_t>(random_.below(3))};
            const auto& known = producers_[spec.producer];
            const bool anew = random_.below(20) == 0;
            spec.epoch = known.epoch + static_cast<std::int16_t>(anew ? 1 : 0);
            spec.sequence = anew ? 0 : known.next_sequence;
            spec.transactional = spec.producer.get() > 0;
        }
        return spec;
    }
    void append() {
        const auto spec = make_spec();
        ModelBatch batch{.producer = spec.producer,
                         .sequence = spec.sequence,
                         .epoch = spec.epoch,
                         .transactional = spec.transactional};
        for (int i = 0; i < spec.records; ++i) {
            batch.timestamps.push_back(spec.timestamp + i * spec.timestamp_step);
        }
        send(testing::make_batch(spec), wire::AppendOrigin::client, std::move(batch));
    }
    void end_transaction() {
        const auto id = ProducerId{static_cast<std::int64_t>(1 + random_.below(2))};
        const auto epoch = producers_[id].epoch;
        const bool committed = random_.below(2) == 0;
        send(testing::make_marker(id, epoch, committed, timestamp_),
             wire::AppendOrigin::coordinator,
             {.timestamps = {timestamp_}, .producer = id, .epoch = epoch, .committed = committed});
    }
    /// Appends that are held, written by one plan or more while others follow.
    void hold() {
        const Offset before = model_.end();
        is_held_ = true;
        append_held(1 + random_.below(4));
        while (log().is_unsettled() && log().held_bytes() > 0) {
            const auto plan = log().begin_flush();
            if (!tolerate(plan)) {
                break;
            }
            append_held(random_.below(3));
            const bool on_medium = random_.below(2) == 0;
            machine_.tell(on_medium ? "  synced" : "  written");
            if (tolerate(on_medium ? plan->sync() : plan->write())) {
                log().flushed(*plan, machine_.clock.both());
                if (on_medium && !machine_.is_broken()) {
                    machine_.note_synced(plan->up_to);
                }
            } else {
                log().flush_failed(*plan, machine_.clock.both());
                EXPECT_TRUE(plan->work->written || log().held_bytes() == 0);
                break;
            }
        }
        is_held_ = false;
        if (!machine_.is_broken() && machine_.armed() != Trouble::power) {
            machine_.disarm();
            ASSERT_TRUE(log().held_bytes() == 0 || machine_.flush());
            ASSERT_TRUE(log().written_end() == log().log_end());
            ASSERT_TRUE(log().log_end() >= before || machine_.trouble_met());
            model_.cut(log().log_end());
        }
        producers_ = model_.producers();
        log().set_high_watermark(log().log_end());
    }
    void append_held(std::uint64_t count) {
        // What a disk says that has failed counts for nothing.
        for (std::uint64_t i = 0; i < count && !machine_.is_broken(); ++i) {
            random_.below(4) == 0 ? end_transaction() : append();
        }
    }
    void send(ByteBuffer bytes, wire::AppendOrigin origin, ModelBatch batch) {
        if (is_held_ && log().append_needs_write(bytes.view())) {
            return;  // it would wait in line
        }
        if (cut_is_unsaved_ && !checkpoint()) {
            return;
        }
        batch.first = model_.end();
        batch.last = batch.first + static_cast<std::int64_t>(batch.timestamps.size()) - 1;
        batch.leader_epoch = epoch_;
        machine_.tell(fmt::format("append [{}, {}] of producer {}, sequence {}, {}", batch.first,
                                  batch.last, batch.producer, batch.sequence,
                                  batch.committed ? "marker" : "data"));
        const auto sent = log().append(
            bytes.mutable_view(),
            {.origin = origin, .epoch = epoch_, .now = machine_.clock.both(), .held = is_held_},
            validator_);
        batch.bytes.assign(bytes.view().begin(), bytes.view().end());
        if (!sent) {
            EXPECT_TRUE(machine_.trouble_met()) << sent.error().error.message;
            EXPECT_EQ(log().log_end(), model_.end());
            in_flight_ = in_flight_.value_or(std::move(batch));
            return;
        }
        EXPECT_EQ(sent->first, batch.first);
        EXPECT_EQ(sent->last, batch.last);
        model_.batches.push_back(std::move(batch));
        log().set_high_watermark(log().log_end());
        producers_ = model_.producers();
    }
    void repeat() {
        const auto id = ProducerId{static_cast<std::int64_t>(random_.below(3))};
        const auto known = producers_[id];
        if (!known.last) {
            return;
        }
        const auto& last = model_.batches[*known.last];
        auto bytes = testing::make_batch({.records = static_cast<int>(last.timestamps.size()),
                                          .producer = id,
                                          .epoch = last.epoch,
                                          .sequence = last.sequence,
                                          .transactional = last.transactional});
        const auto appended = log().append(
            bytes.mutable_view(), {.epoch = epoch_, .now = machine_.clock.both()}, validator_);
        ASSERT_TRUE(appended) << appended.error().error.message;
        EXPECT_TRUE(appended->duplicate);
        EXPECT_EQ(appended->first, last.first);
        EXPECT_EQ(appended->last, last.last);
    }
    void delete_records() {
        const Offset offset =
            std::min(model_.end(), model_.log_start + static_cast<std::int64_t>(random_.below(10)));
        machine_.tell(fmt::format("delete records before {}", offset));
        const bool done = tolerate(log().delete_records_before(offset));
        ASSERT_TRUE(log().log_start() == offset || (!done && log().log_start() <= offset));
        model_.log_start = log().log_start();
    }

    // --- what the broker does ----------------------------------------------------------------
    void cut() {
        const auto length = static_cast<std::uint64_t>(model_.end() - model_.log_start) + 1;
        const Offset offset =
            model_.end() -
            static_cast<std::int64_t>(random_.below(std::min<std::uint64_t>(length, 40)));
        const Offset target = model_.end_before(offset);
        if (target < model_.log_start || target > offset) {
            return;  // what is deleted was committed; and of a hole nobody has a record
        }
        machine_.promise_up_to(target);
        machine_.tell(fmt::format("cut {} to {}", model_.end(), target));
        unfinished_cut_ = target;
        auto done = log().truncate_to(offset);
        if (!tolerate(done)) {
            cut_is_unsaved_ = true;
            if (machine_.armed() == Trouble::power || machine_.is_broken()) {
                return;
            }
            machine_.disarm();
            done = log().truncate_to(offset);
            ASSERT_TRUE(done) << done.error().message;
        }
        unfinished_cut_.reset();
        note_cut(offset);
        if (random_.below(2) == 0) {
            checkpoint();
        }
    }
    void note_cut(Offset offset) {
        model_.cut(offset);
        if (model_.end() > offset) {
            // The cut was cut short by a crash, which left offsets without a record.
            ASSERT_EQ(log().log_end(), offset);
            begin_anew(offset);
        }
        producers_ = model_.producers();
        log().set_high_watermark(log().log_end());
        epoch_ = epoch_ + 1;
        cut_is_unsaved_ = true;
    }
    void give_up() {
        machine_.tell(fmt::format("retention of [{}, {})", model_.log_start, model_.end()));
        tolerate(log().apply_retention(machine_.clock.both()));
        if (log().deletion_waits() && random_.below(4) != 0 && tolerate(machine_.flush())) {
            tolerate(log().apply_retention(machine_.clock.both()));
        }
        tolerate(machine_.remove_deleted());
        EXPECT_GE(log().log_start(), model_.log_start);
        model_.log_start = log().log_start();
    }
    void change_retention() {
        auto config = machine_.config;
        config.retention_ms = random_.below(3) == 0 ? 40'000 : -1;
        config.retention_bytes = static_cast<std::int64_t>(2000 + random_.below(30'000));
        machine_.set_config(config);
    }
    void roll() {
        machine_.tell("roll");
        auto now = machine_.clock.both();
        now.wall = now.wall + static_cast<std::int64_t>(random_.below(300'000));
        tolerate(log().roll_if_due(now));
    }
    void flush() {
        machine_.tell(fmt::format("flush up to {}", model_.end()));
        if (!tolerate(machine_.flush())) {
            return;
        }
        machine_.check_segments();
        if (random_.below(4) != 0) {
            checkpoint();
        }
    }
    bool checkpoint() {
        machine_.tell("checkpoint");
        if (!tolerate(machine_.checkpoint())) {
            return false;
        }
        cut_is_unsaved_ = false;
        model_.forget_before(std::min(machine_.saved_start(), machine_.synced_end()));
        producers_ = model_.producers();
        return true;
    }
    void move() {
        const Offset from = model_.end_before(model_.log_start);
        machine_.tell(fmt::format("move of [{}, {})", from, model_.end()));
        tolerate(machine_.move(from, [this] { append(); }));
    }

    // --- comparing ---------------------------------------------------------------------------
    void check() {
        if (::testing::Test::HasFailure()) {
            return;
        }
        ASSERT_EQ(log().log_end(), model_.end());
        ASSERT_EQ(log().log_start(), model_.log_start);
        check_read();
        check_timestamps();
        check_indexes();
        check_transactions();
        check_epochs();
        for (const auto& [id, producer] : model_.producers()) {
            check_producer(id, producer);
        }
    }
    void check_read() {
        const auto length = static_cast<std::uint64_t>(model_.end() - model_.log_start);
        const auto from = model_.log_start + static_cast<std::int64_t>(random_.below(length + 1));
        const auto end = from + static_cast<std::int64_t>(random_.below(length + 1));
        const auto max_bytes = static_cast<std::uint32_t>(random_.below(5000));
        const bool at_least_one = random_.below(2) == 0;
        const auto slice = log().read(
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
    void check_timestamps() {
        const auto asked = timestamp_ - static_cast<std::int64_t>(random_.below(3000)) + 20;
        const auto want = model_.find(asked);
        const auto got = log().find_by_timestamp(asked);
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_EQ(got->has_value(), want.has_value());
        ASSERT_TRUE(!want || (*got)->offset == *want)
            << (*got)->offset.get() << " at " << (*got)->timestamp.get() << ", not " << want->get()
            << " for " << asked.get();
        if (random_.below(4) == 0) {
            const auto newest = log().find_max_timestamp();
            ASSERT_TRUE(newest) << newest.error().message;
            const auto of_model = model_.newest();
            ASSERT_EQ(newest->has_value(), of_model.has_value());
            ASSERT_TRUE(!of_model || (*newest)->timestamp == *of_model)
                << (*newest)->timestamp.get() << " at " << (*newest)->offset.get() << ", not "
                << of_model->get();
        }
    }
    /// Each batch is where the offset index sends who asks for it, each timestamp where the time
    /// index does.
    void check_indexes() {
        for (const auto& batch : model_.batches) {
            if (batch.last < model_.log_start) {
                continue;
            }
            const auto slice =
                log().read(std::max(batch.first, model_.log_start),
                           {.max_bytes = 1, .at_least_one_batch = true, .end = model_.end()});
            ASSERT_TRUE(slice) << slice.error().message;
            std::vector<std::byte> got(slice->size);
            ASSERT_EQ(slice->file->read_at(slice->position, got).value_or(0), got.size());
            ASSERT_TRUE(got == batch.bytes) << "the batch of " << batch.first.get();
            const auto timestamp = batch.timestamps.front();
            const auto found = log().find_by_timestamp(timestamp);
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_TRUE(*found && (*found)->offset == model_.find(timestamp))
                << "timestamp " << timestamp.get();
        }
    }
    /// Of a transaction that began before the log's start the log may know no more than what is
    /// left of it.
    void check_transactions() {
        Offset stable = model_.end();
        for (const auto& [id, producer] : model_.producers()) {
            const auto* entry = log().producers().find(id);
            const bool left = producer.open && *producer.open < model_.log_start;
            const auto open = left && entry != nullptr ? entry->transaction_first : producer.open;
            if (open && entry != nullptr) {
                stable = std::min(stable, std::max(*open, model_.log_start));
            }
        }
        ASSERT_EQ(log().last_stable_offset(), stable);
        const auto got = log().aborted_transactions(model_.log_start, model_.end());
        ASSERT_TRUE(got) << got.error().message;
        std::map<Offset, AbortedTransaction> by_marker;
        for (const auto& aborted : model_.aborted()) {
            by_marker[aborted.last_offset] = aborted;
        }
        for (const auto& aborted : *got) {
            const auto want = by_marker.find(aborted.last_offset);
            ASSERT_NE(want, by_marker.end()) << aborted.last_offset.get();
            ASSERT_EQ(aborted.producer_id, want->second.producer_id);
            ASSERT_TRUE(aborted.first_offset == want->second.first_offset ||
                        want->second.first_offset < model_.log_start);
            by_marker.erase(want);
        }
        for (const auto& [marker, missing] : by_marker) {
            ASSERT_LT(missing.first_offset, model_.log_start) << marker.get();
        }
    }
    /// One may have begun at the end, and of a log without records one may be left.
    void check_epochs() {
        const auto want = model_.epochs();
        auto got = log().epochs().entries();
        std::erase_if(got, [this](const auto& entry) { return entry.start >= model_.end(); });
        const auto text = [](const std::vector<LeaderEpochs::Entry>& entries) {
            std::string words;
            for (const auto& entry : entries) {
                words += fmt::format(" {}@{}", entry.epoch, entry.start);
            }
            return words;
        };
        ASSERT_TRUE(want.empty() || got == want) << text(got) << " instead of" << text(want);
    }
    void check_producer(ProducerId id, const testing::ModelProducer& producer) {
        const auto* const entry = log().producers().find(id);
        ASSERT_NE(entry, nullptr) << "producer " << id.get() << " is forgotten";
        ASSERT_EQ(entry->epoch, producer.epoch) << "of producer " << id.get();
        ASSERT_EQ(as_the_log(id).next_sequence, producer.next_sequence)
            << "of producer " << id.get();
    }

    LogMachine machine_;
    runtime::SeededRandom& random_;
    wire::AppendValidator validator_;
    PlainLog model_;
    ModelProducers producers_;             // as the clients know themselves
    std::optional<ModelBatch> in_flight_;  // it failed, but it may be on the medium
    Timestamp timestamp_{1'767'225'600'000};
    bool is_held_ = false;  // what is appended
    LeaderEpoch epoch_{0};
    std::optional<Offset> unfinished_cut_;
    bool cut_is_unsaved_ = false;  // the recovery point on the medium may be behind what was cut
};

TEST(LogModel, AgreesWithTheLogOnEverySeed) {
    testing::run_seeds<LogModel>(40, 1000);
}

}  // namespace
}  // namespace barnabas::log
