#include "base/invariant.h"
#include "base/topic_name.h"
#include "coordinator/transactions/requests.h"
#include "coordinator/transactions/transactions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {

namespace {

using Request = wire::AddPartitionsToTxnRequest;
using Response = wire::AddPartitionsToTxnResponse;

constexpr std::int16_t knows_fenced_since = 2;
constexpr std::int16_t batched_since = 4;
/// What a producer has whose brokers add for it.
constexpr std::int16_t batched_transaction_version = 2;

template <class Topics>
std::set<TopicPartition> partitions_of(const Topics& topics) {
    std::set<TopicPartition> partitions;
    for (const auto& topic : topics) {
        for (const auto partition : topic.partitions) {
            partitions.insert({.topic = topic.name, .partition = PartitionId{partition}});
        }
    }
    return partitions;
}

/// One result for each partition of the request; `code_of` says which.
template <class Item, class Topics, class CodeOf>
std::vector<Item> results_of(const Topics& topics, const CodeOf& code_of) {
    std::vector<Item> results;
    for (const auto& topic : topics) {
        auto& result = results.emplace_back();
        result.name = topic.name;
        for (const auto partition : topic.partitions) {
            auto& of = result.results_by_partition.emplace_back();
            of.partition_index = partition;
            of.partition_error_code = raw(
                code_of(TopicPartition{.topic = topic.name, .partition = PartitionId{partition}}));
        }
    }
    return results;
}

template <class Value>
ErrorCode code_in(const Result<Value>& result) {
    return result ? ErrorCode::none : result.error().code;
}

/// That producer's transaction was the last one, and was aborted. Why, the record does not say.
bool has_ended_for(const Transaction& of, const ProducerIdentity& producer) {
    const bool aborted =
        of.state == TransactionState::prepare_abort || of.state == TransactionState::complete_abort;
    return aborted && producer.id == of.producer.id && producer.epoch + 1 == of.producer.epoch;
}

}  // namespace

Result<void> Transactions::check_loaded() const {
    if (!is_loaded()) {
        return fail(ErrorCode::coordinator_load_in_progress,
                    "the transactions of this partition are still being loaded; ask again");
    }
    return {};
}

Result<const Transactions::Entry*> Transactions::known(std::string_view id) const {
    if (id.empty()) {
        return fail(ErrorCode::invalid_request, "the transactional id is empty");
    }
    TRY(check_loaded());
    const Entry* entry = entry_of(id);
    if (entry == nullptr) {
        return fail(ErrorCode::invalid_producer_id_mapping,
                    "transactional id '{}' is not known, or was forgotten after "
                    "transactional.id.expiration.ms: begin with InitProducerId",
                    id);
    }
    return entry;
}

Error Transactions::fenced_error(const Entry& entry, const Asking& who) {
    if (entry.timed_out && entry.timed_out->producer == who.producer) {
        return {
            ErrorCode::producer_fenced,
            fmt::format("the transaction of transactional id '{}' took longer than its timeout "
                        "of {} ms and was aborted: producer {} with epoch {} cannot go on "
                        "with it",
                        who.id, entry.timed_out->timeout_ms, who.producer.id, who.producer.epoch)};
    }
    const ProducerIdentity newest = entry.transaction.client();
    if (has_ended_for(entry.transaction, who.producer)) {
        return {ErrorCode::producer_fenced,
                fmt::format("the last transaction of transactional id '{}' was aborted, because it "
                            "took longer than its timeout of {} ms or by whoever came then: "
                            "producer {} with epoch {} cannot go on with it, the newest is "
                            "producer {} with epoch {}",
                            who.id, entry.transaction.timeout_ms, who.producer.id,
                            who.producer.epoch, newest.id, newest.epoch)};
    }
    return {ErrorCode::producer_fenced,
            fmt::format("producer {} with epoch {} of transactional id '{}' is fenced: the newest "
                        "is producer {} with epoch {}",
                        who.producer.id, who.producer.epoch, who.id, newest.id, newest.epoch)};
}

Result<void> Transactions::check_producer(const Entry& entry, const Asking& who) {
    const Transaction& of = entry.transaction;
    if (of.next.id != no_producer && who.producer == of.next) {
        if (is_prepared(of.state)) {
            return busy(of, who.id);
        }
        return fail(ErrorCode::invalid_txn_state,
                    "the transaction of transactional id '{}' is prepared: it can only be ended",
                    who.id);
    }
    if (who.producer.id != of.producer.id) {
        return fail(ErrorCode::invalid_producer_id_mapping,
                    "transactional id '{}' has producer {}, not {}", who.id, of.producer.id,
                    who.producer.id);
    }
    if (who.producer.epoch != of.producer.epoch) {
        return std::unexpected(fenced_error(entry, who));
    }
    if (is_prepared(of.state)) {
        return busy(of, who.id);
    }
    return {};
}

Transactions::Decided Transactions::added(const Asking& who,
                                          const std::set<TopicPartition>& to) const {
    TRY_ASSIGN(const Entry* const entry, known(who.id));
    TRY(check_producer(*entry, who));
    const Transaction& from = entry->transaction;
    if (from.state == TransactionState::ongoing && std::ranges::includes(from.partitions, to)) {
        return std::optional<Transaction>{};
    }
    return std::optional(with_partitions(from, to, who.client_version, who.now.wall));
}

