// A share partition against a plain map of records: members fetch, acknowledge and vanish at
// random, writes fail, time passes, the log loses its beginning, the broker starts again at any
// moment.
#include "unit/share/share_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

namespace barnabas::share {
namespace {

using testing::text_of;

struct Record {
    RecordState state = RecordState::available;
    int count = 0;
    std::string holder{};
    Time lock = never;
    std::optional<std::pair<RecordState, int>> pending{};
    std::uint64_t write = 0;
};
struct Stored {
    RecordState state = RecordState::available;
    int count = 0;
};

class Model {
public:
    explicit Model(unsigned seed) : random_(seed) {
        settings_.delivery_count_limit = below(2) != 0 ? 5 : 2;
        settings_.record_locks_max = 20 + below(60);
        settings_.dead_letters = below(3) == 0;
        begin_with({});
    }

    void run(int steps) {
        for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            step();
            check();
        }
    }

private:
    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    std::string member() { return std::string(1, static_cast<char>('a' + below(3))); }

    void begin_with(const Kept& kept) {
        auto loaded = SharePartition::load(kept);
        ASSERT_TRUE(loaded) << loaded.error().message;
        machine_.emplace(std::move(*loaded));
    }

    void step() {
        switch (below(14)) {
            case 0:
            case 1:
                produce();
                break;
            case 2:
            case 3:
            case 4:
                fetch();
                break;
            case 5:
            case 6:
            case 7:
                acknowledge();
                break;
            case 8:
            case 9:
                begin_write();
                break;
            case 10:
                end_write(below(4) != 0);
                break;
            case 11:
                now_ += std::chrono::seconds(below(20));
                machine_->on_tick(settings_, now_);
                expire();
                break;
            case 12:
                below(2) != 0 ? vanish() : lose_beginning();
                break;
            default:
                if (below(3) == 0) {
                    restart();
                }
                keep_dead_letters();
                break;
        }
    }

    void produce() {
        const std::int64_t first = log_.empty() ? 0 : log_.back().last.get() + 1;
        const std::int64_t last = first + below(8);
        log_.push_back({.first = Offset{first}, .last = Offset{last}, .aborted = below(8) == 0});
    }

    void fetch() {
        const Offset from = machine_->next_fetch_offset();
        std::vector<FetchedBatch> read;
        for (const auto& batch : log_) {
            if (batch.last >= from && read.size() < 6) {
                read.push_back(batch);
            }
        }
        const bool could = machine_->can_acquire(settings_);
        const auto who = member();
        const auto mode = below(2) != 0 ? AcquireMode::record_limit : AcquireMode::batch_optimized;
        const auto records_max = 1 + below(15);
        const auto ranges = machine_->acquire({.member = who,
                                               .mode = mode,
                                               .batch_size = 1 + below(10),
                                               .records_max = records_max,
                                               .fetch_offset = from,
                                               .batches = read},
                                              settings_, now_);
        const bool any_aborted =
            std::ranges::any_of(read, [](const FetchedBatch& batch) { return batch.aborted; });
        EXPECT_TRUE(!could || read.empty() || any_aborted || !ranges.empty())
            << "nothing acquired of what is free from " << from.get();
        std::int64_t taken = 0;
        for (const auto& range : ranges) {
            for (Offset at = range.first; at <= range.last; ++at, ++taken) {
                auto& record = records_[at];
                EXPECT_EQ(record.state, RecordState::available) << at.get();
                EXPECT_FALSE(record.pending) << at.get();
                EXPECT_FALSE(aborted(at)) << at.get();
                record.state = RecordState::acquired;
                record.count += 1;
                record.holder = who;
                record.lock = now_ + settings_.lock_duration;
                EXPECT_EQ(record.count, range.delivery_count) << at.get();
                EXPECT_LE(record.count, settings_.delivery_count_limit) << at.get();
            }
        }
        if (mode == AcquireMode::record_limit) {
            EXPECT_LE(taken, records_max);
        }
    }

    [[nodiscard]] bool aborted(Offset offset) const {
        return std::ranges::any_of(log_, [&](const FetchedBatch& batch) {
            return batch.aborted && batch.first <= offset && offset <= batch.last;
        });
    }

