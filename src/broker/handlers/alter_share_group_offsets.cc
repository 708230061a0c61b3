// AlterShareGroupOffsets (KIP-932). Version 0: where an empty share group, which may be new, goes
// on in partitions.
#include "wire/messages/alter_share_group_offsets.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::AlterShareGroupOffsetsResponse> handle_alter_share_group_offsets(
    Call& call, wire::AlterShareGroupOffsetsRequest& request) {
    using Response = wire::AlterShareGroupOffsetsResponse;
    const auto refuse = [](Error error) {
        Response refused;
        refused.error_code = std::to_underlying(error.code);
        refused.error_message = std::move(error.message);
        return refused;
    };
    Response response;
    if (auto served = check_share_groups(call); served) {
        auto alter = [&request](GroupPartition& group) {
            return group.alter_share_offsets(request);
        };
        response = co_await on_group<Response>(call, request.group_id, std::move(alter), refuse);
    } else {
        response = refuse(std::move(served.error()));
    }
    call.count_error(static_cast<ErrorCode>(response.error_code));
    for (const auto& topic : response.responses) {
        for (const auto& partition : topic.partitions) {
            call.count_error(static_cast<ErrorCode>(partition.error_code));
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
