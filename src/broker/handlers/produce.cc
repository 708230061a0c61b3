// Produce. Versions 0-13; 3 brought transactional ids and format 2 batches, 5 the log start offset,
// 7 zstd, 8 per-record errors and sentences (KIP-467), 10 the leader to go to instead (KIP-951), 11
// TRANSACTION_ABORTABLE, 12 adds partitions to their transaction by itself (both KIP-890), 13 topic
// ids (KIP-516). Versions 0-2 come from old clients with formats 0 and 1, which are converted.
#include "wire/messages/produce.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/produce_operation.h"

namespace barnabas::broker {
namespace {

using wire::ProduceRequest;
using wire::ProduceResponse;

ProduceResponse::Response::PartitionResponse answer(Call& call, ProduceOperation::Item& item) {
    ProduceResponse::Response::PartitionResponse response;
    auto& outcome = item.outcome;
    response.index = item.partition.get();
    response.error_code = static_cast<std::int16_t>(outcome.error);
    response.base_offset = outcome.base_offset.get();
    response.log_append_time_ms = outcome.log_append_time.get();
    response.log_start_offset = outcome.log_start.get();
    for (auto& bad : outcome.record_errors) {
        response.record_errors.push_back(
            {.batch_index = bad.index, .batch_index_error_message = std::move(bad.message)});
    }
    if (outcome.error != ErrorCode::none) {
        response.error_message = std::move(outcome.message);
    }
    if (outcome.error == ErrorCode::not_leader_or_follower && item.topic != nullptr) {
        const auto* partition = item.topic->partition(item.partition);
        response.current_leader = {.leader_id = partition->leader.get(),
                                   .leader_epoch = partition->leader_epoch.get()};
    }
    call.count_error(outcome.error);
    return response;
}

ProduceResponse response_of(Call& call, const ProduceRequest& request,
                            ProduceOperation& operation) {
    ProduceResponse response;
    auto item = operation.items().begin();
    bool failed = false;
    for (const auto& topic : request.topic_data) {
        auto& answers = response.responses.emplace_back();
        answers.name = topic.name;
        answers.topic_id = topic.topic_id;
        for (std::size_t i = 0; i < topic.partition_data.size(); ++i, ++item) {
            failed = failed || item->outcome.error != ErrorCode::none;
            answers.partition_responses.push_back(answer(call, *item));
        }
    }
    if (request.acks == 0) {
        // Nobody reads a response; a closed connection is how the client learns of the error.
        call.outcome = failed ? rpc::Reply::Kind::close : rpc::Reply::Kind::none;
    }
    return response;
}

}  // namespace

std::optional<ProduceResponse> try_produce(Call& call, ProduceRequest& request) {
    ProduceOperation operation(call, request);
    if (!operation.try_run()) {
        return std::nullopt;
    }
    return response_of(call, request, operation);
}

awaitable<ProduceResponse> handle_produce(Call& call, ProduceRequest& request) {
    ProduceOperation operation(call, request);
    co_await operation.run();
    co_return response_of(call, request, operation);
}

}  // namespace barnabas::broker