    void acknowledge() {
        const auto who = member();
        std::vector<Offset> held;
        for (const auto& [offset, record] : records_) {
            if (record.state == RecordState::acquired && (record.holder == who || below(6) == 0)) {
                held.push_back(offset);
            }
        }
        if (held.empty()) {
            return;
        }
        const Offset first = held[static_cast<std::size_t>(below(static_cast<int>(held.size())))];
        const Offset last = first + below(6);
        std::vector<std::int8_t> types(below(2) != 0 ? 1
                                                     : static_cast<std::size_t>(last - first + 1));
        for (auto& type : types) {
            type = static_cast<std::int8_t>(below(5));
        }
        bool legal = last < machine_->end();
        for (Offset at = std::max(first, machine_->start()); at <= last; ++at) {
            const auto& record = records_[at];
            legal = legal && record.state == RecordState::acquired && record.holder == who &&
                    !record.pending;
        }
        const Acknowledgement batch{.first = first, .last = last, .types = types};
        const auto result = machine_->acknowledge(who, std::span(&batch, 1), settings_, now_);
        EXPECT_EQ(result.has_value(), legal)
            << first.get() << " to " << last.get() << " by " << who << " of " << text_of(*machine_);
        if (!result) {
            return;
        }
        for (Offset at = std::max(first, machine_->start()); at <= last; ++at) {
            const auto type = types[types.size() == 1 ? 0 : static_cast<std::size_t>(at - first)];
            begin(records_[at], type, *result);
        }
    }

    void begin(Record& record, std::int8_t type, std::optional<std::uint64_t> write) {
        const auto failed = settings_.dead_letters ? RecordState::archiving : RecordState::archived;
        const bool last_time = record.count >= settings_.delivery_count_limit;
        const RecordState outcomes[] = {RecordState::archived, RecordState::acknowledged,
                                        last_time ? failed : RecordState::available, failed};
        if (type == 4) {
            record.lock = now_ + settings_.lock_duration;
            return;
        }
        ASSERT_TRUE(write);
        record.pending = {outcomes[type], record.count};
        record.write = *write;
    }

    void begin_write() {
        if (writing_) {
            EXPECT_FALSE(machine_->take_write());
            return;
        }
        writing_ = machine_->take_write();
        if (!writing_) {
            return;
        }
        std::int64_t done = 0;
        for (const auto& [offset, record] : records_) {
            const auto state = record.pending ? record.pending->first : record.state;
            done += offset >= machine_->start() && is_final(state) ? 1 : 0;
        }
        EXPECT_GE(writing_->delivery_complete_count, done);  // and those that were aborted
        for (const auto& batch : writing_->batches) {
            for (Offset at = batch.first; at <= batch.last; ++at) {
                const auto& record = records_[at];
                const auto state = record.pending ? record.pending->first : record.state;
                if (state == RecordState::acquired) {
                    EXPECT_EQ(batch.state, RecordState::available) << at.get();
                    EXPECT_EQ(batch.delivery_count, record.count - 1) << at.get();
                } else if (!aborted(at)) {
                    EXPECT_EQ(batch.state, state) << at.get();
                    EXPECT_EQ(batch.delivery_count,
                              record.pending ? record.pending->second : record.count)
                        << at.get();
                }
            }
        }
    }

    void end_write(bool kept) {
        if (!writing_) {
            return;
        }
        machine_->on_written(writing_->number, kept, settings_, now_);
        if (kept) {
            store(*writing_);
        }
        for (auto& [offset, record] : records_) {
            if (!record.pending || record.write != writing_->number) {
                continue;
            }
            const auto [state, count] = *record.pending;
            record.pending.reset();
            if (kept) {
                record.count = count;
                leave(record, state);
            } else if (record.lock <= now_) {
                end_lock(record);
            }
        }
        writing_.reset();
    }

    void store(const Write& write) {
        stored_start_ = std::max(stored_start_, write.start);
        for (const auto& batch : write.batches) {
            for (Offset at = batch.first; at <= batch.last; ++at) {
                stored_[at] = {batch.state, batch.delivery_count};
            }
        }
        std::erase_if(stored_, [&](const auto& entry) { return entry.first < stored_start_; });
    }

