// DeleteShareGroupState (KIP-932). Version 0: of share groups and topics that go.
#include "wire/messages/delete_share_group_state.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/share_state.h"

namespace barnabas::broker {

awaitable<wire::DeleteShareGroupStateResponse> handle_delete_share_group_state(
    Call& call, wire::DeleteShareGroupStateRequest& request) {
    return answer_share_state(call, request, EmptyTopics::refused);
}

}  // namespace barnabas::broker
