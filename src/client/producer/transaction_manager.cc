#include "client/producer/transaction_manager.h"

#include "base/invariant.h"
#include "client/producer/partition_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::client {
namespace {

using State = TransactionManager::State;

/// Of a producer and partition, by brokers (ProducerStateEntry.NUM_BATCHES_TO_RETAIN).
constexpr std::size_t remembered_batches = 5;

/// Which state may follow which.
bool may_follow(State from, State to) {
    switch (to) {
        case State::uninitialized:
            return from == State::ready;
        case State::initializing:
            return from == State::uninitialized || from == State::committing ||
                   from == State::aborting;
        case State::ready:
            return from == State::initializing || from == State::committing ||
                   from == State::aborting;
        case State::in_transaction:
            return from == State::ready;
        case State::committing:
            return from == State::in_transaction;
        case State::aborting:
            return from == State::in_transaction || from == State::abortable_error;
        case State::abortable_error:
            return from == State::in_transaction || from == State::committing ||
                   from == State::abortable_error || from == State::initializing;
        case State::fatal_error:
            return true;
    }
    std::unreachable();
}

}  // namespace

std::string_view state_name(State state) {
    switch (state) {
        case State::uninitialized:
            return "UNINITIALIZED";
        case State::initializing:
            return "INITIALIZING";
        case State::ready:
            return "READY";
        case State::in_transaction:
            return "IN_TRANSACTION";
        case State::committing:
            return "COMMITTING_TRANSACTION";
        case State::aborting:
            return "ABORTING_TRANSACTION";
        case State::abortable_error:
            return "ABORTABLE_ERROR";
        case State::fatal_error:
            return "FATAL_ERROR";
    }
    std::unreachable();
}

void TransactionManager::set_state(State target) {
    INVARIANT(may_follow(state_, target), "{} cannot follow {}", state_name(target),
              state_name(state_));
    state_ = target;
    if (!has_error()) {
        error_ = {};
    }
}

Result<> TransactionManager::go(State target) {
    if (!may_follow(state_, target)) {
        return fail(
            ErrorCode::invalid_txn_state,
            "transactional.id '{}': the producer is in state {}, from which it cannot go to "
            "{}",
            options_.transactional_id.value_or(""), state_name(state_), state_name(target));
    }
    set_state(target);
    return {};
}

Result<> TransactionManager::require_transactional(std::string_view what) const {
    if (is_transactional()) {
        return {};
    }
    return fail(ErrorCode::invalid_txn_state, "{} needs a producer with transactional.id set",
                what);
}

Result<> TransactionManager::fail_if_in_error() const {
    if (!has_error()) {
        return {};
    }
    if (state_ == State::fatal_error) {
        return fail(error_.code, "the producer can only be closed: {}", error_.message);
    }
    return fail(error_.code, "the transaction can only be aborted: {}", error_.message);
}

Result<> TransactionManager::fail_if_under_way(std::string_view what) const {
    if (!transition_) {
        return {};
    }
    return fail(ErrorCode::invalid_txn_state,
                "{} has to wait: the step to {} is under way, or its outcome was not asked for "
                "after it timed out; ask for that again",
                what, state_name(transition_->to));
}

std::optional<TransactionManager::OperationId> TransactionManager::resume(State to) {
    if (!transition_ || transition_->to != to) {
        return std::nullopt;
    }
    transition_->abandoned = false;
    const OperationId operation = transition_->operation;
    if (transition_->outcome) {
        finished_.push_back({operation, std::move(*transition_->outcome)});
        transition_.reset();
    }
    return operation;
}

Result<TransactionManager::OperationId> TransactionManager::begin_init() {
    TRY(require_transactional("init_transactions()"));
    if (const auto operation = resume(State::initializing)) {
        return *operation;
    }
    TRY(fail_if_under_way("init_transactions()"));
    TRY(fail_if_in_error());
    TRY(go(State::initializing));
    version_2_ = feature_level_ >= 2;
    const OperationId operation = ++last_operation_;
    transition_ = {.to = State::initializing, .operation = operation};
    enqueue({.kind = Kind::init_producer_id, .operation = operation});
    return operation;
}

Result<> TransactionManager::begin_transaction() {
    TRY(require_transactional("begin_transaction()"));
    TRY(fail_if_under_way("begin_transaction()"));
    TRY(fail_if_in_error());
    return go(State::in_transaction);
}

