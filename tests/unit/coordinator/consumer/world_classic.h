#pragma once

#include "world.h"

#include <string>
#include <utility>

// The classic members' side of World.

namespace barnabas::coordinator::testing {

inline Ticket World::join(const wire::JoinGroupRequest& request, std::int16_t version) {
    const Ticket ticket{++tickets_};
    const Client client = classic_client(version);
    if (members_->takes(request.group_id)) {
        auto [outcome, goes_on_in_classic] = members_->join(request, client, now);
        if (!goes_on_in_classic) {
            const auto member = outcome.reply.member_id;
            EXPECT_TRUE(outcome.reply.error_code == 0 || outcome.records.empty());
            append(std::move(outcome.records), request.group_id);
            if (outcome.reply.error_code == 0) {
                members_->joined(request.group_id, member, now);
            }
            std::ranges::move(outcome.events, std::back_inserter(events));
            answers.emplace(ticket, Answer{.ticket = ticket, .reply = std::move(outcome.reply)});
            return ticket;
        }
        append(std::move(outcome.records), request.group_id);
    }
    Decisions out;
    classic_->join(ticket, request, client, now, out);
    carry_out(std::move(out));
    return ticket;
}

inline Ticket World::sync(const wire::SyncGroupRequest& request) {
    const Ticket ticket{++tickets_};
    if (members_->takes(request.group_id)) {
        auto [reply, held] = members_->sync(request, now);
        answers.emplace(ticket, Answer{.ticket = ticket, .reply = reply, .held = std::move(held)});
        return ticket;
    }
    Decisions out;
    classic_->sync(ticket, request, classic_client(5), now, out);
    carry_out(std::move(out));
    return ticket;
}

inline ErrorCode World::heartbeat(const wire::HeartbeatRequest& request) {
    const auto reply = members_->takes(request.group_id) ? members_->heartbeat(request, now)
                                                         : classic_->heartbeat(request, now);
    return static_cast<ErrorCode>(reply.error_code);
}

inline wire::LeaveGroupResponse World::leave(const wire::LeaveGroupRequest& request,
                                             std::int16_t version) {
    if (members_->takes(request.group_id)) {
        auto outcome = members_->leave(request, classic_client(version));
        append(std::move(outcome.records), request.group_id);
        std::ranges::move(outcome.events, std::back_inserter(events));
        return std::move(outcome.reply);
    }
    Decisions out;
    auto reply = classic_->leave(request, classic_client(version), now, out);
    carry_out(std::move(out));
    return reply;
}

}  // namespace barnabas::coordinator::testing
