// AddPartitionsToTxn. Versions 0-5; 0 to 3 are of clients, for one transaction (2 knows
// PRODUCER_FENCED), later ones of brokers, for many, which add or only verify; 5 knows
// TRANSACTION_ABORTABLE (KIP-890). One partition that does not exist keeps all of its transaction
// out.
#include "wire/messages/add_partitions_to_txn.h"

#include "broker/coordinators/transaction_refusals.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <utility>

namespace barnabas::broker {
namespace {

using Request = wire::AddPartitionsToTxnRequest;
using Response = wire::AddPartitionsToTxnResponse;

constexpr std::int16_t batched_since = 4;

bool exists(const ClusterImage& image, std::string_view topic, std::int32_t partition) {
    const auto* found = image.topic(topic);
    return found != nullptr && found->partition(PartitionId{partition}) != nullptr;
}

template <class Topics>
bool all_exist(const ClusterImage& image, const Topics& topics) {
    for (const auto& topic : topics) {
        for (const auto partition : topic.partitions) {
            if (!exists(image, topic.name, partition)) {
                return false;
            }
        }
    }
    return true;
}

/// Says which do not exist; the others were not attempted.
template <class Results>
void tell_missing(const ClusterImage& image, Results& results) {
    for (auto& topic : results) {
        for (auto& partition : topic.results_by_partition) {
            partition.partition_error_code =
                std::to_underlying(exists(image, topic.name, partition.partition_index)
                                       ? ErrorCode::operation_not_attempted
                                       : ErrorCode::unknown_topic_or_partition);
        }
    }
}

template <class Results>
void count_errors(Call& call, const Results& results) {
    for (const auto& topic : results) {
        for (const auto& partition : topic.results_by_partition) {
            call.count_error(static_cast<ErrorCode>(partition.partition_error_code));
        }
    }
}

/// One transaction, at its coordinator.
awaitable<Response> ask(Call& call, const Request& request, const std::string& id) {
    const auto refuse = [&](const Error& error) {
        return refused_add_partitions(request, call.version, error.code);
    };
    auto add = [client = client_of(call), &request](TransactionPartition& coordinator) {
        return coordinator.add_partitions(request, client);
    };
    co_return co_await on_transaction<Response>(call, id, std::move(add), refuse);
}

awaitable<Response> add_one(Call& call, const Request& request) {
    const auto& image = *call.home.image;
    Response response;
    if (all_exist(image, request.v3_and_below_topics)) {
        response = co_await ask(call, request, request.v3_and_below_transactional_id);
    } else {
        response = refused_add_partitions(request, call.version, ErrorCode::none);
        tell_missing(image, response.results_by_topic_v3_and_below);
    }
    count_errors(call, response.results_by_topic_v3_and_below);
    co_return response;
}

awaitable<void> add_to(Call& call, const TransactionRequest& transaction,
                       TransactionResult& result) {
    const auto& image = *call.home.image;
    if (all_exist(image, transaction.topics)) {
        Request one;
        one.transactions.push_back(transaction);
        auto response = co_await ask(call, one, transaction.transactional_id);
        result = std::move(response.results_by_transaction.front());
    } else {
        result = refused_transaction(transaction, ErrorCode::none);
        tell_missing(image, result.topic_results);
    }
    count_errors(call, result.topic_results);
}

}  // namespace

awaitable<Response> handle_add_partitions_to_txn(Call& call, Request& request) {
    if (call.version < batched_since) {
        co_return co_await add_one(call, request);
    }
    Response response;
    response.results_by_transaction.resize(request.transactions.size());
    auto add = [&](std::size_t i) {
        return add_to(call, request.transactions[i], response.results_by_transaction[i]);
    };
    co_await side_by_side(call.home.shard, request.transactions.size(), add);
    co_return response;
}

}  // namespace barnabas::broker
