#include "base/invariant.h"
#include "coordinator/transactions/requests.h"
#include "coordinator/transactions/transactions.h"

#include <fmt/format.h>

#include <utility>

namespace barnabas::coordinator {

namespace {

constexpr std::int16_t init_knows_fenced_since = 4;

/// The producer that the client says it has been; nothing: it begins.
std::optional<ProducerIdentity> expected_of(const wire::InitProducerIdRequest& request) {
    if (request.producer_id == no_producer.get()) {
        return std::nullopt;
    }
    return ProducerIdentity{.id = ProducerId{request.producer_id},
                            .epoch = ProducerEpoch{request.producer_epoch}};
}

std::optional<ProducerEpoch> epoch_of(const std::optional<ProducerIdentity>& producer) {
    return producer ? std::optional(producer->epoch) : std::nullopt;
}

std::int32_t timeout_of(const wire::InitProducerIdRequest& request) {
    return request.enable2_pc ? no_transaction_timeout : request.transaction_timeout_ms;
}

std::unexpected<Error> no_id_at_hand(std::string_view id) {
    return fail(ErrorCode::concurrent_transactions,
                "a new producer id for transactional id '{}' is being taken; ask again", id);
}

}  // namespace

bool Transactions::init_needs_id(const Transaction& from, std::optional<ProducerEpoch> expected) {
    return is_exhausted(from.producer.epoch) && (!expected || *expected == from.producer.epoch);
}

bool Transactions::needs_producer_id(const wire::InitProducerIdRequest& request) const {
    if (!request.transactional_id || !check_init(request)) {
        return false;
    }
    const Entry* entry = entry_of(*request.transactional_id);
    if (entry == nullptr) {
        return !request.keep_prepared_txn;
    }
    const Transaction& from = entry->transaction;
    if (from.state == TransactionState::ongoing) {
        return request.keep_prepared_txn ? is_exhausted(from.client().epoch)
                                         : needs_new_id(from, fence_version());
    }
    return !is_prepared(from.state) && init_needs_id(from, epoch_of(expected_of(request)));
}

TransactionOutcome<wire::InitProducerIdResponse> Transactions::init(
    const wire::InitProducerIdRequest& request, std::optional<ProducerId> fresh,
    const Client& client, Now now) const {
    INVARIANT(request.transactional_id.has_value(), "a transactional id comes with the request");
    const std::string& id = *request.transactional_id;
    TransactionOutcome<wire::InitProducerIdResponse> outcome;
    outcome.reply.producer_epoch = no_producer_epoch.get();
    auto next = initialised(request, fresh, now);
    if (!next) {
        outcome.reply.error_code =
            raw(code_for(next.error().code, client.version, init_knows_fenced_since));
        outcome.why = std::move(next.error().message);
        return outcome;
    }
    outcome.records.push_back(record_of(id, *next));
    outcome.memo.last_epoch = next->last_epoch;
    if (is_prepared(next->state)) {
        // The client comes again when the transaction has ended.
        outcome.reply.error_code = raw(ErrorCode::concurrent_transactions);
        outcome.why = fmt::format(
            "the transaction that producer {} with epoch {} left behind under transactional id "
            "'{}' is aborted first",
            find(id)->producer.id, find(id)->producer.epoch, id);
        return outcome;
    }
    outcome.reply.producer_id = next->client().id.get();
    outcome.reply.producer_epoch = next->client().epoch.get();
    if (next->state == TransactionState::ongoing) {
        outcome.reply.ongoing_txn_producer_id = next->producer.id.get();
        outcome.reply.ongoing_txn_producer_epoch = next->producer.epoch.get();
    }
    return outcome;
}

Result<void> Transactions::check_init(const wire::InitProducerIdRequest& request) const {
    if (request.transactional_id->empty()) {
        return fail(ErrorCode::invalid_request, "the transactional id is empty");
    }
    const bool has_id = request.producer_id != no_producer.get();
    const bool has_epoch = request.producer_epoch != no_producer_epoch.get();
    if (has_id != has_epoch) {
        return fail(ErrorCode::invalid_request,
                    "producer id {} with epoch {}: both are -1 or neither is", request.producer_id,
                    request.producer_epoch);
    }
    if ((request.enable2_pc || request.keep_prepared_txn) && !config_.two_phase_commit) {
        return fail(ErrorCode::transactional_id_authorization_failed,
                    "transaction.two.phase.commit.enable is false: transactional id '{}' may not "
                    "prepare transactions",
                    *request.transactional_id);
    }
    if (request.keep_prepared_txn && !bumps_epoch(config_.transaction_version)) {
        return fail(ErrorCode::unsupported_version,
                    "keepPreparedTxn needs transaction.version 2; it is {}",
                    config_.transaction_version);
    }
    if (request.keep_prepared_txn && has_id) {
        return fail(ErrorCode::invalid_request,
                    "keepPreparedTxn with producer id {}: who keeps a transaction begins anew",
                    request.producer_id);
    }
    const auto timeout_ms = request.transaction_timeout_ms;
    if (!request.enable2_pc && (timeout_ms <= 0 || timeout_ms > config_.timeout_ms_max)) {
        return fail(ErrorCode::invalid_transaction_timeout,
                    "transactionTimeoutMs {} of transactional id '{}' is outside [1, {}] "
                    "(transaction.max.timeout.ms)",
                    timeout_ms, *request.transactional_id, config_.timeout_ms_max);
    }
    return check_loaded();
}

Result<Transaction> Transactions::initialised(const wire::InitProducerIdRequest& request,
                                              std::optional<ProducerId> fresh, Now now) const {
    TRY(check_init(request));
    const std::string& id = *request.transactional_id;
    if (const Entry* entry = entry_of(id); entry != nullptr) {
        return request.keep_prepared_txn ? kept(*entry, id, fresh, now)
                                         : reinitialised(*entry, request, fresh, now);
    }
    if (request.keep_prepared_txn) {
        return fail(ErrorCode::invalid_txn_state,
                    "transactional id '{}' has no transaction to keep: it is not known", id);
    }
    if (!fresh) {
        return no_id_at_hand(id);
    }
    Transaction created;
    created.producer.id = *fresh;
    return with_next_epoch(created, epoch_of(expected_of(request)),
                           {.timeout_ms = timeout_of(request), .now = now.wall});
}

Result<Transaction> Transactions::reinitialised(const Entry& entry,
                                                const wire::InitProducerIdRequest& request,
                                                std::optional<ProducerId> fresh, Now now) const {
    const Transaction& from = entry.transaction;
    const std::string& id = *request.transactional_id;
    const auto expected = expected_of(request);
    // Of a producer id that is not the newest only the retry passes that made it so.
    const bool is_known = !expected || expected->id == from.client().id ||
                          (expected->id == from.previous_id && is_exhausted(expected->epoch));
    if (is_prepared(from.state)) {
        return busy(from, id);
    }
    // Kafka lets an epoch that is not the newest abort the transaction, and fences it afterwards.
    const bool is_stale = expected && from.state == TransactionState::ongoing &&
                          expected->id == from.client().id &&
                          expected->epoch != from.client().epoch;
    if (!is_known || is_stale) {
        return std::unexpected(fenced_error(entry, {.id = id, .producer = *expected, .now = now}));
    }
    if (from.state == TransactionState::ongoing) {
        const bool needs_id = needs_new_id(from, fence_version());
        if (needs_id && !fresh) {
            return no_id_at_hand(id);
        }
        return fenced(from, {.commit = false,
                             .client_version = fence_version(),
                             .fresh = needs_id ? fresh : std::nullopt,
                             .now = now.wall});
    }
    const Initialised how{.timeout_ms = timeout_of(request), .now = now.wall};
    if (init_needs_id(from, epoch_of(expected))) {
        if (!fresh) {
            return no_id_at_hand(id);
        }
        return with_new_id(from, *fresh, expected.has_value(), how);
    }
    auto next = with_next_epoch(from, epoch_of(expected), how);
    if (!next && expected) {
        return std::unexpected(fenced_error(entry, {.id = id, .producer = *expected, .now = now}));
    }
    return next;
}

Result<Transaction> Transactions::kept(const Entry& entry, std::string_view id,
                                       std::optional<ProducerId> fresh, Now now) const {
    const Transaction& from = entry.transaction;
    if (is_prepared(from.state)) {
        return busy(from, id);
    }
    if (from.state != TransactionState::ongoing || !from.is_two_phase()) {
        return fail(ErrorCode::invalid_txn_state,
                    "transactional id '{}' has no prepared transaction to keep: it is in {}, {}",
                    id, transaction_state_name(from.state),
                    from.is_two_phase() ? "without a timeout" : "with a timeout");
    }
    const bool needs_id = is_exhausted(from.client().epoch);
    if (needs_id && !fresh) {
        return no_id_at_hand(id);
    }
    return taken_over(from, needs_id ? fresh : std::nullopt, now.wall);
}

}  // namespace barnabas::coordinator
