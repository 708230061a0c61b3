#pragma once

#include "unit/coordinator/transactions/model_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// The coordinator of a model: its log, of which only what is committed survives a crash for sure,
/// and its markers, which fail, get lost and come late. Producers come on top.
class ModelCoordinator {
public:
    explicit ModelCoordinator(std::uint64_t seed) : dice_(seed) {
        config_.transaction_version = static_cast<std::int16_t>(dice_.one_in(4) ? 1 : 2);
        config_.abort_interval = 3s;
        machine_.configure(config_);
        for (int i = 0; i < 3; ++i) {
            partitions_.emplace_back(partition("t", i));
        }
        partitions_.emplace_back(partition("__consumer_offsets", 0));
        for (const std::string id : {"x", "y", "z"}) {
            place(id);
        }
        load();
    }

    [[nodiscard]] std::string story() const {
        std::string all;
        for (const auto& line : story_) {
            all += line + "\n";
        }
        return all;
    }

protected:
    static constexpr std::int32_t timeout_ms = 20'000;

    template <class... Args>
    void tell(fmt::format_string<Args...> text, Args&&... args) {
        story_.push_back(fmt::format(text, std::forward<Args>(args)...));
        if (story_.size() > 60) {
            story_.pop_front();
        }
    }

    // --- the coordinator and its log

