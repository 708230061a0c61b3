#include "coordinator/transactions/transactions.h"

#include "base/invariant.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {

Transactions::Transactions(TransactionConfig config) : config_(config), markers_(config.markers) {}

void Transactions::configure(TransactionConfig config) {
    config_ = config;
    markers_.configure(config.markers);
}

Result<void> Transactions::apply(const wire::TransactionLogKey& key,
                                 const wire::TransactionLogValue* value, const Applied& how) {
    if (value == nullptr) {
        remove(key.transactional_id);
        return {};
    }
    auto next = transaction_of(*value);
    if (!next) {
        return fail(next.error().code, "the record of transactional id '{}' at offset {}: {}",
                    key.transactional_id, how.offset, next.error().message);
    }
    put(key.transactional_id, std::move(*next), how);
    return {};
}

void Transactions::put(const std::string& id, Transaction next, const Applied& how) {
    const auto [found, is_new] = entries_.try_emplace(id);
    Entry& entry = found->second;
    const Transaction& old = entry.transaction;
    if (!is_new) {
        INVARIANT(!is_loaded() || may_follow(old.state, next.state), "'{}': {} was decided in {}",
                  id, transaction_state_name(next.state), transaction_state_name(old.state));
        unindex(id, entry);
    }
    const bool same_producer = !is_new && old.producer == next.producer;
    next.last_epoch = same_producer ? old.last_epoch : how.memo.last_epoch;
    if (how.memo.timed_out) {
        INVARIANT(next.state == TransactionState::prepare_abort, "'{}' timed out into {}", id,
                  transaction_state_name(next.state));
        entry.timed_out = TimedOut{.producer = old.client(), .timeout_ms = old.timeout_ms};
    } else if (!is_prepared(next.state) && next.state != TransactionState::complete_abort) {
        entry.timed_out.reset();
    }
    entry.transaction = std::move(next);
    if (const auto deadline = entry.transaction.deadline()) {
        deadlines_.emplace(*deadline, id);
    }
    if (!is_prepared(entry.transaction.state)) {
        markers_.remove(id);
        return;
    }
    entry.prepared_at = how.offset;
    uncommitted_ends_.emplace(how.offset, id);
    begin_committed_ends(how.now);
}

void Transactions::remove(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
        return;
    }
    INVARIANT(!is_loaded() || may_expire(found->second.transaction.state), "'{}' expired in {}", id,
              transaction_state_name(found->second.transaction.state));
    unindex(id, found->second);
    markers_.remove(id);
    entries_.erase(found);
}

void Transactions::unindex(const std::string& id, Entry& entry) {
    if (const auto deadline = entry.transaction.deadline()) {
        deadlines_.erase({*deadline, id});
    }
    if (entry.prepared_at) {
        uncommitted_ends_.erase(*entry.prepared_at);
        entry.prepared_at.reset();
    }
}

void Transactions::loaded(std::int32_t coordinator_epoch, Now now) {
    INVARIANT(!is_loaded(), "loaded for epoch {} and again for {}", *coordinator_epoch_,
              coordinator_epoch);
    coordinator_epoch_ = coordinator_epoch;
    next_abort_look_ = now.steady + config_.abort_interval;
    next_expiration_ = now.steady + config_.expiration_interval;
    begin_committed_ends(now);
}

void Transactions::committed(Offset end, Now now) {
    INVARIANT(end >= committed_, "committed up to {} and then up to {}", committed_, end);
    committed_ = end;
    begin_committed_ends(now);
}

void Transactions::begin_committed_ends(Now now) {
    while (is_loaded() && !uncommitted_ends_.empty() &&
           uncommitted_ends_.begin()->first < committed_) {
        const std::string id = std::move(uncommitted_ends_.begin()->second);
        uncommitted_ends_.erase(uncommitted_ends_.begin());
        const auto found = entries_.find(id);
        INVARIANT(found != entries_.end(), "'{}' ends and is not there", id);
        found->second.prepared_at.reset();
        const Transaction& ending = found->second.transaction;
        INVARIANT(is_prepared(ending.state), "'{}' ends in {}", id,
                  transaction_state_name(ending.state));
        markers_.add({.key = {.transactional_id = id,
                              .producer = ending.producer,
                              .coordinator_epoch = *coordinator_epoch_},
                      .commit = ending.state == TransactionState::prepare_commit,
                      .transaction_version = static_cast<std::int8_t>(ending.client_version),
                      .partitions = {ending.partitions.begin(), ending.partitions.end()}},
                     now.steady);
    }
}

void Transactions::unloaded() {
    coordinator_epoch_.reset();
    committed_ = Offset{0};
    entries_.clear();
    deadlines_.clear();
    uncommitted_ends_.clear();
    markers_.clear();
    next_abort_look_ = never;
    next_expiration_ = never;
}

