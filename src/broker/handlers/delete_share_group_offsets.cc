// DeleteShareGroupOffsets (KIP-932). Version 0: an empty share group forgets topics.
#include "wire/messages/delete_share_group_offsets.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::DeleteShareGroupOffsetsResponse> handle_delete_share_group_offsets(
    Call& call, wire::DeleteShareGroupOffsetsRequest& request) {
    auto change = [&request](GroupPartition& group) { return group.remove_share_offsets(request); };
    auto response = co_await answer_group<wire::DeleteShareGroupOffsetsResponse>(
        call, request, check_share_groups(call), change);
    for (const auto& topic : response.responses) {
        call.count_error(static_cast<ErrorCode>(topic.error_code));
    }
    co_return response;
}

}  // namespace barnabas::broker
