// DeleteGroups (KIP-229): groups of every kind, with their offsets. Versions 0-3; 3 says why one
// cannot be deleted.
#include "wire/messages/delete_groups.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <set>
#include <utility>

namespace barnabas::broker {
namespace {

/// Each once, in their order.
std::vector<std::string> distinct(std::vector<std::string> names) {
    std::set<std::string> seen;
    std::erase_if(names, [&seen](const std::string& name) { return !seen.insert(name).second; });
    return names;
}

awaitable<void> remove_group(Call& call, const std::string& group,
                             wire::DeleteGroupsResponse::Result& result) {
    auto refuse = [](Error error) { return Result<void>(std::unexpected(std::move(error))); };
    auto remove = [&group](GroupPartition& partition) { return partition.remove(group); };
    auto removed =
        co_await on_group<Result<void>>(call, group, std::move(remove), std::move(refuse));
    result.group_id = group;
    if (!removed) {
        call.refuse(result, std::move(removed.error()));
    }
}

}  // namespace

awaitable<wire::DeleteGroupsResponse> handle_delete_groups(Call& call,
                                                           wire::DeleteGroupsRequest& request) {
    const auto groups = distinct(std::move(request.groups_names));
    wire::DeleteGroupsResponse response;
    response.results.resize(groups.size());
    auto remove = [&](std::size_t i) { return remove_group(call, groups[i], response.results[i]); };
    co_await side_by_side(call.home.shard, groups.size(), remove);
    co_return response;
}

}  // namespace barnabas::broker