Result<TransactionManager::OperationId> TransactionManager::begin_commit() {
    TRY(require_transactional("commit_transaction()"));
    if (const auto operation = resume(State::committing)) {
        return *operation;
    }
    TRY(fail_if_under_way("commit_transaction()"));
    TRY(fail_if_in_error());
    return begin_end(true);
}

Result<TransactionManager::OperationId> TransactionManager::begin_abort() {
    TRY(require_transactional("abort_transaction()"));
    if (const auto operation = resume(State::aborting)) {
        return *operation;
    }
    // An abort may take the place of a commit that failed.
    if (state_ != State::abortable_error) {
        TRY(fail_if_under_way("abort_transaction()"));
        TRY(fail_if_in_error());
    }
    return begin_end(false);
}

Result<TransactionManager::OperationId> TransactionManager::begin_end(bool commit) {
    const State target = commit ? State::committing : State::aborting;
    // What was asked for before the error is not sent any more.
    if (has_error()) {
        for (const auto& pending : std::exchange(pending_, {})) {
            finish(pending.operation, fail(error_.code, "{}", error_.message));
        }
    }
    // The coordinator knows nothing of this producer id: it would refuse EndTxn.
    const bool unknown_there = error_.code == ErrorCode::invalid_producer_id_mapping;
    TRY(go(target));
    if (!commit) {
        new_partitions_.clear();
    }
    const OperationId operation = ++last_operation_;
    transition_ = {.to = target, .operation = operation};
    const bool ended_as_version_2 = version_2_;
    if (!version_2_ && feature_level_ >= 2) {
        version_2_ = true;
        epoch_bump_required_ = true;  // so that no marker of the old way meets the new one
    }
    if (!unknown_there) {
        enqueue({.kind = Kind::end_transaction,
                 .operation = epoch_bump_required_ ? 0 : operation,
                 .commit = commit,
                 .version_2 = ended_as_version_2});
    } else {
        epoch_bump_required_ = true;
        complete_transaction();
    }
    if (epoch_bump_required_ || unknown_there) {
        enqueue({.kind = Kind::bump_epoch, .operation = operation});
    }
    return operation;
}

Result<TransactionManager::OperationId> TransactionManager::send_offsets(
    OffsetMap offsets, ConsumerGroupMetadata group) {
    TRY(require_transactional("send_offsets_to_transaction()"));
    TRY(fail_if_under_way("send_offsets_to_transaction()"));
    TRY(fail_if_in_error());
    if (state_ != State::in_transaction) {
        return fail(ErrorCode::invalid_txn_state,
                    "send_offsets_to_transaction() needs an open transaction; the producer is in "
                    "state {}",
                    state_name(state_));
    }
    const OperationId operation = ++last_operation_;
    if (offsets.empty()) {
        finished_.push_back({operation, {}});
        return operation;
    }
    if (version_2_) {
        started_ = true;  // the group's coordinator adds its partition when the offsets come
    }
    enqueue({.kind = version_2_ ? Kind::commit_offsets : Kind::add_offsets,
             .operation = operation,
             .version_2 = version_2_,
             .offsets = std::move(offsets),
             .group = std::move(group)});
    return operation;
}

Result<> TransactionManager::may_send() const {
    if (has_error()) {
        return fail(error_.code, "{}: {}",
                    state_ == State::fatal_error ? "the producer can only be closed"
                                                 : "the transaction can only be aborted",
                    error_.message);
    }
    if (is_transactional() && state_ != State::in_transaction) {
        return fail(ErrorCode::invalid_txn_state,
                    "a transactional producer sends between begin_transaction() and the end of the "
                    "transaction; it is in state {}",
                    state_name(state_));
    }
    return {};
}

std::vector<TransactionManager::Finished> TransactionManager::take_finished() {
    return std::exchange(finished_, {});
}

void TransactionManager::abandon(OperationId operation) {
    if (transition_ && transition_->operation == operation) {
        transition_->abandoned = true;
    }
}

void TransactionManager::finish(OperationId operation, Result<> outcome) {
    if (operation == 0) {
        return;
    }
    if (transition_ && transition_->operation == operation) {
        if (transition_->abandoned) {
            transition_->outcome = std::move(outcome);
            return;
        }
        transition_.reset();
    }
    finished_.push_back({operation, std::move(outcome)});
}

