#include "broker/handlers/transaction_check.h"

#include "base/topic_name.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {
namespace {

using Results = std::vector<Result<void>>;
using Token = replication::TransactionChecks::Token;

void as_producers_expect(Result<void>& result, TransactionSupport support) {
    if (result) {
        return;
    }
    auto& code = result.error().code;
    if (code == ErrorCode::producer_fenced) {
        code = ErrorCode::invalid_producer_epoch;
    } else if (code == ErrorCode::transaction_abortable && support == TransactionSupport::basic) {
        code = ErrorCode::invalid_txn_state;
    }
}

/// What the client hears of a coordinator that cannot be asked now: come again, and do not look for
/// another group coordinator (GroupCoordinatorService.commitTransactionalOffsets).
ErrorCode offsets_error(ErrorCode code) {
    switch (code) {
        case ErrorCode::concurrent_transactions:
        case ErrorCode::network_exception:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
            return ErrorCode::coordinator_load_in_progress;
        default:
            return code;
    }
}

}  // namespace

TransactionSupport support_of_produce(std::int16_t version) {
    return version >= 12   ? TransactionSupport::adds_partitions
           : version >= 11 ? TransactionSupport::abortable_errors
                           : TransactionSupport::basic;
}

TransactionSupport support_of_offset_commit(std::int16_t version) {
    return version >= 5   ? TransactionSupport::adds_partitions
           : version >= 4 ? TransactionSupport::abortable_errors
                          : TransactionSupport::basic;
}

std::optional<Token> begin_check(replication::Partition& partition, const TransactionOf& of,
                                 const BrokerShard& owner) {
    const auto& [id, epoch] = of.producer;
    if (partition.has_open_transaction(id, epoch)) {
        return std::nullopt;
    }
    const bool verifies = owner.settings->config.transactions.verifies_partitions;
    if (!verifies && of.support != TransactionSupport::adds_partitions) {
        partition.transaction_checks().allow(id, epoch);
        return std::nullopt;
    }
    return partition.transaction_checks().begin(id, epoch);
}

awaitable<Results> ask_coordinator(Call& call, const TransactionOf& of,
                                   std::vector<TopicPartition> partitions) {
    const TransactionAdmission admission{.transactional_id = of.transactional_id,
                                         .producer = of.producer,
                                         .partitions = std::move(partitions),
                                         .add = of.support == TransactionSupport::adds_partitions};
    auto refuse = [&admission](const Error& error) {
        const Result<void> result = fail(error.code, "{}", error.message);
        return Results(admission.partitions.size(), result);
    };
    auto ask = [&admission](TransactionPartition& coordinator) {
        return coordinator.admit(admission);
    };
    auto results = co_await on_transaction<Results>(call, of.transactional_id, ask, refuse);
    auto& metrics = call.home.metrics;
    metrics.transaction_checks += results.size();
    for (auto& result : results) {
        metrics.transaction_check_failures += result ? 0 : 1;
        as_producers_expect(result, of.support);
    }
    co_return results;
}

ErrorCode produce_error(ErrorCode code, TransactionSupport support) {
    switch (code) {
        case ErrorCode::concurrent_transactions:
            return support == TransactionSupport::adds_partitions ? code
                                                                  : ErrorCode::not_enough_replicas;
        case ErrorCode::network_exception:
        case ErrorCode::coordinator_load_in_progress:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
            return ErrorCode::not_enough_replicas;
        default:
            return code;
    }
}

awaitable<Result<void>> check_offsets_transaction(Call& call, TransactionOf of, std::string group) {
    const auto at = locate_group(call, group);
    const auto* topic = call.home.image->topic(group_metadata_topic);
    if (at.owner == nullptr || topic == nullptr) {
        co_return Result<void>();  // the commit itself tells that there is no coordinator
    }
    const auto id = topic->id;
    auto& owner = *at.owner;
    auto begin = [&]() -> std::optional<Token> {
        auto* partition = owner.partitions.find(id, at.number);
        return partition == nullptr ? std::nullopt : begin_check(*partition, of, owner);
    };
    for (int asked = 0; asked < asks_max; ++asked) {
        const auto token = co_await runtime::call_on(call.home.shard, owner.shard, begin);
        if (!token) {
            co_return Result<void>();
        }
        std::vector<TopicPartition> partitions{
            {.topic = std::string(group_metadata_topic), .partition = at.number}};
        auto results = co_await ask_coordinator(call, of, std::move(partitions));
        auto& result = results.front();
        auto end = [&] {
            auto* partition = owner.partitions.find(id, at.number);
            return partition == nullptr ||
                   partition->transaction_checks().end(of.producer.id, of.producer.epoch, *token,
                                                       result.has_value());
        };
        const bool counts = co_await runtime::call_on(call.home.shard, owner.shard, end);
        if (!result) {
            result.error().code = offsets_error(result.error().code);
        }
        if (!result || counts) {
            co_return std::move(result);
        }
    }
    co_return fail(offsets_error(ErrorCode::concurrent_transactions),
                   "markers of producer {} keep coming; ask again", of.producer.id);
}

}  // namespace barnabas::broker
