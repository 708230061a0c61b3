// ReadShareGroupState (KIP-932). Version 0: what was delivered of partitions, for
// who begins to lead them; earlier leaders are fenced from then on.
#include "wire/messages/read_share_group_state.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/share_state.h"

namespace barnabas::broker {

awaitable<wire::ReadShareGroupStateResponse> handle_read_share_group_state(
    Call& call, wire::ReadShareGroupStateRequest& request) {
    return answer_share_state(call, request, EmptyTopics::refused);
}

}  // namespace barnabas::broker
