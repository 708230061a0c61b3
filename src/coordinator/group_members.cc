// What members ask for and what becomes due of them. A group of the classic protocol has waiting
// members; in a consumer group those of either protocol are answered at once.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/replies.h"
#include "coordinator/group_coordinator.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// A command of classic groups stores again when what it stored before could not be: the leader's
/// assignment, then that everybody is gone.
constexpr int rounds_max = 16;

wire::LeaveGroupResponse leave_refused(ErrorCode error) {
    wire::LeaveGroupResponse reply;
    reply.error_code = std::to_underlying(error);
    return reply;
}

void add_events(std::vector<GroupEvent>& events, Told& out) {
    std::ranges::move(events, std::back_inserter(out.events));
}

void add(Decisions& decisions, Told& out) {
    std::ranges::move(decisions.answers, std::back_inserter(out.answers));
    add_events(decisions.events, out);
}

}  // namespace

void GroupCoordinator::carry_out(Decisions decisions, Now now, Told& out) {
    for (int round = 1; !decisions.records.empty(); ++round) {
        INVARIANT(round <= rounds_max, "{} rounds for one command", round);
        INVARIANT(decisions.appended, "{} records that nobody is told of",
                  decisions.records.size());
        const auto appended = ports_.sink.append(decisions.records, std::nullopt, now);
        Result<void> result;
        if (!appended) {
            result = std::unexpected(appended.error());
        }
        Decisions next;
        classic_.appended(*decisions.appended, result, now, next);
        add(decisions, out);
        decisions = std::move(next);
    }
    add(decisions, out);
}

void GroupCoordinator::join_as_classic(Ticket ticket, const wire::JoinGroupRequest& request,
                                       const Client& client, Now now, Told& out) {
    Decisions decisions;
    classic_.join(ticket, request, client, now, decisions);
    carry_out(std::move(decisions), now, out);
}

void GroupCoordinator::join(Ticket ticket, const wire::JoinGroupRequest& request,
                            const Client& client, Now now, Told& out) {
    if (!classic_members_.takes(request.group_id)) {
        return join_as_classic(ticket, request, client, now, out);
    }
    auto [outcome, goes_on_in_classic] = classic_members_.join(request, client, now);
    if (const auto stored = store_of_group(request.group_id, outcome.records, now, out); !stored) {
        out.answers.push_back({.ticket = ticket,
                               .reply = join_refused(error_of_append(stored.error().code),
                                                     request.member_id, client.version)});
        return;
    }
    add_events(outcome.events, out);
    if (goes_on_in_classic) {
        return join_as_classic(ticket, request, client, now, out);
    }
    if (outcome.reply.error_code == 0) {
        classic_members_.joined(request.group_id, outcome.reply.member_id, now);
    }
    out.answers.push_back({.ticket = ticket, .reply = std::move(outcome.reply)});
}

void GroupCoordinator::sync(Ticket ticket, const wire::SyncGroupRequest& request,
                            const Client& client, Now now, Told& out) {
    if (classic_members_.takes(request.group_id)) {
        auto [reply, held] = classic_members_.sync(request, now);
        out.answers.push_back(
            {.ticket = ticket, .reply = std::move(reply), .held = std::move(held)});
        return;
    }
    Decisions decisions;
    classic_.sync(ticket, request, client, now, decisions);
    carry_out(std::move(decisions), now, out);
}

wire::HeartbeatResponse GroupCoordinator::heartbeat(const wire::HeartbeatRequest& request,
                                                    Now now) {
    return classic_members_.takes(request.group_id) ? classic_members_.heartbeat(request, now)
                                                    : classic_.heartbeat(request, now);
}

wire::LeaveGroupResponse GroupCoordinator::leave(const wire::LeaveGroupRequest& request,
                                                 const Client& client, Now now, Told& out) {
    if (classic_members_.takes(request.group_id)) {
        auto outcome = classic_members_.leave(request, client);
        if (const auto stored = store_of_group(request.group_id, outcome.records, now, out);
            !stored) {
            return leave_refused(error_of_append(stored.error().code));
        }
        add_events(outcome.events, out);
        return std::move(outcome.reply);
    }
    Decisions decisions;
    auto reply = classic_.leave(request, client, now, decisions);
    carry_out(std::move(decisions), now, out);
    return reply;
}

wire::ConsumerGroupHeartbeatResponse GroupCoordinator::heartbeat(
    const wire::ConsumerGroupHeartbeatRequest& request, const Client& client, Now now,
    const TopicFilter& may_see, Told& out) {
    auto outcome = consumer_.heartbeat(request, client, now, may_see);
    if (const auto stored = store_of_group(request.group_id, outcome.records, now, out); !stored) {
        wire::ConsumerGroupHeartbeatResponse refused;
        refused.error_code = std::to_underlying(error_of_append(stored.error().code));
        refused.error_message = stored.error().message;
        return refused;
    }
    add_events(outcome.events, out);
    if (outcome.reply.error_code == 0 && outcome.reply.member_id) {
        consumer_.heard(request.group_id, *outcome.reply.member_id, now);
    }
    return std::move(outcome.reply);
}

bool GroupCoordinator::run_due(Now now, Told& out) {
    const auto timer = timers_.take_due(now.steady);
    if (!timer) {
        return false;
    }
    switch (timer->kind) {
        case TimerKind::classic_join:
        case TimerKind::classic_sync:
        case TimerKind::classic_session:
        case TimerKind::classic_new_member:
            run_classic(*timer, now, out);
            break;
        case TimerKind::consumer_session:
        case TimerKind::consumer_rebalance:
        case TimerKind::consumer_sync:
        case TimerKind::consumer_join:
        case TimerKind::consumer_assignment:
            run_consumer(*timer, now, out);
            break;
        case TimerKind::share_session:
        case TimerKind::share_assignment:
            run_share(*timer, now, out);
            break;
    }
    return true;
}

void GroupCoordinator::run_classic(const TimerKey& timer, Now now, Told& out) {
    Decisions decisions;
    classic_.on_timer(timer, now, decisions);
    carry_out(std::move(decisions), now, out);
}

void GroupCoordinator::run_consumer(const TimerKey& timer, Now now, Told& out) {
    auto decisions = consumer_.on_timer(timer, now);
    INVARIANT(decisions.answers.empty() && !decisions.appended, "members of {} do not wait",
              timer.group);
    if (store_of_group(timer.group, decisions.records, now, out)) {
        add_events(decisions.events, out);
    } else {
        timers_.set(timer, now.steady + retry_interval);
    }
}

}  // namespace barnabas::coordinator
