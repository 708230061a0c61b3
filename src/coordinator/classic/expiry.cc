// What happens when a time is up.
#include "base/invariant.h"
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace barnabas::coordinator {

void ClassicGroups::on_timer(const TimerKey& key, Now now, Decisions& out) {
    auto* group = ports_.groups.find_as<ClassicGroup>(key.group);
    if (group == nullptr) {
        return;
    }
    switch (key.kind) {
        case TimerKind::classic_join:
            return join_phase_over(*group, now, out);
        case TimerKind::classic_sync:
            return sync_phase_over(*group, now, out);
        case TimerKind::classic_session:
            return session_over(*group, key.member, now, out);
        case TimerKind::classic_new_member:
            return pending_over(*group, key.member, now, out);
        case TimerKind::consumer_session:
        case TimerKind::consumer_rebalance:
        case TimerKind::consumer_sync:
        case TimerKind::consumer_join:
        case TimerKind::consumer_assignment:
        case TimerKind::share_session:
        case TimerKind::share_assignment:
            break;
    }
    INVARIANT(false, "timer {} of {} is none of a classic group's", static_cast<int>(key.kind),
              key.group);
}

void ClassicGroups::session_over(ClassicGroup& group, const std::string& id, Now now,
                                 Decisions& out) {
    const auto* member = group.find_member(id);
    // A session begins again when what the member waits for comes.
    if (member == nullptr || member->is_excused()) {
        return;
    }
    const auto why =
        member->is_new ? fmt::format("member {} waited too long for its first rebalance", shown(id))
                       : fmt::format("member {} ({}) sent no heartbeat for {} ms", shown(id),
                                     shown(member->client_host), member->session_timeout_ms);
    out.events.push_back(
        {.kind = GroupEvent::Kind::member_expired, .group = group.id(), .why = why});
    drop_member(group, id, ErrorCode::unknown_member_id, out);
    if (group.can_rebalance()) {
        prepare_rebalance(group, {.cause = RebalanceCause::member_expired, .why = why}, now, out);
    } else if (group.is_in(ClassicGroupState::preparing_rebalance) && group.all_joined()) {
        complete_join(group, now, out);
    }
}

void ClassicGroups::pending_over(ClassicGroup& group, const std::string& id, Now now,
                                 Decisions& out) {
    if (group.remove_pending(id) && group.is_in(ClassicGroupState::preparing_rebalance) &&
        group.all_joined()) {
        complete_join(group, now, out);
    }
}

void ClassicGroups::join_phase_over(ClassicGroup& group, Now now, Decisions& out) {
    if (!group.is_in(ClassicGroupState::preparing_rebalance)) {
        return;
    }
    auto& initial = group.initial_delay;
    if (!initial || !initial->somebody_came || initial->left <= Duration::zero()) {
        return complete_join(group, now, out);
    }
    const auto before = initial->step;
    initial->step = std::min(ports_.config.initial_rebalance_delay, initial->left);
    initial->left = std::max(initial->left - before, Duration::zero());
    initial->somebody_came = false;
    ports_.timers.set(join_timer(group.id()), now.steady + initial->step);
}

void ClassicGroups::sync_phase_over(ClassicGroup& group, Now now, Decisions& out) {
    std::vector<std::string> missing;
    for (const auto& [id, member] : group.members()) {
        if (member.owes_sync()) {
            missing.push_back(id);
        }
    }
    if (missing.empty()) {
        return;
    }
    INVARIANT(group.is_in(ClassicGroupState::completing_rebalance) ||
                  group.is_in(ClassicGroupState::stable),
              "group {} is {} and waits for syncs", group.id(), group.state_name());
    const auto why = fmt::format("{} did not ask for an assignment in time", shown(missing));
    out.events.push_back(
        {.kind = GroupEvent::Kind::member_expired, .group = group.id(), .why = why});
    for (const auto& id : missing) {
        drop_member(group, id, ErrorCode::unknown_member_id, out);
    }
    prepare_rebalance(group, {.cause = RebalanceCause::member_expired, .why = why}, now, out);
}

void ClassicGroups::begin_session(const ClassicGroup& group, const ClassicGroupMember& member,
                                  Now now) {
    ports_.timers.set(session_timer(group.id(), member.id), now.steady + member.session_timeout());
}

}  // namespace barnabas::coordinator