    /// Some ids begin close to the last epoch.
    void place(const std::string& id) {
        if (dice_.one_in(2)) {
            return;
        }
        Transaction old;
        old.producer = {.id = ProducerId{next_id_++},
                        .epoch = ProducerEpoch{static_cast<std::int16_t>(32'756 + dice_.below(8))}};
        old.previous_id = old.producer.id;
        old.timeout_ms = timeout_ms;
        old.updated = now_.wall;
        log_.push_back(read_record(transaction_record(id, old, 2)));
    }

    void load() {
        is_up_ = true;
        for (std::size_t i = 0; i < log_.size(); ++i) {
            apply(i, {});
        }
        machine_.loaded(++coordinator_epoch_, now_);
        machine_.committed(Offset{committed_}, now_);
        tell("coordinator {} has loaded {} records, {} are committed", coordinator_epoch_,
             log_.size(), committed_);
    }

    void apply(std::size_t index, const TransactionMemo& memo) {
        const auto& stored = log_[index];
        const auto applied = machine_.apply(
            stored.key, stored.value ? &*stored.value : nullptr,
            {.offset = Offset{static_cast<std::int64_t>(index)}, .now = now_, .memo = memo});
        ASSERT_TRUE(applied) << applied.error().message;
    }

    /// Appends and applies, or nothing at all. Whether it is appended.
    template <class Reply>
    bool append(const TransactionOutcome<Reply>& outcome) {
        if (!outcome.records.empty() && !quiet_ && dice_.one_in(30)) {
            tell("an append fails");
            return false;
        }
        for (const auto& record : outcome.records) {
            log_.push_back(read_record(record));
            apply(log_.size() - 1, outcome.memo);
            const auto& stored = log_.back();
            tell("  {}: '{}' {} {}:{} next {}", log_.size() - 1, stored.key.transactional_id,
                 transaction_state_name(machine_.find(stored.key.transactional_id)->state),
                 stored.value->producer_id, stored.value->producer_epoch,
                 stored.value->next_producer_id);
        }
        return true;
    }

    /// When everything that is in the log now is committed; never, if the coordinator dies first.
    template <class Then>
    void when_committed(Then then) {
        waiting_.push_back({static_cast<std::int64_t>(log_.size()), std::move(then)});
        commit_up_to(committed_);
    }

    void commit_some() {
        commit_up_to(committed_ +
                     static_cast<std::int64_t>(dice_.below(log_.size() - committed_ + 1)));
    }
    void commit_all() { commit_up_to(static_cast<std::int64_t>(log_.size())); }

    void commit_up_to(std::int64_t end) {
        if (!is_up_) {
            return;
        }
        committed_ = end;
        machine_.committed(Offset{end}, now_);
        while (!waiting_.empty() && waiting_.front().end <= committed_) {
            const auto then = std::move(waiting_.front().then);
            waiting_.pop_front();
            then();
        }
    }

    void crash() {
        if (!is_up_) {
            return load();
        }
        tell("the coordinator crashes");
        is_up_ = false;
        machine_.unloaded();
        waiting_.clear();
        const auto kept = dice_.below(log_.size() - committed_ + 1);
        log_.resize(committed_ + kept);
        // A request of the old version that is lost with its connection is never processed
        // (without KIP-890 nothing could tell it from a new one).
        std::erase_if(under_way_, [](const MarkersToSend& one) {
            return !bumps_epoch(one.transaction_version);
        });
    }

    // --- what the coordinator does by itself

    void do_work() {
        if (!is_up_) {
            return load();
        }
        auto due = machine_.work(now_);
        for (auto& markers : due.markers) {
            tell("markers of '{}' {}:{} ({}) are sent to {} partitions",
                 markers.key.transactional_id, markers.key.producer.id, markers.key.producer.epoch,
                 markers.commit ? "commit" : "abort", markers.partitions.size());
            under_way_.push_back(std::move(markers));
        }
        for (const auto& id : due.complete) {
            append(machine_.complete(id, now_));
        }
        for (const auto& id : due.abort) {
            const bool needed = machine_.abort_needs_producer_id(id);
            const auto outcome = machine_.abort_timed_out(
                id, needed ? std::optional(ProducerId{next_id_++}) : std::nullopt, now_);
            if (!outcome.records.empty()) {
                tell("{}", outcome.reply);
                append(outcome);
            }
        }
    }

    void deliver_markers() {
        for (std::size_t i = under_way_.size(); i > 0; --i) {
            const MarkersToSend markers = std::move(under_way_.front());
            under_way_.pop_front();
            for (const auto& to : markers.partitions) {
                deliver(markers, to);
            }
        }
    }

    void deliver(const MarkersToSend& markers, const TopicPartition& to) {
        if (!quiet_ && dice_.one_in(8)) {
            answer(markers, to, ErrorCode::not_leader_or_follower);
            return;
        }
        if (!quiet_ && dice_.one_in(8)) {
            // The connection breaks. A marker of transactions v2 may be taken all the same, and
            // much later.
            if (bumps_epoch(markers.transaction_version)) {
                late_markers_.push_back(markers);
                late_markers_.back().partitions = {to};
            }
            answer(markers, to, ErrorCode::network_exception);
            return;
        }
        const auto code = partition_named(to).mark(markers);
        tell("marker {}:{} {} to {}: {}", markers.key.producer.id, markers.key.producer.epoch,
             markers.commit ? "commit" : "abort", to, error_name(code));
        answer(markers, to, !quiet_ && dice_.one_in(10) ? ErrorCode::network_exception : code);
    }

    void answer(const MarkersToSend& markers, const TopicPartition& to, ErrorCode code) {
        if (is_up_) {
            machine_.on_marker(markers.key, to, code, now_);
        }
    }

    void deliver_late_markers() {
        for (const auto& markers : std::exchange(late_markers_, {})) {
            const auto code = partition_named(markers.partitions.at(0)).mark(markers);
            tell("late marker {}:{} to {}: {}", markers.key.producer.id, markers.key.producer.epoch,
                 markers.partitions[0], error_name(code));
        }
    }

    ModelPartition& partition_named(const TopicPartition& name) {
        const auto found = std::ranges::find(partitions_, name, &ModelPartition::name);
        INVARIANT(found != partitions_.end(), "no partition {}", name);
        return *found;
    }

    void advance(Duration by) {
        now_.steady += by;
        now_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(by).count();
    }

    struct Waiting {
        std::int64_t end = 0;
        std::function<void()> then;
    };
    Dice dice_;
    TransactionConfig config_;
    Transactions machine_{config_};
    Now now_{.steady = Time{} + 1h, .wall = Timestamp{1'000'000}};
    std::vector<StoredTransaction> log_;
    std::int64_t committed_ = 0;
    std::int32_t coordinator_epoch_ = 0;
    std::int64_t next_id_ = 1000;
    bool is_up_ = false;
    bool quiet_ = false;
    std::deque<Waiting> waiting_;
    std::deque<MarkersToSend> under_way_;
    std::vector<MarkersToSend> late_markers_;
    std::vector<ModelPartition> partitions_;
    std::deque<std::string> story_;
};

}  // namespace barnabas::coordinator::testing
