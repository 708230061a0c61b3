// The two phases of a rebalance: members join, then the leader assigns.
#include "base/invariant.h"
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/classic/replies.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

/// How soon a join phase in which nobody joined is looked at again at the earliest: a member may
/// have asked for a rebalance timeout of nothing.
constexpr Duration join_retry_min = 1s;

}  // namespace

void ClassicGroups::rebalance_or_complete(ClassicGroup& group, Reason reason, Now now,
                                          Decisions& out) {
    if (group.can_rebalance()) {
        prepare_rebalance(group, reason, now, out);
    } else {
        complete_if_all_joined(group, now, out);
    }
}

void ClassicGroups::prepare_rebalance(ClassicGroup& group, Reason reason, Now now, Decisions& out) {
    out.events.push_back(
        {.kind = GroupEvent::Kind::rebalance,
         .group = group.id(),
         .why = fmt::format("{}; generation {} was {} with {} members now", reason.why,
                            group.generation(), group.state_name(), group.member_count()),
         .cause = reason.cause});
    if (group.is_in(ClassicGroupState::completing_rebalance)) {
        for (const auto& [id, unchanged] : group.members()) {
            auto& member = *group.find_member(id);
            member.assignment = nullptr;
            if (const auto wait = group.take_sync(member)) {
                out.answer(wait->ticket, sync_refused(ErrorCode::rebalance_in_progress));
                begin_session(group, member, now);
            }
        }
    }
    group.settle_all_syncs();
    ports_.timers.cancel(sync_timer(group.id()));
    const bool initial = group.is_in(ClassicGroupState::empty);
    group.transition(ClassicGroupState::preparing_rebalance, now.wall);
    if (initial) {
        // More members are likely to come: they need not start a rebalance each.
        const auto delay = ports_.config.initial_rebalance_delay;
        group.initial_delay = ClassicGroup::InitialDelay{
            .step = delay, .left = std::max(group.rebalance_timeout() - delay, Duration::zero())};
        ports_.timers.set(join_timer(group.id()), now.steady + delay);
    } else if (group.all_joined()) {
        complete_join(group, now, out);
    } else {
        ports_.timers.set(join_timer(group.id()), now.steady + group.rebalance_timeout());
    }
}

void ClassicGroups::complete_if_all_joined(ClassicGroup& group, Now now, Decisions& out) {
    if (group.is_in(ClassicGroupState::preparing_rebalance) && !group.is_in_initial_rebalance() &&
        group.all_joined()) {
        complete_join(group, now, out);
    }
}

/// Dynamic members that have not joined are out. Static ones stay until their sessions end: they
/// are expected back.
void ClassicGroups::complete_join(ClassicGroup& group, Now now, Decisions& out) {
    ports_.timers.cancel(join_timer(group.id()));
    group.initial_delay.reset();
    std::vector<std::string> missing;
    for (const auto& [id, member] : group.members()) {
        if (!member.is_static() && !member.waits_for_join()) {
            missing.push_back(id);
        }
    }
    if (!missing.empty()) {
        out.events.push_back({.kind = GroupEvent::Kind::member_expired,
                              .group = group.id(),
                              .why = fmt::format("{} did not join again in time", shown(missing))});
    }
    for (const auto& id : missing) {
        drop_member(group, id, ErrorCode::unknown_member_id, out);
    }
    if (!group.elect_joined_leader() && group.member_count() > 0) {
        ports_.timers.set(join_timer(group.id()),
                          now.steady + std::max(group.rebalance_timeout(), join_retry_min));
        return;
    }
    group.begin_generation(now.wall);
    if (group.is_in(ClassicGroupState::empty)) {
        become_empty(group, out);
    } else {
        answer_generation(group, now, out);
    }
}

void ClassicGroups::answer_generation(ClassicGroup& group, Now now, Decisions& out) {
    for (const auto& [id, unchanged] : group.members()) {
        auto& member = *group.find_member(id);
        if (const auto wait = group.take_join(member)) {
            tell_generation(group, member, *wait, false, out);
        }
        begin_session(group, member, now);
        member.is_new = false;
        group.owe_sync(member);
    }
    INVARIANT(group.joining_count() == 0, "{} joins of {} wait beyond the join phase",
              group.joining_count(), group.id());
    ports_.timers.set(sync_timer(group.id()), now.steady + group.rebalance_timeout());
}

void ClassicGroups::become_empty(ClassicGroup& group, Decisions& out) {
    out.events.push_back(
        {.kind = GroupEvent::Kind::emptied,
         .group = group.id(),
         .why = fmt::format("nobody is left; generation {} is empty", group.generation())});
    auto record = group_record(group);
    store(group, std::move(record), ClassicEmptying{}, out);
}

void ClassicGroups::end_waiting(ClassicGroup& group, ClassicGroupMember& member, ErrorCode error,
                                Decisions& out) {
    if (const auto wait = group.take_join(member)) {
        // To be unknown means to have no id.
        auto id = error == ErrorCode::unknown_member_id ? std::string() : member.id;
        out.answer(wait->ticket, join_refused(error, std::move(id), wait->version));
    }
    if (const auto wait = group.take_sync(member)) {
        out.answer(wait->ticket, sync_refused(error));
    }
}

void ClassicGroups::drop_member(ClassicGroup& group, const std::string& member, ErrorCode error,
                                Decisions& out) {
    auto* leaving = group.find_member(member);
    INVARIANT(leaving != nullptr, "group {} has no member {}", group.id(), member);
    end_waiting(group, *leaving, error, out);
    ports_.timers.cancel(session_timer(group.id(), member));
    group.remove(member);
}

}  // namespace barnabas::coordinator
