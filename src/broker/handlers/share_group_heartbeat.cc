// ShareGroupHeartbeat (KIP-932). Versions 0-1; 0 is that of Kafka 4.0's early access, alike in all
// its fields.
#include "wire/messages/share_group_heartbeat.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::ShareGroupHeartbeatResponse> handle_share_group_heartbeat(
    Call& call, wire::ShareGroupHeartbeatRequest& request) {
    using Reply = wire::ShareGroupHeartbeatResponse;
    const auto refuse = [](Error error) {
        Reply refused;
        refused.error_code = std::to_underlying(error.code);
        refused.error_message = std::move(error.message);
        return refused;
    };
    Reply response;
    if (auto served = check_share_groups(call); served) {
        auto beat = [client = client_of(call), &request](GroupPartition& group) {
            return group.heartbeat(request, client);
        };
        response = co_await on_group<Reply>(call, request.group_id, std::move(beat), refuse);
    } else {
        response = refuse(std::move(served.error()));
    }
    call.count_error(static_cast<ErrorCode>(response.error_code));
    co_return response;
}

}  // namespace barnabas::broker
