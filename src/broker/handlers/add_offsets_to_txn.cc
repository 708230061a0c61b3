// AddOffsetsToTxn. Versions 0-4; 2 knows PRODUCER_FENCED, 4 TRANSACTION_ABORTABLE (KIP-890): a
// group's offsets are going to be committed with the producer's transaction.
#include "wire/messages/add_offsets_to_txn.h"

#include "broker/coordinators/transaction_refusals.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::AddOffsetsToTxnResponse> handle_add_offsets_to_txn(
    Call& call, wire::AddOffsetsToTxnRequest& request) {
    using Reply = wire::AddOffsetsToTxnResponse;
    const auto group = locate_group(call, request.group_id);
    Reply response;
    if (group.owner == nullptr) {
        // As Kafka, which makes the topic for whoever asks for the group's coordinator.
        response = refused_add_offsets(ErrorCode::coordinator_not_available);
    } else {
        const auto refuse = [](const Error& error) { return refused_add_offsets(error.code); };
        auto add = [client = client_of(call), &request,
                    offsets = group.number](TransactionPartition& coordinator) {
            return coordinator.add_offsets(request, offsets, client);
        };
        response =
            co_await on_transaction<Reply>(call, request.transactional_id, std::move(add), refuse);
    }
    call.count_error(static_cast<ErrorCode>(response.error_code));
    co_return response;
}

}  // namespace barnabas::broker
