// LeaveGroup: one member, since version 3 several, also by their instance ids (KIP-345).
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"
#include "coordinator/leaving.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

using Leaving = wire::LeaveGroupRequest::Member;

wire::LeaveGroupResponse refused(ErrorCode error) {
    wire::LeaveGroupResponse reply;
    reply.error_code = static_cast<std::int16_t>(error);
    return reply;
}

/// Old versions have no place for members: their one error becomes the reply's.
wire::LeaveGroupResponse reply_of(const std::vector<Leaving>& leaving,
                                  const std::vector<ErrorCode>& errors, std::int16_t version) {
    if (version < leaves_several_since) {
        return refused(errors.front());
    }
    wire::LeaveGroupResponse reply;
    for (std::size_t i = 0; i < leaving.size(); ++i) {
        wire::LeaveGroupResponse::Member member;
        member.member_id = leaving[i].member_id;
        member.group_instance_id = leaving[i].group_instance_id;
        member.error_code = static_cast<std::int16_t>(errors[i]);
        reply.members.push_back(std::move(member));
    }
    return reply;
}

/// Who left, and the first reason that one of them gave.
std::string sentence(const std::vector<Leaving>& leaving, const std::vector<ErrorCode>& errors) {
    std::vector<std::string> ids;
    std::optional<std::string> reason;
    for (std::size_t i = 0; i < leaving.size(); ++i) {
        if (errors[i] != ErrorCode::none) {
            continue;
        }
        const auto& member = leaving[i];
        ids.push_back(member.member_id.empty() ? member.group_instance_id.value_or("")
                                               : member.member_id);
        if (!reason) {
            reason = member.reason;
        }
    }
    return fmt::format("{} left{}", shown(ids), shown_reason(reason));
}

}  // namespace

wire::LeaveGroupResponse ClassicGroups::leave(const wire::LeaveGroupRequest& request,
                                              const Client& client, Now now, Decisions& out) {
    if (request.group_id.empty()) {
        return refused(ErrorCode::invalid_group_id);
    }
    const auto leaving = leaving_members(request, client.version);
    std::vector<ErrorCode> errors(leaving.size(), ErrorCode::unknown_member_id);
    auto* group = ports_.groups.find_as<ClassicGroup>(request.group_id);
    if (group == nullptr) {
        return reply_of(leaving, errors, client.version);
    }
    if (group->is_in(ClassicGroupState::dead)) {
        return refused(ErrorCode::coordinator_not_available);
    }
    const auto before = group->member_count();
    std::ranges::transform(leaving, errors.begin(),
                           [&](const Leaving& member) { return leave_one(member, *group, out); });
    // Ids that were given out are no members: that they go changes nothing for the others.
    if (group->can_rebalance() && group->member_count() < before) {
        prepare_rebalance(*group,
                          {.cause = RebalanceCause::member_left, .why = sentence(leaving, errors)},
                          now, out);
    } else {
        complete_if_all_joined(*group, now, out);
    }
    return reply_of(leaving, errors, client.version);
}

ErrorCode ClassicGroups::leave_one(const Leaving& leaving, ClassicGroup& group, Decisions& out) {
    std::string id = leaving.member_id;
    if (id.empty()) {  // an administrator names the instance only
        const auto* member =
            leaving.group_instance_id ? group.static_member(*leaving.group_instance_id) : nullptr;
        if (member == nullptr) {
            return ErrorCode::unknown_member_id;
        }
        id = *member;
    } else if (group.remove_pending(id)) {
        ports_.timers.cancel(new_member_timer(group.id(), id));
        return ErrorCode::none;
    } else if (const auto known = group.check_member(id, leaving.group_instance_id); !known) {
        return known.error().code;
    }
    drop_member(group, id, ErrorCode::unknown_member_id, out);
    return ErrorCode::none;
}

}  // namespace barnabas::coordinator
