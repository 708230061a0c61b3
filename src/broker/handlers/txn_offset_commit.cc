// TxnOffsetCommit. Versions 0-6; 2 names the leader epoch of the record (KIP-320), 3 the member and
// its generation (KIP-447), 5 adds the group to the transaction by itself (KIP-890), 6 has topic
// ids (KIP-1319).
#include "wire/messages/txn_offset_commit.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/known_topics.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/transaction_check.h"
#include "coordinator/offsets/replies.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// Producers of before version 2 fail for good when they hear of loading (KAFKA-7296).
void spare_old_producers(const Call& call, wire::TxnOffsetCommitResponse& response) {
    constexpr std::int16_t knows_loading_since = 2;
    if (call.version >= knows_loading_since) {
        return;
    }
    for (auto& topic : response.topics) {
        for (auto& partition : topic.partitions) {
            if (partition.error_code ==
                std::to_underlying(ErrorCode::coordinator_load_in_progress)) {
                partition.error_code = std::to_underlying(ErrorCode::coordinator_not_available);
            }
        }
    }
}

}  // namespace

awaitable<wire::TxnOffsetCommitResponse> handle_txn_offset_commit(
    Call& call, wire::TxnOffsetCommitRequest& request) {
    using Reply = wire::TxnOffsetCommitResponse;
    constexpr std::int16_t topic_ids_since = 6;
    const bool by_id = call.version >= topic_ids_since;
    auto refused = refuse_unknown<Reply>(*call.home.image, request, by_id);
    Reply response;
    if (request.group_id.empty()) {
        // As Kafka, which says so before it asks whether the producer may.
        response = coordinator::refused(request, ErrorCode::invalid_group_id);
    } else if (!request.topics.empty()) {
        const auto refuse = [&request](const Error& error) {
            return coordinator::refused(request, error.code);
        };
        auto commit = [client = client_of(call), &request](GroupPartition& group) {
            return group.commit(request, client);
        };
        // Before the group's partition takes the first offsets of the transaction.
        const TransactionOf of{.transactional_id = request.transactional_id,
                               .producer = {.id = ProducerId{request.producer_id},
                                            .epoch = ProducerEpoch{request.producer_epoch}},
                               .support = support_of_offset_commit(call.version)};
        const auto may = co_await check_offsets_transaction(call, of, request.group_id);
        response = may ? co_await on_group<Reply>(call, request.group_id, commit, refuse)
                       : refuse(may.error());
    }
    spare_old_producers(call, response);
    add_refused(response, std::move(refused), by_id);
    count_errors(call, response);
    co_return response;
}

}  // namespace barnabas::broker
