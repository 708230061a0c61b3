// DescribeTransactions (KIP-664). Version 0: the coordinators' view of transactional ids.
#include "wire/messages/describe_transactions.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <utility>

namespace barnabas::broker {
namespace {

using Described = coordinator::Transactions::DescribedTransaction;

awaitable<void> describe(Call& call, const std::string& id, Described& to) {
    const auto refuse = [&id](const Error& error) {
        Described described;
        described.transactional_id = id;
        described.error_code = std::to_underlying(error.code);
        return described;
    };
    auto look = [&id](TransactionPartition& coordinator) -> awaitable<Described> {
        co_return coordinator.describe(id);
    };
    to = co_await on_transaction<Described>(call, id, look, refuse);
    call.count_error(static_cast<ErrorCode>(to.error_code));
}

}  // namespace

awaitable<wire::DescribeTransactionsResponse> handle_describe_transactions(
    Call& call, wire::DescribeTransactionsRequest& request) {
    const auto& ids = request.transactional_ids;
    wire::DescribeTransactionsResponse response;
    response.transaction_states.resize(ids.size());
    auto work = [&](std::size_t i) {
        return describe(call, ids[i], response.transaction_states[i]);
    };
    co_await side_by_side(call.home.shard, ids.size(), work);
    co_return response;
}

}  // namespace barnabas::broker
