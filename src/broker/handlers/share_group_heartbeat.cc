// ShareGroupHeartbeat (KIP-932). Versions 0-1; 0 is that of Kafka 4.0's early access, alike in all
// its fields.
#include "wire/messages/share_group_heartbeat.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::ShareGroupHeartbeatResponse> handle_share_group_heartbeat(
    Call& call, wire::ShareGroupHeartbeatRequest& request) {
    auto beat = [client = client_of(call), &request](GroupPartition& group) {
        return group.heartbeat(request, client);
    };
    return answer_group<wire::ShareGroupHeartbeatResponse>(call, request, check_share_groups(call),
                                                           std::move(beat));
}

}  // namespace barnabas::broker
