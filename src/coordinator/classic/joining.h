#pragma once

#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/replies.h"

#include <string>
#include <utility>

namespace barnabas::coordinator {

/// A JoinGroup under way, on the stack of ClassicGroups::join.
struct ClassicGroups::Joining {
    Ticket ticket;
    const wire::JoinGroupRequest& request;
    const Client& client;
    Now now;
    Decisions& out;
    ClassicProtocols protocols;  // copies of the request's

    [[nodiscard]] ClassicWait wait() const { return {.ticket = ticket, .version = client.version}; }
    void refuse(ErrorCode error, std::string member) const {
        out.answer(ticket, join_refused(error, std::move(member), client.version));
    }
    /// Version 0 has none of its own.
    [[nodiscard]] std::int32_t rebalance_timeout_ms() const {
        return client.version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
    }
};

}  // namespace barnabas::coordinator
