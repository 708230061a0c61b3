// EndTxn. Versions 0-5; 2 knows PRODUCER_FENCED, 4 TRANSACTION_ABORTABLE, 5 raises the producer's
// epoch and answers it (transactions v2, KIP-890).
#include "wire/messages/end_txn.h"

#include "broker/coordinators/transaction_refusals.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::EndTxnResponse> handle_end_txn(Call& call, wire::EndTxnRequest& request) {
    const auto refuse = [](const Error& error) { return refused_end(error.code); };
    auto end = [client = client_of(call), &request](TransactionPartition& coordinator) {
        return coordinator.end(request, client);
    };
    auto response = co_await on_transaction<wire::EndTxnResponse>(call, request.transactional_id,
                                                                  std::move(end), refuse);
    call.count_error(static_cast<ErrorCode>(response.error_code));
    co_return response;
}

}  // namespace barnabas::broker
