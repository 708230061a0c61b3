#include "coordinator/transactions/requests.h"
#include "coordinator/transactions/transactions.h"

#include <utility>

namespace barnabas::coordinator {

namespace {

constexpr std::int16_t end_knows_fenced_since = 2;
constexpr std::int16_t bumps_epoch_since = 5;

std::int16_t client_version_of(const Client& client) {
    return client.version >= bumps_epoch_since ? 2 : 0;
}

std::unexpected<Error> wrong_state(const Transaction& of, std::string_view id, bool commit) {
    return fail(ErrorCode::invalid_txn_state, "transactional id '{}' is in {}: it cannot {}", id,
                transaction_state_name(of.state), commit ? "commit" : "abort");
}

/// The answer to the request that ended this transaction was lost, and its id's epochs with it.
bool is_retry_of_last_epoch(const Transaction& of, const ProducerIdentity& producer) {
    return producer.id == of.previous_id && producer.epoch == producer_epoch_max - 1 &&
           of.producer.id != producer.id && of.producer.epoch.get() == 0;
}

/// Only an end of transactions v2 raised the epoch: behind any other the epoch before the newest is
/// a fenced producer's.
bool is_retry(const Transaction& of, const ProducerIdentity& producer) {
    if (!bumps_epoch(of.client_version)) {
        return false;
    }
    const bool is_at_rest = of.state == TransactionState::complete_commit ||
                            of.state == TransactionState::complete_abort;
    const bool bumped = producer.id == of.producer.id && producer.epoch != producer_epoch_max &&
                        of.producer.epoch == producer.epoch + std::int16_t{1};
    return is_at_rest && (bumped || is_retry_of_last_epoch(of, producer));
}

bool has_ended_so(TransactionState state, bool commit) {
    return state == (commit ? TransactionState::complete_commit : TransactionState::complete_abort);
}

}  // namespace

bool Transactions::needs_producer_id(const wire::EndTxnRequest& request,
                                     const Client& client) const {
    const Entry* entry = entry_of(request.transactional_id);
    return entry != nullptr && !is_prepared(entry->transaction.state) &&
           entry->transaction.client() ==
               ProducerIdentity{.id = ProducerId{request.producer_id},
                                .epoch = ProducerEpoch{request.producer_epoch}} &&
           needs_new_id(entry->transaction, client_version_of(client));
}

TransactionOutcome<wire::EndTxnResponse> Transactions::end(const wire::EndTxnRequest& request,
                                                           std::optional<ProducerId> fresh,
                                                           const Client& client, Now now) const {
    const std::string& id = request.transactional_id;
    TransactionOutcome<wire::EndTxnResponse> outcome;
    auto next = ended({.id = id,
                       .producer = {.id = ProducerId{request.producer_id},
                                    .epoch = ProducerEpoch{request.producer_epoch}},
                       .client_version = client_version_of(client),
                       .now = now},
                      request.committed, fresh);
    if (!next) {
        outcome.reply.error_code =
            raw(code_for(next.error().code, client.version, end_knows_fenced_since));
        outcome.why = std::move(next.error().message);
        return outcome;
    }
    const Transaction& after = *next ? **next : *find(id);
    if (bumps_epoch(client_version_of(client))) {
        outcome.reply.producer_id = after.client().id.get();
        outcome.reply.producer_epoch = after.client().epoch.get();
    }
    if (*next) {
        outcome.records.push_back(record_of(id, after));
        outcome.memo.last_epoch = after.last_epoch;
    }
    return outcome;
}

Transactions::Decided Transactions::ended(const Asking& who, bool commit,
                                          std::optional<ProducerId> fresh) const {
    TRY_ASSIGN(const Entry* const entry, known(who.id));
    return bumps_epoch(who.client_version) ? ended_v2(*entry, who, commit, fresh)
                                           : ended_v1(*entry, who, commit);
}

// TransactionCoordinator.endTransactionWithTV1: the epoch stays, so that a repeated request looks
// like the next one, and either is answered by the state.
Transactions::Decided Transactions::ended_v1(const Entry& entry, const Asking& who,
                                             bool commit) const {
    const Transaction& of = entry.transaction;
    if (who.producer.id != of.producer.id) {
        return fail(ErrorCode::invalid_producer_id_mapping,
                    "transactional id '{}' has producer {}, not {}", who.id, of.producer.id,
                    who.producer.id);
    }
    const bool is_taken_over = of.state == TransactionState::ongoing && of.next.id != no_producer;
    if (who.producer.epoch != of.producer.epoch || is_taken_over) {
        return std::unexpected(fenced_error(entry, who));
    }
    if (of.state == TransactionState::ongoing) {
        return std::optional(prepared(of, {.commit = commit,
                                           .client_version = who.client_version,
                                           .fresh = std::nullopt,
                                           .now = who.now.wall}));
    }
    if (has_ended_so(of.state, commit)) {
        return std::optional<Transaction>{};
    }
    if (of.state == (commit ? TransactionState::prepare_commit : TransactionState::prepare_abort)) {
        return busy(of, who.id);
    }
    return wrong_state(of, who.id, commit);
}

// TransactionCoordinator.endTransaction: a repeated request has the epoch before the newest one.
// The same epoch is the next transaction's, which may abort without having begun.
Transactions::Decided Transactions::ended_v2(const Entry& entry, const Asking& who, bool commit,
                                             std::optional<ProducerId> fresh) const {
    const Transaction& of = entry.transaction;
    const bool retry = is_retry(of, who.producer);
    if (is_prepared(of.state) &&
        (who.producer.id == of.producer.id || who.producer.id == of.next.id)) {
        return busy(of, who.id);
    }
    if (who.producer.id != of.client().id && !retry) {
        return fail(ErrorCode::invalid_producer_id_mapping,
                    "transactional id '{}' has producer {}, not {}", who.id, of.client().id,
                    who.producer.id);
    }
    if (who.producer.epoch != of.client().epoch && !retry) {
        return std::unexpected(fenced_error(entry, who));
    }
    if (retry) {
        if (has_ended_so(of.state, commit)) {
            return std::optional<Transaction>{};
        }
        return wrong_state_after_retry(entry, who, commit);
    }
    if (commit && of.state != TransactionState::ongoing) {
        return wrong_state(of, who.id, commit);
    }
    const bool needs_id = needs_new_id(of, who.client_version);
    if (needs_id && !fresh) {
        return fail(ErrorCode::concurrent_transactions,
                    "a new producer id for transactional id '{}' is being taken; ask again",
                    who.id);
    }
    return std::optional(prepared(of, {.commit = commit,
                                       .client_version = who.client_version,
                                       .fresh = needs_id ? fresh : std::nullopt,
                                       .now = who.now.wall}));
}

std::unexpected<Error> Transactions::wrong_state_after_retry(const Entry& entry, const Asking& who,
                                                             bool commit) {
    Error error = fenced_error(entry, who);
    if (!entry.timed_out || entry.timed_out->producer != who.producer) {
        return wrong_state(entry.transaction, who.id, commit);
    }
    error.code = ErrorCode::invalid_txn_state;
    return std::unexpected(std::move(error));
}

}  // namespace barnabas::coordinator
