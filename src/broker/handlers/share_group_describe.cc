// ShareGroupDescribe (KIP-932). Versions 0-1; 0 is that of Kafka 4.0's early access, alike in all
// its fields.
#include "wire/messages/share_group_describe.h"

#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <utility>

namespace barnabas::broker {
namespace {

using Group = wire::ShareGroupDescribeResponse::Group;

Group refused(std::string group, Error error) {
    Group answer;
    answer.group_id = std::move(group);
    answer.error_code = std::to_underlying(error.code);
    answer.error_message = std::move(error.message);
    return answer;
}

awaitable<Group> describe_group(Call& call, const std::string& group) {
    if (auto served = check_share_groups(call); !served) {
        co_return refused(group, std::move(served.error()));
    }
    if (group.empty()) {
        co_return refused(group, {.code = ErrorCode::invalid_group_id,
                                  .message = "the empty id is no share group's"});
    }
    const auto refuse = [&group](Error error) { return refused(group, std::move(error)); };
    auto work = [&group](GroupPartition& partition) { return partition.describe_share(group); };
    co_return co_await on_group<Group>(call, group, std::move(work), refuse);
}

awaitable<void> answer_group(Call& call, const std::string& group, bool operations, Group& answer) {
    answer = co_await describe_group(call, group);
    call.count_error(static_cast<ErrorCode>(answer.error_code));
    if (operations && answer.error_code == 0) {
        answer.authorized_operations = all_group_operations;
    }
}

}  // namespace

awaitable<wire::ShareGroupDescribeResponse> handle_share_group_describe(
    Call& call, wire::ShareGroupDescribeRequest& request) {
    wire::ShareGroupDescribeResponse response;
    response.groups.resize(request.group_ids.size());
    auto describe = [&](std::size_t i) {
        return answer_group(call, request.group_ids[i], request.include_authorized_operations,
                            response.groups[i]);
    };
    co_await side_by_side(call.home.shard, request.group_ids.size(), describe);
    co_return response;
}

}  // namespace barnabas::broker
