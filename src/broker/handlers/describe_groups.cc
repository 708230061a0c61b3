// DescribeGroups: classic groups. Versions 0-6; 3 tells what the client may do (KIP-430), 4 names
// static members (KIP-345), 6 says GROUP_ID_NOT_FOUND and why (KIP-1043), where older ones show a
// dead group.
#include "wire/messages/describe_groups.h"

#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <utility>

namespace barnabas::broker {

namespace {

using Group = wire::DescribeGroupsResponse::Group;

awaitable<void> describe_group(Call& call, const std::string& group, bool operations,
                               Group& answer) {
    using Reply = Held<Group>;
    auto refuse = [&group](Error error) {
        Reply refused;
        refused.reply.group_id = group;
        refused.reply.error_code = std::to_underlying(error.code);
        refused.reply.error_message = std::move(error.message);
        return refused;
    };
    auto describe = [&group, version = call.version](GroupPartition& partition) {
        return partition.describe(group, version);
    };
    auto described = co_await on_group<Reply>(call, group, std::move(describe), std::move(refuse));
    call.hold(std::move(described.held));
    answer = std::move(described.reply);
    call.count_error(static_cast<ErrorCode>(answer.error_code));
    if (operations && answer.error_code == 0) {
        answer.authorized_operations = all_group_operations;
    }
}

}  // namespace

awaitable<wire::DescribeGroupsResponse> handle_describe_groups(
    Call& call, wire::DescribeGroupsRequest& request) {
    wire::DescribeGroupsResponse response;
    response.groups.resize(request.groups.size());
    auto describe = [&](std::size_t i) {
        return describe_group(call, request.groups[i], request.include_authorized_operations,
                              response.groups[i]);
    };
    co_await side_by_side(call.home.shard, request.groups.size(), describe);
    co_return response;
}

}  // namespace barnabas::broker