void TransactionManager::close(const Error& why) {
    for (const auto& pending : std::exchange(pending_, {})) {
        finish(pending.operation, fail(why.code, "{}", why.message));
    }
    if (out_) {
        finish(std::exchange(out_, std::nullopt)->operation, fail(why.code, "{}", why.message));
    }
    if (transition_ && !transition_->outcome) {
        finish(transition_->operation, fail(why.code, "{}", why.message));
    }
}

// --- errors
// ---------------------------------------------------------------------------------------

void TransactionManager::to_abortable(Error why) {
    if (state_ == State::aborting || state_ == State::fatal_error) {
        return;  // it is being aborted already
    }
    set_state(State::abortable_error);
    error_ = std::move(why);
}

void TransactionManager::to_fatal(Error why) {
    set_state(State::fatal_error);
    error_ = std::move(why);
    if (transition_ && !transition_->outcome) {
        finish(transition_->operation, fail(error_.code, "{}", error_.message));
    }
}

void TransactionManager::fail_abortable(const Pending& pending, Error why) {
    why = told_by_source(std::move(why));
    to_abortable(why);
    finish(pending.operation, fail(why.code, "{}", why.message));
}

void TransactionManager::fail_abortable_if_possible(const Pending& pending, Error why) {
    if (bumps_epoch_itself()) {
        epoch_bump_required_ = true;
    }
    fail_abortable(pending, std::move(why));
}

void TransactionManager::fail_fatal(const Pending& pending, Error why) {
    why = told_by_source(std::move(why));
    to_fatal(why);
    finish(pending.operation, fail(why.code, "{}", why.message));
}

Error TransactionManager::told_by_source(Error why) const {
    if (!source_.empty()) {
        why.message += fmt::format(" ({})", source_);
    }
    return why;
}

// --- partitions and batches
// -----------------------------------------------------------------------

void TransactionManager::want_partition(const TopicPartition& partition) {
    // While it is being committed the records are those that were sent before.
    const bool open = state_ == State::in_transaction || state_ == State::committing;
    if (!is_transactional() || !open || partitions_.contains(partition) ||
        adding_.contains(partition)) {
        return;
    }
    if (version_2_) {
        partitions_.insert(partition);  // its leader adds it with the first batch
        started_ = true;
    } else {
        new_partitions_.insert(partition);
    }
}

bool TransactionManager::may_send_to(const TopicPartition& partition) const {
    return !has_fatal_error() && (!is_transactional() || partitions_.contains(partition));
}

bool TransactionManager::must_wait(const PartitionQueue& partition,
                                   const ProducerBatch* first) const {
    if (!identity_.is_valid() || to_rewrite_.contains(&partition)) {
        return true;
    }
    const auto* first_out = sequences_.first_out(partition);
    if (first != nullptr && first->has_sequence()) {
        // One that is sent again goes alone, after those before it are settled.
        return first_out != nullptr && first_out != first;
    }
    // Brokers know a batch again as long as no more than these came behind it. Kafka counts per
    // connection, and lets new batches go beside one that is sent again: a partition that moves, or
    // loses two answers, can so leave a batch that no broker will ever take or acknowledge.
    const bool recovering = first_out != nullptr && first_out->attempts > 0;
    return recovering || sequences_.count_out(partition) >= remembered_batches ||
           sequences_.waits_for_earlier(partition, identity_) || unresolved(partition);
}

void TransactionManager::on_stored(const ProducerBatch& batch, Offset base_offset) {
    sequences_.acknowledged(batch, base_offset);
}

void TransactionManager::on_failed(ProducerBatch& batch, const Error& why, bool definite) {
    switch (why.code) {
        case ErrorCode::cluster_authorization_failed:
        case ErrorCode::transactional_id_authorization_failed:
        case ErrorCode::producer_fenced:
        case ErrorCode::unsupported_version:
            to_fatal(why);
            break;
        default:
            if (is_transactional() && state_ != State::fatal_error) {
                if (bumps_epoch_itself() && !is_completing()) {
                    epoch_bump_required_ = true;
                }
                if (state_ != State::ready && state_ != State::uninitialized) {
                    to_abortable(why);
                }
            }
    }
    if (!batch.has_sequence()) {
        return;
    }
    auto& partition = batch.partition();
    if (!has_fatal_error()) {
        if (why.code == ErrorCode::out_of_order_sequence_number && !is_transactional()) {
            request_epoch_bump(partition);
        } else if (why.code == ErrorCode::unknown_producer_id) {
            sequences_.forget(partition);
            unresolved_.erase(&partition);
        } else if (definite && !is_transactional()) {
            request_epoch_bump(partition);
        } else if (definite) {
            sequences_.close_gap(batch);
        }
    }
    sequences_.remove(batch);
}

