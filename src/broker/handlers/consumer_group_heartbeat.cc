// ConsumerGroupHeartbeat (KIP-848). Versions 0-1; 1 lets members subscribe by a regular expression,
// and makes them choose their ids themselves (KIP-1082).
#include "wire/messages/consumer_group_heartbeat.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::ConsumerGroupHeartbeatResponse> handle_consumer_group_heartbeat(
    Call& call, wire::ConsumerGroupHeartbeatRequest& request) {
    using Reply = wire::ConsumerGroupHeartbeatResponse;
    const auto refuse = [](Error error) {
        Reply refused;
        refused.error_code = std::to_underlying(error.code);
        refused.error_message = std::move(error.message);
        return refused;
    };
    Reply response;
    if (auto served = check_consumer_protocol(call); served) {
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
