// ListGroups: what this broker coordinates. Versions 0-5; 4 filters by state (KIP-518), 5 by type
// (KIP-848). While a partition is being loaded nothing is listed, rather than a part of it: clients
// ask again.
#include "wire/messages/list_groups.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/scatter.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {

awaitable<wire::ListGroupsResponse> handle_list_groups(Call& call,
                                                       wire::ListGroupsRequest& request) {
    const auto& shards = call.services.shards;
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::vector<wire::ListGroupsResponse> parts(shards.size());
    std::vector<std::size_t> loading(shards.size());
    std::function<void(std::size_t)> list = [&](std::size_t i) {
        loading[i] = shards[i]->coordinators->for_each_group(
            [&](GroupPartition& partition) { partition.list(request, parts[i]); });
    };
    co_await scatter(call.home.shard, targets, list);
    wire::ListGroupsResponse response;
    if (std::ranges::any_of(loading, [](std::size_t count) { return count > 0; })) {
        response.error_code = std::to_underlying(ErrorCode::coordinator_load_in_progress);
        call.count_error(ErrorCode::coordinator_load_in_progress);
        co_return response;
    }
    for (auto& part : parts) {
        std::ranges::move(part.groups, std::back_inserter(response.groups));
    }
    co_return response;
}

}  // namespace barnabas::broker
