// OffsetDelete (KIP-496). Version 0.
#include "wire/messages/offset_delete.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/known_topics.h"
#include "broker/handlers/on_coordinator.h"
#include "coordinator/offsets/replies.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::OffsetDeleteResponse> handle_offset_delete(Call& call,
                                                           wire::OffsetDeleteRequest& request) {
    using Reply = wire::OffsetDeleteResponse;
    auto refused = refuse_unknown<Reply>(*call.home.image, request, false);
    const auto refuse = [&request](const Error& error) {
        return coordinator::refused(request, error.code);
    };
    // Also if no topic is left: whether there is such a group is to be told first.
    auto remove = [&request](GroupPartition& group) { return group.remove_offsets(request); };
    auto response = co_await on_group<Reply>(call, request.group_id, std::move(remove), refuse);
    call.count_error(static_cast<ErrorCode>(response.error_code));
    if (response.error_code == 0) {
        add_refused(response, std::move(refused), false);
    }
    count_errors(call, response);
    co_return response;
}

}  // namespace barnabas::broker
