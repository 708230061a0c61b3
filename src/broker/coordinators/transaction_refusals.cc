#include "broker/coordinators/transaction_refusals.h"

#include <utility>

namespace barnabas::broker {
namespace {

constexpr std::int16_t batched_since = 4;

std::int16_t raw(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

template <class Result, class Topics>
std::vector<Result> results_of(const Topics& topics, ErrorCode code) {
    std::vector<Result> results;
    for (const auto& topic : topics) {
        auto& result = results.emplace_back();
        result.name = topic.name;
        for (const auto partition : topic.partitions) {
            auto& of = result.results_by_partition.emplace_back();
            of.partition_index = partition;
            of.partition_error_code = raw(code);
        }
    }
    return results;
}

}  // namespace

wire::InitProducerIdResponse refused_init(ErrorCode code) {
    wire::InitProducerIdResponse response;
    response.error_code = raw(code);
    response.producer_epoch = no_producer_epoch.get();
    return response;
}

wire::AddOffsetsToTxnResponse refused_add_offsets(ErrorCode code) {
    wire::AddOffsetsToTxnResponse response;
    response.error_code = raw(code);
    return response;
}

wire::EndTxnResponse refused_end(ErrorCode code) {
    wire::EndTxnResponse response;
    response.error_code = raw(code);
    return response;
}

TransactionResult refused_transaction(const TransactionRequest& request, ErrorCode code) {
    TransactionResult result;
    result.transactional_id = request.transactional_id;
    result.topic_results = results_of<TransactionResult::TopicResult>(request.topics, code);
    return result;
}

wire::AddPartitionsToTxnResponse refused_add_partitions(
    const wire::AddPartitionsToTxnRequest& request, std::int16_t version, ErrorCode code) {
    wire::AddPartitionsToTxnResponse response;
    if (version < batched_since) {
        response.results_by_topic_v3_and_below =
            results_of<wire::AddPartitionsToTxnResponse::ResultsByTopicV3AndBelow>(
                request.v3_and_below_topics, code);
        return response;
    }
    for (const auto& transaction : request.transactions) {
        response.results_by_transaction.push_back(refused_transaction(transaction, code));
    }
    return response;
}

}  // namespace barnabas::broker
