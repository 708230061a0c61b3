// ListTransactions (KIP-664). Versions 0-2; 1 asks for those that last long (KIP-994), 2 for those
// whose ids match a pattern of RE2's (KIP-1152). All that this broker coordinates; while some of it
// is being read, COORDINATOR_LOAD_IN_PROGRESS.
#include "wire/messages/list_transactions.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/scatter.h"
#include "coordinator/consumer/topic_pattern.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

namespace barnabas::broker {
namespace {

using wire::ListTransactionsResponse;

ListTransactionsResponse failed(ListTransactionsResponse response, ErrorCode code) {
    response.error_code = std::to_underlying(code);
    response.transaction_states.clear();
    return response;
}

}  // namespace

awaitable<ListTransactionsResponse> handle_list_transactions(
    Call& call, wire::ListTransactionsRequest& request) {
    ListTransactionsResponse response;
    auto filter = coordinator::Transactions::filter_of(request, response);
    if (request.transactional_id_pattern && !request.transactional_id_pattern->empty()) {
        auto pattern = coordinator::TopicPattern::parse(*request.transactional_id_pattern);
        if (!pattern) {
            call.count_error(pattern.error().code);
            co_return failed(std::move(response), pattern.error().code);
        }
        const auto shared = std::make_shared<const coordinator::TopicPattern>(std::move(*pattern));
        filter.matches = [shared](std::string_view id) { return shared->matches(id); };
    }
    auto& shards = call.services.shards;
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::vector<ListTransactionsResponse> parts(shards.size());
    std::atomic<std::size_t> loading = 0;
    std::function<void(std::size_t)> list = [&](std::size_t i) {
        const auto add = [&](TransactionPartition& partition) { partition.list(filter, parts[i]); };
        loading += shards[i]->coordinators->for_each_transactions(add);
    };
    co_await scatter(call.home.shard, targets, list);
    if (loading > 0) {
        call.count_error(ErrorCode::coordinator_load_in_progress);
        co_return failed(std::move(response), ErrorCode::coordinator_load_in_progress);
    }
    for (auto& part : parts) {
        std::ranges::move(part.transaction_states, std::back_inserter(response.transaction_states));
    }
    co_return response;
}

}  // namespace barnabas::broker
