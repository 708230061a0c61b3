// DeleteShareGroupOffsets (KIP-932). Version 0: an empty share group forgets topics.
#include "wire/messages/delete_share_group_offsets.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::DeleteShareGroupOffsetsResponse> handle_delete_share_group_offsets(
    Call& call, wire::DeleteShareGroupOffsetsRequest& request) {
    using Response = wire::DeleteShareGroupOffsetsResponse;
    const auto refuse = [](Error error) {
        Response refused;
        refused.error_code = std::to_underlying(error.code);
        refused.error_message = std::move(error.message);
        return refused;
    };
    Response response;
    if (auto served = check_share_groups(call); served) {
        auto forget = [&request](GroupPartition& group) {
            return group.remove_share_offsets(request);
        };
        response = co_await on_group<Response>(call, request.group_id, std::move(forget), refuse);
    } else {
        response = refuse(std::move(served.error()));
    }
    call.count_error(static_cast<ErrorCode>(response.error_code));
    for (const auto& topic : response.responses) {
        call.count_error(static_cast<ErrorCode>(topic.error_code));
    }
    co_return response;
}

}  // namespace barnabas::broker
