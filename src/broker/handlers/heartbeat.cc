// Heartbeat. Versions 0-4; 3 has static members (KIP-345). While the group is being loaded a
// heartbeat is answered as if all were well, as Kafka does: members have nothing else to do then.
#include "wire/messages/heartbeat.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::HeartbeatResponse> handle_heartbeat(Call& call, wire::HeartbeatRequest& request) {
    const auto refuse = [](const Error& error) {
        wire::HeartbeatResponse refused;
        if (error.code != ErrorCode::coordinator_load_in_progress) {
            refused.error_code = static_cast<std::int16_t>(error.code);
        }
        return refused;
    };
    auto beat = [&request](GroupPartition& group) { return group.heartbeat(request); };
    auto response =
        co_await on_group<wire::HeartbeatResponse>(call, request.group_id, std::move(beat), refuse);
    call.count_error(static_cast<ErrorCode>(response.error_code));
    co_return response;
}

}  // namespace barnabas::broker
