#include "coordinator/transactions/transaction.h"

#include "base/invariant.h"

#include <algorithm>
#include <limits>

namespace barnabas::coordinator {

namespace {

/// The last epoch of an id is left to fences and markers; nothing comes behind it.
ProducerEpoch bumped(ProducerEpoch epoch) {
    return epoch == producer_epoch_max ? epoch : epoch + std::int16_t{1};
}

void begin_anew(Transaction& transaction, const Initialised& how) {
    transaction.timeout_ms = how.timeout_ms;
    transaction.partitions.clear();
    transaction.started = no_timestamp;
    transaction.updated = how.now;
    transaction.next = {};
}

/// Raises the epochs at a transaction's end (KIP-890): the markers' by one, so that what the
/// producer sent before cannot come behind them, and the client's, which is the same unless
/// another client has taken the transaction over (KIP-939) or the id's epochs are used up.
void bump_at_end(Transaction& transaction, const Transaction& from,
                 const std::optional<ProducerId>& fresh) {
    transaction.last_epoch = from.client().epoch;
    transaction.producer.epoch = bumped(from.producer.epoch);
    if (fresh) {
        transaction.next = {.id = *fresh, .epoch = ProducerEpoch{0}};
    } else if (from.next.id != no_producer) {
        transaction.next.epoch = bumped(from.next.epoch);
    }
}

void end(Transaction& transaction, const Transaction& from, const Ending& how) {
    if (bumps_epoch(how.client_version)) {
        INVARIANT(how.fresh.has_value() == needs_new_id(from, how.client_version),
                  "a new producer id at epoch {}: {}", from.client().epoch, how.fresh.has_value());
        bump_at_end(transaction, from, how.fresh);
    }
    // An abort without a transaction begins and ends it at once.
    if (from.state != TransactionState::ongoing) {
        INVARIANT(from.partitions.empty(), "{} with {} partitions",
                  transaction_state_name(from.state), from.partitions.size());
        transaction.started = how.now;
    }
    transaction.client_version = how.client_version;
    transaction.updated = how.now;
}

}  // namespace

ProducerIdentity Transaction::client() const {
    return next.id == no_producer ? producer : next;
}

std::optional<Timestamp> Transaction::deadline() const {
    if (state != TransactionState::ongoing || is_two_phase()) {
        return std::nullopt;
    }
    constexpr auto latest = Timestamp{std::numeric_limits<std::int64_t>::max()};
    const std::int64_t wait_ms = std::max(timeout_ms, 0);  // a log may say anything
    return started > latest - wait_ms ? latest : started + wait_ms;
}

Transaction transition(const Transaction& from, TransactionState to) {
    INVARIANT(may_follow(from.state, to), "{} does not follow {}", transaction_state_name(to),
              transaction_state_name(from.state));
    Transaction moved = from;
    moved.state = to;
    moved.previous_id = from.producer.id;
    return moved;
}

Result<Transaction> with_next_epoch(const Transaction& from, std::optional<ProducerEpoch> expected,
                                    const Initialised& how) {
    const auto current = from.producer.epoch;
    const bool is_new = current == no_producer_epoch;
    Transaction next = transition(from, TransactionState::empty);
    begin_anew(next, how);
    // The answer to the same request was lost. Nobody else can have begun since: that would have
    // forgotten the last epoch.
    if (expected && !is_new && *expected != current && *expected == from.last_epoch) {
        return next;
    }
    if (expected && !is_new && *expected != current) {
        return fail(ErrorCode::producer_fenced,
                    "epoch {} of producer {} is fenced: its newest epoch is {}", *expected,
                    from.producer.id, current);
    }
    INVARIANT(!is_exhausted(current), "the epochs of producer {} are used up", from.producer.id);
    next.producer.epoch = bumped(current);
    next.last_epoch = expected ? current : no_producer_epoch;
    return next;
}

Transaction with_new_id(const Transaction& from, ProducerId fresh, bool keep_last,
                        const Initialised& how) {
    INVARIANT(is_exhausted(from.producer.epoch), "producer {} has epochs left behind {}",
              from.producer.id, from.producer.epoch);
    Transaction next = transition(from, TransactionState::empty);
    begin_anew(next, how);
    next.producer = {.id = fresh, .epoch = ProducerEpoch{0}};
    next.last_epoch = keep_last ? from.producer.epoch : no_producer_epoch;
    return next;
}

Transaction taken_over(const Transaction& from, std::optional<ProducerId> fresh, Timestamp now) {
    const ProducerIdentity client = from.client();
    INVARIANT(from.state == TransactionState::ongoing, "{} cannot be taken over",
              transaction_state_name(from.state));
    INVARIANT(fresh.has_value() == is_exhausted(client.epoch), "a new producer id at epoch {}: {}",
              client.epoch, fresh.has_value());
    Transaction next = transition(from, TransactionState::ongoing);
    next.next = fresh ? ProducerIdentity{.id = *fresh, .epoch = ProducerEpoch{0}}
                      : ProducerIdentity{.id = client.id, .epoch = bumped(client.epoch)};
    next.updated = now;
    return next;
}

Transaction with_partitions(const Transaction& from, const std::set<TopicPartition>& added,
                            std::int16_t client_version, Timestamp now) {
    Transaction next = transition(from, TransactionState::ongoing);
    next.partitions.insert(added.begin(), added.end());
    if (from.state != TransactionState::ongoing) {
        next.started = now;
    }
    next.client_version = client_version;
    next.updated = now;
    return next;
}

bool needs_new_id(const Transaction& from, std::int16_t client_version) {
    return bumps_epoch(client_version) && is_exhausted(from.client().epoch);
}

Transaction prepared(const Transaction& from, const Ending& how) {
    Transaction next = transition(
        from, how.commit ? TransactionState::prepare_commit : TransactionState::prepare_abort);
    end(next, from, how);
    return next;
}

Transaction fenced(const Transaction& from, const Ending& how) {
    INVARIANT(!how.commit, "the coordinator never commits by itself");
    Transaction next = transition(transition(from, TransactionState::prepare_epoch_fence),
                                  TransactionState::prepare_abort);
    end(next, from, how);
    if (!bumps_epoch(how.client_version)) {
        next.producer.epoch = bumped(from.producer.epoch);
        next.last_epoch = no_producer_epoch;
        if (next.next.id != no_producer) {
            next.next.epoch = bumped(from.next.epoch);
        }
    }
    return next;
}

Transaction completed(const Transaction& from, Timestamp now) {
    Transaction next = transition(from, from.state == TransactionState::prepare_commit
                                            ? TransactionState::complete_commit
                                            : TransactionState::complete_abort);
    next.producer = from.client();
    next.next = {};
    next.partitions.clear();
    next.updated = now;
    return next;
}

}  // namespace barnabas::coordinator