Transactions::Work Transactions::work(Now now) {
    Work due;
    if (!is_loaded()) {
        return due;
    }
    auto ends = markers_.take_due(now.steady);
    due.markers = std::move(ends.send);
    due.complete = std::move(ends.done);
    if (now.steady >= next_abort_look_) {
        next_abort_look_ = now.steady + config_.abort_interval;
        for (const auto& [deadline, id] : deadlines_) {
            if (deadline >= now.wall) {
                break;
            }
            due.abort.push_back(id);
        }
    }
    if (now.steady >= next_expiration_) {
        next_expiration_ = now.steady + config_.expiration_interval;
        due.expire = !entries_.empty();
    }
    return due;
}

Time Transactions::next_wake() const {
    if (!is_loaded()) {
        return never;
    }
    return std::min({markers_.next_due(), deadlines_.empty() ? never : next_abort_look_,
                     entries_.empty() ? never : next_expiration_});
}

MarkerVerdict Transactions::on_marker(const MarkerKey& key, const TopicPartition& partition,
                                      ErrorCode code, Now now) {
    return markers_.on_answer(key, partition, code, now.steady);
}

void Transactions::on_partition_gone(const MarkerKey& key, const TopicPartition& partition,
                                     Now now) {
    markers_.on_partition_gone(key, partition, now.steady);
}

TransactionOutcome<std::string> Transactions::complete(std::string_view transactional_id,
                                                       Now now) const {
    TransactionOutcome<std::string> outcome;
    const Entry* entry = entry_of(transactional_id);
    if (entry == nullptr || !markers_.is_done(transactional_id)) {
        return outcome;
    }
    const Transaction next = completed(entry->transaction, now.wall);
    outcome.records.push_back(record_of(transactional_id, next));
    outcome.memo.last_epoch = next.last_epoch;
    outcome.reply = fmt::format("transactional id '{}': {} of producer {}, epoch {}",
                                transactional_id, transaction_state_name(next.state),
                                entry->transaction.producer.id, entry->transaction.producer.epoch);
    return outcome;
}

bool Transactions::abort_needs_producer_id(std::string_view transactional_id) const {
    const Entry* entry = entry_of(transactional_id);
    return entry != nullptr && entry->transaction.state == TransactionState::ongoing &&
           needs_new_id(entry->transaction, config_.transaction_version);
}

TransactionOutcome<std::string> Transactions::abort_timed_out(std::string_view transactional_id,
                                                              std::optional<ProducerId> fresh,
                                                              Now now) const {
    TransactionOutcome<std::string> outcome;
    const Entry* entry = entry_of(transactional_id);
    const auto deadline = entry == nullptr ? std::nullopt : entry->transaction.deadline();
    if (!is_loaded() || !deadline || *deadline >= now.wall) {
        return outcome;
    }
    const Transaction& late = entry->transaction;
    const bool needs_id = needs_new_id(late, config_.transaction_version);
    if (needs_id && !fresh) {
        return outcome;
    }
    const Transaction next = fenced(late, {.commit = false,
                                           .client_version = fence_version(),
                                           .fresh = needs_id ? fresh : std::nullopt,
                                           .now = now.wall});
    outcome.records.push_back(record_of(transactional_id, next));
    outcome.memo = {.last_epoch = next.last_epoch, .timed_out = true};
    outcome.reply = fmt::format(
        "the transaction of transactional id '{}' (producer {}, epoch {}, {} partitions) took "
        "longer than its timeout of {} ms and is aborted",
        transactional_id, late.producer.id, late.producer.epoch, late.partitions.size(),
        late.timeout_ms);
    outcome.why = outcome.reply;
    return outcome;
}

TransactionOutcome<std::string> Transactions::expire(std::size_t max, Now now) const {
    TransactionOutcome<std::string> outcome;
    const auto idle_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(config_.id_expiration).count();
    const Timestamp idle_since = now.wall - idle_ms;
    for (const auto& [id, entry] : entries_) {
        if (!is_loaded() || outcome.records.size() == max) {
            break;
        }
        if (may_expire(entry.transaction.state) && entry.transaction.updated <= idle_since) {
            outcome.records.push_back(transaction_tombstone(id));
        }
    }
    if (!outcome.records.empty()) {
        outcome.reply = fmt::format("{} transactional ids were idle for {} ms and are forgotten",
                                    outcome.records.size(), idle_ms);
    }
    return outcome;
}

const Transactions::Entry* Transactions::entry_of(std::string_view id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

const Transaction* Transactions::find(std::string_view transactional_id) const {
    const Entry* entry = entry_of(transactional_id);
    return entry == nullptr ? nullptr : &entry->transaction;
}

Record Transactions::record_of(std::string_view id, const Transaction& transaction) const {
    return transaction_record(id, transaction, config_.transaction_version);
}

std::int16_t Transactions::fence_version() const {
    return bumps_epoch(config_.transaction_version) ? config_.transaction_version : std::int16_t{0};
}

}  // namespace barnabas::coordinator
