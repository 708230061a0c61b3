// AlterShareGroupOffsets (KIP-932). Version 0: where an empty share group, which may be new, goes
// on in partitions.
#include "wire/messages/alter_share_group_offsets.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::AlterShareGroupOffsetsResponse> handle_alter_share_group_offsets(
    Call& call, wire::AlterShareGroupOffsetsRequest& request) {
    auto change = [&request](GroupPartition& group) { return group.alter_share_offsets(request); };
    auto response = co_await answer_group<wire::AlterShareGroupOffsetsResponse>(
        call, request, check_share_groups(call), change);
    for (const auto& topic : response.responses) {
        for (const auto& partition : topic.partitions) {
            call.count_error(static_cast<ErrorCode>(partition.error_code));
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