bool TransactionManager::may_retry(ProducerBatch& batch, ErrorCode code, Offset log_start) {
    auto& partition = batch.partition();
    if (code == ErrorCode::unknown_producer_id) {
        if (log_start == no_offset || batch.sequence_was_reset()) {
            return true;  // until somebody tells where the log begins, or with the new numbers
        }
        if (sequences_.first_out(partition) != &batch) {
            return true;  // an earlier one goes first, and the broker may know us by it
        }
        const auto last = sequences_.last_acknowledged_offset(partition).value_or(no_offset);
        if (last < log_start && is_transactional()) {
            // Retention took what the broker knew the producer by; the transaction can go on.
            sequences_.start_over(partition, identity_);
            return true;
        }
        if (!is_transactional()) {
            request_epoch_bump(partition);
            return true;
        }
    } else if (code == ErrorCode::out_of_order_sequence_number) {
        if (!unresolved(partition) &&
            (batch.sequence_was_reset() || !sequences_.follows(partition, batch.base_sequence()))) {
            return true;  // an earlier one failed, and it goes first
        }
        if (!is_transactional()) {
            const auto gap = unresolved_.find(&partition);
            if (gap == unresolved_.end() || gap->second == batch.base_sequence()) {
                request_epoch_bump(partition);
            }
            return true;
        }
    }
    return is_retriable(code);
}

void TransactionManager::request_epoch_bump(const PartitionQueue& partition) {
    epoch_bump_required_ = true;
    to_rewrite_.insert(&partition);
}

void TransactionManager::mark_unresolved(const ProducerBatch& batch) {
    if (batch.has_sequence()) {
        unresolved_[&batch.partition()] = add_to_sequence(batch.last_sequence(), 1);
    }
}

void TransactionManager::resolve_sequences() {
    for (auto at = unresolved_.begin(); at != unresolved_.end();) {
        const PartitionQueue& partition = *at->first;
        if (sequences_.any_out(partition)) {
            ++at;
            continue;
        }
        if (!sequences_.follows(partition, sequences_.next(partition))) {
            if (!is_transactional()) {
                request_epoch_bump(partition);
            } else if (!has_error()) {
                epoch_bump_required_ = epoch_bump_required_ || bumps_epoch_itself();
                if (state_ == State::in_transaction || state_ == State::committing) {
                    to_abortable({ErrorCode::request_timed_out,
                                  fmt::format("records of {}-{} were given up after they had been "
                                              "sent; whether they are stored is not known",
                                              partition.topic.name, partition.id)});
                }
            }
        }
        at = unresolved_.erase(at);
    }
}

void TransactionManager::bump_idempotent_epoch() {
    INVARIANT(!is_transactional(), "a transactional producer asks its coordinator for epochs");
    epoch_bump_required_ = false;
    if (identity_.epoch.get() == std::numeric_limits<std::int16_t>::max()) {
        identity_ = {};
        if (state_ == State::ready) {
            set_state(State::uninitialized);
        }
    } else if (identity_.is_valid()) {
        identity_.epoch = identity_.epoch + std::int16_t{1};
    }
}

bool TransactionManager::rewrite_sequences() {
    if (!identity_.is_valid()) {
        return false;  // when the new id is there
    }
    const auto rewritten = std::erase_if(to_rewrite_, [this](const PartitionQueue* partition) {
        if (partition->in_flight > 0) {
            return false;
        }
        sequences_.start_over(*partition, identity_);
        unresolved_.erase(partition);
        return true;
    });
    return rewritten > 0;
}

bool TransactionManager::prepare(bool records_wait) {
    resolve_sequences();
    if (has_fatal_error() || is_transactional()) {
        return false;
    }
    if (epoch_bump_required_) {
        bump_idempotent_epoch();
    }
    const bool rewritten = rewrite_sequences();
    if (records_wait && state_ == State::uninitialized) {
        set_state(State::initializing);
        enqueue({.kind = Kind::init_producer_id});
    }
    return rewritten;
}

}  // namespace barnabas::client
