// LeaveGroup. Versions 0-5; 3 takes several members, also by their instance ids (KIP-345), 5 their
// reasons (KIP-800).
#include "wire/messages/leave_group.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::LeaveGroupResponse> handle_leave_group(Call& call,
                                                       wire::LeaveGroupRequest& request) {
    const auto refuse = [](const Error& error) {
        wire::LeaveGroupResponse refused;
        refused.error_code = static_cast<std::int16_t>(error.code);
        return refused;
    };
    auto leave = [client = client_of(call), &request](GroupPartition& group) {
        return group.leave(request, client);
    };
    auto response = co_await on_group<wire::LeaveGroupResponse>(call, request.group_id,
                                                                std::move(leave), refuse);
    call.count_error(static_cast<ErrorCode>(response.error_code));
    for (const auto& member : response.members) {
        call.count_error(static_cast<ErrorCode>(member.error_code));
    }
    co_return response;
}

}  // namespace barnabas::broker
