// JoinGroup. Versions 0-9; 1 has a rebalance timeout of its own, 4 gives a new member an id before
// it may join (KIP-394), 5 has static members (KIP-345), 7 tells the protocol's type and name of
// which there may be none (KIP-559), 8 takes a reason (KIP-800), 9 tells a leader to assign nothing
// (KIP-814).
#include "wire/messages/join_group.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "coordinator/classic/replies.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::JoinGroupResponse> handle_join_group(Call& call, wire::JoinGroupRequest& request) {
    using Reply = Held<wire::JoinGroupResponse>;
    const auto refuse = [&call, &request](const Error& error) {
        return Reply{
            .reply = coordinator::join_refused(error.code, request.member_id, call.version),
            .held = {}};
    };
    auto join = [client = client_of(call), &request](GroupPartition& group) {
        return group.join(request, client);
    };
    auto answer = co_await on_group<Reply>(call, request.group_id, std::move(join), refuse);
    call.hold(std::move(answer.held));
    call.count_error(static_cast<ErrorCode>(answer.reply.error_code));
    co_return std::move(answer.reply);
}

}  // namespace barnabas::broker
