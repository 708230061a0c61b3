// InitializeShareGroupState (KIP-932). Version 0: the state of partitions that a share
// group begins to read, or reads anew.
#include "wire/messages/initialize_share_group_state.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/share_state.h"

namespace barnabas::broker {

awaitable<wire::InitializeShareGroupStateResponse> handle_initialize_share_group_state(
    Call& call, wire::InitializeShareGroupStateRequest& request) {
    return answer_share_state(call, request, EmptyTopics::passed_over);
}

}  // namespace barnabas::broker