    static void leave(Record& record, RecordState state) {
        record.state = state;
        record.holder.clear();
        record.lock = never;
    }
    void end_lock(Record& record) {
        const auto failed = settings_.dead_letters ? RecordState::archiving : RecordState::archived;
        leave(record,
              record.count >= settings_.delivery_count_limit ? failed : RecordState::available);
    }
    void expire() {
        for (auto& [offset, record] : records_) {
            if (record.state == RecordState::acquired && !record.pending && record.lock <= now_) {
                end_lock(record);
            }
        }
    }

    void vanish() {
        const auto who = member();
        const auto write = machine_->release(who);
        for (auto& [offset, record] : records_) {
            if (record.state == RecordState::acquired && !record.pending && record.holder == who) {
                ASSERT_TRUE(write);
                record.pending = {RecordState::available, record.count - 1};
                record.write = *write;
            }
        }
    }

    void lose_beginning() {
        if (below(4) != 0 || log_.size() < 3) {
            return;
        }
        log_.erase(log_.begin());
        log_start_ = log_.front().first + below(2);
        machine_->move_log_start(log_start_);
        std::erase_if(records_, [&](const auto& entry) { return entry.first < log_start_; });
    }

    void keep_dead_letters() {
        auto letters = machine_->take_dead_letters();
        waiting_letters_.insert(waiting_letters_.end(), letters.begin(), letters.end());
        for (const auto& letter : waiting_letters_) {
            machine_->on_dead_letters_kept(letter);
            for (Offset at = letter.first; at <= letter.last; ++at) {
                if (const auto found = records_.find(at);
                    found != records_.end() && found->second.state == RecordState::archiving) {
                    leave(found->second, RecordState::archived);
                }
            }
        }
        waiting_letters_.clear();
    }

    /// What was not kept is as if it had never been; what is done with stays so.
    void restart() {
        if (writing_ && below(2) != 0) {
            store(*writing_);
        }
        writing_.reset();
        waiting_letters_.clear();
        Kept kept{.start = stored_start_};
        records_.clear();
        for (const auto& [offset, stored] : stored_) {
            kept.batches.push_back({.first = offset,
                                    .last = offset,
                                    .state = stored.state,
                                    .delivery_count = static_cast<std::int16_t>(stored.count)});
            records_[offset] = {.state = stored.state, .count = stored.count};
        }
        begin_with(kept);
        machine_->move_log_start(log_start_);
        std::erase_if(records_, [&](const auto& entry) { return entry.first < log_start_; });
        for (const auto& [offset, stored] : stored_) {
            if (offset >= machine_->start()) {
                machine_->in_flight().look(
                    offset, offset, [&](Offset, Offset, const Delivery& delivery) {
                        EXPECT_EQ(delivery.state, stored.state) << offset.get();
                        EXPECT_EQ(delivery.count, stored.count) << offset.get();
                    });
            }
        }
    }

    void check() {
        for (const auto& [offset, record] : records_) {
            if (offset >= machine_->start()) {
                break;
            }
            EXPECT_TRUE(is_final(record.state) || aborted(offset))
                << "the start " << machine_->start().get() << " has passed " << offset.get()
                << " in state " << static_cast<int>(record.state);
        }
        EXPECT_LE(machine_->start(), machine_->end());
    }

    std::mt19937 random_;
    Settings settings_;
    std::optional<SharePartition> machine_;
    Time now_{1h};
    std::vector<FetchedBatch> log_;
    Offset log_start_{0};
    std::map<Offset, Record> records_;
    std::optional<Write> writing_;
    std::vector<DeadLetters> waiting_letters_;
    Offset stored_start_{0};
    std::map<Offset, Stored> stored_;
};

TEST(SharePartitionModel, BehavesLikeAPlainMapOfRecords) {
    const unsigned first = std::random_device{}();
    for (unsigned seed = first; seed < first + 150 && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        Model(seed).run(400);
    }
}

}  // namespace
}  // namespace barnabas::share
