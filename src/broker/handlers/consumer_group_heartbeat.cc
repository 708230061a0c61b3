// ConsumerGroupHeartbeat (KIP-848). Versions 0-1; 1 lets members subscribe by a regular expression,
// and makes them choose their ids themselves (KIP-1082).
#include "wire/messages/consumer_group_heartbeat.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::ConsumerGroupHeartbeatResponse> handle_consumer_group_heartbeat(
    Call& call, wire::ConsumerGroupHeartbeatRequest& request) {
    auto beat = [client = client_of(call), &request](GroupPartition& group) {
        return group.heartbeat(request, client);
    };
    return answer_group<wire::ConsumerGroupHeartbeatResponse>(
        call, request, check_consumer_protocol(call), std::move(beat));
}

}  // namespace barnabas::broker
