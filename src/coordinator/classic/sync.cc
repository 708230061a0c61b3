// SyncGroup and Heartbeat: the leader's assignment, and signs of life.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/classic/replies.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace barnabas::coordinator {
namespace {

bool differs(const std::optional<std::string>& asked, std::string_view is) {
    return asked && *asked != is;
}

ErrorCode check_sync(const ClassicGroup& group, const wire::SyncGroupRequest& request) {
    if (group.is_in(ClassicGroupState::dead)) {
        return ErrorCode::coordinator_not_available;
    }
    if (const auto known = group.check_member(request.member_id, request.group_instance_id);
        !known) {
        return known.error().code;
    }
    if (request.generation_id != group.generation()) {
        return ErrorCode::illegal_generation;
    }
    if ((group.has_protocol_type() && differs(request.protocol_type, group.protocol_type())) ||
        (group.protocol() && differs(request.protocol_name, *group.protocol()))) {
        return ErrorCode::inconsistent_group_protocol;
    }
    return group.is_in(ClassicGroupState::preparing_rebalance) ? ErrorCode::rebalance_in_progress
                                                               : ErrorCode::none;
}

wire::HeartbeatResponse heard(ErrorCode error) {
    wire::HeartbeatResponse reply;
    reply.error_code = static_cast<std::int16_t>(error);
    return reply;
}

}  // namespace

void ClassicGroups::sync(Ticket ticket, const wire::SyncGroupRequest& request, const Client& client,
                         Now /*now*/, Decisions& out) {
    if (request.group_id.empty()) {
        return out.answer(ticket, sync_refused(ErrorCode::invalid_group_id));
    }
    auto* group = ports_.groups.find_as<ClassicGroup>(request.group_id);
    if (group == nullptr || group->is_in(ClassicGroupState::empty)) {
        return out.answer(ticket, sync_refused(ErrorCode::unknown_member_id));
    }
    if (const auto error = check_sync(*group, request); error != ErrorCode::none) {
        return out.answer(ticket, sync_refused(error));
    }
    auto& member = *group->find_member(request.member_id);
    group->settle_sync(member);
    if (group->owing_sync_count() == 0) {
        ports_.timers.cancel(sync_timer(group->id()));
    }
    if (group->is_in(ClassicGroupState::stable)) {
        return tell_assignment(*group, member, ticket, out);
    }
    INVARIANT(group->is_in(ClassicGroupState::completing_rebalance), "{} is {} in a sync",
              group->id(), group->state_name());
    if (const auto earlier =
            group->wait_for_sync(member, {.ticket = ticket, .version = client.version})) {
        out.answer(earlier->ticket, sync_refused(ErrorCode::rebalance_in_progress));
    }
    if (group->is_leader(member.id)) {
        take_assignment(request, *group, out);
    }
}

/// Of one member's assignments the last counts; those of strangers are dropped.
void ClassicGroups::take_assignment(const wire::SyncGroupRequest& request, ClassicGroup& group,
                                    Decisions& out) {
    ClassicAssignment assignment{.generation = group.generation(), .from = request.member_id};
    for (const auto& [member, bytes, tags] : request.assignments) {
        if (group.find_member(member) != nullptr) {
            assignment.of_members.insert_or_assign(member, share(bytes));
        }
    }
    auto record = group_record(group, assignment.of_members);
    store(group, std::move(record), std::move(assignment), out);
}

void ClassicGroups::assignment_appended(ClassicGroup& group, ClassicAssignment& assignment,
                                        const Result<void>& result, Now now, Decisions& out) {
    if (!group.is_in(ClassicGroupState::completing_rebalance) ||
        group.generation() != assignment.generation || !group.is_leader(assignment.from)) {
        return;  // another rebalance has begun meanwhile
    }
    for (const auto& [id, unchanged] : group.members()) {
        auto& member = *group.find_member(id);
        const auto given = assignment.of_members.find(id);
        const bool has = result && given != assignment.of_members.end();
        member.assignment = has ? given->second : nullptr;
        const auto wait = group.take_sync(member);
        if (!wait) {
            continue;
        }
        if (result) {
            tell_assignment(group, member, wait->ticket, out);
        } else {
            out.answer(wait->ticket, sync_refused(error_of_append(result.error().code)));
        }
        begin_session(group, member, now);  // while it waited nothing was expected of it
    }
    if (!result) {
        return rebalance_or_complete(
            group,
            {.cause = RebalanceCause::other,
             .why = fmt::format("the assignment of leader {} could not be stored: {}",
                                shown(assignment.from), result.error().message)},
            now, out);
    }
    group.transition(ClassicGroupState::stable, now.wall);
    out.events.push_back(
        {.kind = GroupEvent::Kind::stable,
         .group = group.id(),
         .why = fmt::format("generation {} is stable with {} members ({} of them static), led by "
                            "{}, protocol {}",
                            group.generation(), group.member_count(), group.static_count(),
                            shown(group.leader().value_or("")),
                            shown(group.protocol().value_or("")))});
}

wire::HeartbeatResponse ClassicGroups::heartbeat(const wire::HeartbeatRequest& request, Now now) {
    if (request.group_id.empty()) {
        return heard(ErrorCode::invalid_group_id);
    }
    auto* group = ports_.groups.find_as<ClassicGroup>(request.group_id);
    if (group == nullptr) {
        return heard(ErrorCode::unknown_member_id);
    }
    if (group->is_in(ClassicGroupState::dead)) {
        return heard(ErrorCode::coordinator_not_available);
    }
    if (const auto known = group->check_member(request.member_id, request.group_instance_id);
        !known) {
        return heard(known.error().code);
    }
    if (request.generation_id != group->generation()) {
        return heard(ErrorCode::illegal_generation);
    }
    begin_session(*group, *group->find_member(request.member_id), now);
    return heard(group->is_in(ClassicGroupState::preparing_rebalance)
                     ? ErrorCode::rebalance_in_progress
                     : ErrorCode::none);
}

void ClassicGroups::touch(std::string_view id, std::string_view member_id, Now now) {
    const auto* group = ports_.groups.find_as<ClassicGroup>(id);
    if (group == nullptr || !(group->is_in(ClassicGroupState::stable) ||
                              group->is_in(ClassicGroupState::preparing_rebalance))) {
        return;
    }
    if (const auto* member = group->find_member(member_id)) {
        begin_session(*group, *member, now);
    }
}

}  // namespace barnabas::coordinator