Result<void> Transactions::verify(std::string_view transactional_id,
                                  const ProducerIdentity& producer,
                                  const TopicPartition& partition) const {
    TRY_ASSIGN(const Entry* const entry, known(transactional_id));
    TRY(check_producer(*entry, {.id = transactional_id, .producer = producer, .now = {}}));
    if (!entry->transaction.partitions.contains(partition)) {
        return fail(ErrorCode::transaction_abortable,
                    "{} is not in the transaction of transactional id '{}' (producer {}, epoch "
                    "{}, {})",
                    partition, transactional_id, producer.id, producer.epoch,
                    transaction_state_name(entry->transaction.state));
    }
    return {};
}

TransactionOutcome<std::vector<Result<void>>> Transactions::admit(
    const TransactionAdmission& admission, Now now) const {
    INVARIANT(!admission.partitions.empty(), "no partition for '{}' is asked for",
              admission.transactional_id);
    TransactionOutcome<std::vector<Result<void>>> outcome;
    if (!admission.add) {
        for (const auto& partition : admission.partitions) {
            outcome.reply.push_back(
                verify(admission.transactional_id, admission.producer, partition));
        }
        return outcome;
    }
    auto next = added({.id = admission.transactional_id,
                       .producer = admission.producer,
                       .client_version = batched_transaction_version,
                       .now = now},
                      {admission.partitions.begin(), admission.partitions.end()});
    Result<void> result;
    if (!next) {
        outcome.why = next.error().message;
        result = std::unexpected(std::move(next.error()));
    } else if (*next) {
        outcome.records.push_back(record_of(admission.transactional_id, **next));
    }
    outcome.reply.assign(admission.partitions.size(), result);
    return outcome;
}

bool Transactions::is_ending(std::string_view transactional_id) const {
    const Entry* const entry = entry_of(transactional_id);
    return entry != nullptr && is_prepared(entry->transaction.state);
}

TransactionOutcome<Response> Transactions::add_partitions(const Request& request,
                                                          const Client& client, Now now) const {
    TransactionOutcome<Response> outcome;
    if (client.version < batched_since) {
        const std::string& id = request.v3_and_below_transactional_id;
        auto next =
            added({.id = id,
                   .producer = {.id = ProducerId{request.v3_and_below_producer_id},
                                .epoch = ProducerEpoch{request.v3_and_below_producer_epoch}},
                   .now = now},
                  partitions_of(request.v3_and_below_topics));
        const ErrorCode code = code_for(code_in(next), client.version, knows_fenced_since);
        outcome.reply.results_by_topic_v3_and_below =
            results_of<Response::ResultsByTopicV3AndBelow>(
                request.v3_and_below_topics, [code](const TopicPartition&) { return code; });
        if (!next) {
            outcome.why = std::move(next.error().message);
        } else if (*next) {
            outcome.records.push_back(record_of(id, **next));
        }
        return outcome;
    }
    std::set<std::string_view> changed;
    for (const auto& transaction : request.transactions) {
        add_batched(transaction, now, changed, outcome);
    }
    return outcome;
}

void Transactions::add_batched(const Request::Transaction& request, Now now,
                               std::set<std::string_view>& changed,
                               TransactionOutcome<Response>& outcome) const {
    using TopicResult = Response::ResultsByTransaction::TopicResult;
    const std::string& id = request.transactional_id;
    const ProducerIdentity producer{.id = ProducerId{request.producer_id},
                                    .epoch = ProducerEpoch{request.producer_epoch}};
    auto& result = outcome.reply.results_by_transaction.emplace_back();
    result.transactional_id = id;
    if (request.verify_only) {
        result.topic_results =
            results_of<TopicResult>(request.topics, [&](const TopicPartition& partition) {
                return code_in(verify(id, producer, partition));
            });
        return;
    }
    // Brokers name each transaction once; what the second one adds to is not decided yet.
    ErrorCode code = ErrorCode::concurrent_transactions;
    if (!changed.contains(id)) {
        auto next = added({.id = id,
                           .producer = producer,
                           .client_version = batched_transaction_version,
                           .now = now},
                          partitions_of(request.topics));
        code = code_in(next);
        if (!next) {
            outcome.why += outcome.why.empty() ? "" : "; ";
            outcome.why += next.error().message;
        } else if (*next) {
            outcome.records.push_back(record_of(id, **next));
            changed.insert(id);
        }
    }
    result.topic_results =
        results_of<TopicResult>(request.topics, [code](const TopicPartition&) { return code; });
}

TransactionOutcome<wire::AddOffsetsToTxnResponse> Transactions::add_offsets(
    const wire::AddOffsetsToTxnRequest& request, PartitionId offsets, const Client& client,
    Now now) const {
    TransactionOutcome<wire::AddOffsetsToTxnResponse> outcome;
    auto next = added({.id = request.transactional_id,
                       .producer = {.id = ProducerId{request.producer_id},
                                    .epoch = ProducerEpoch{request.producer_epoch}},
                       .now = now},
                      {{.topic = std::string(group_metadata_topic), .partition = offsets}});
    outcome.reply.error_code = raw(code_for(code_in(next), client.version, knows_fenced_since));
    if (!next) {
        outcome.why = std::move(next.error().message);
    } else if (*next) {
        outcome.records.push_back(record_of(request.transactional_id, **next));
    }
    return outcome;
}

}  // namespace barnabas::coordinator
