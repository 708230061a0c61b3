// SyncGroup. Versions 0-5; 3 has static members (KIP-345), 5 names the protocol that the member
// believes to be the group's (KIP-559).
#include "wire/messages/sync_group.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "coordinator/classic/replies.h"

#include <utility>

namespace barnabas::broker {
namespace {

constexpr std::int16_t protocol_since = 5;

bool names_its_protocol(const Call& call, const wire::SyncGroupRequest& request) {
    return call.version < protocol_since || (request.protocol_type && request.protocol_name);
}

}  // namespace

awaitable<wire::SyncGroupResponse> handle_sync_group(Call& call, wire::SyncGroupRequest& request) {
    using Reply = Held<wire::SyncGroupResponse>;
    if (!names_its_protocol(call, request)) {
        call.count_error(ErrorCode::inconsistent_group_protocol);
        co_return coordinator::sync_refused(ErrorCode::inconsistent_group_protocol);
    }
    const auto refuse = [](const Error& error) {
        return Reply{.reply = coordinator::sync_refused(error.code), .held = {}};
    };
    auto sync = [client = client_of(call), &request](GroupPartition& group) {
        return group.sync(request, client);
    };
    auto answer = co_await on_group<Reply>(call, request.group_id, std::move(sync), refuse);
    call.hold(std::move(answer.held));
    call.count_error(static_cast<ErrorCode>(answer.reply.error_code));
    co_return std::move(answer.reply);
}

}  // namespace barnabas::broker
