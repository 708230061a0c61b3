// WriteShareGroupState (KIP-932). Versions 0-1; 1 says how many records are done
// (KIP-1226). What leaders of partitions have delivered.
#include "wire/messages/write_share_group_state.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/share_state.h"

namespace barnabas::broker {

awaitable<wire::WriteShareGroupStateResponse> handle_write_share_group_state(
    Call& call, wire::WriteShareGroupStateRequest& request) {
    return answer_share_state(call, request, EmptyTopics::refused);
}

}  // namespace barnabas::broker
