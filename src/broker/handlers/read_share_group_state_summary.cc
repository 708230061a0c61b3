// ReadShareGroupStateSummary (KIP-932). Versions 0-1; 1 says how many records
// are done (KIP-1226). Where share groups are, for who describes them.
#include "wire/messages/read_share_group_state_summary.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/share_state.h"

namespace barnabas::broker {

awaitable<wire::ReadShareGroupStateSummaryResponse> handle_read_share_group_state_summary(
    Call& call, wire::ReadShareGroupStateSummaryRequest& request) {
    return answer_share_state(call, request, EmptyTopics::refused);
}

}  // namespace barnabas::broker
