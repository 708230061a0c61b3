// A static member comes back with a new id (KIP-345): the old one is fenced, and if nothing that
// matters has changed, a stable group stays stable.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/classic/joining.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"

#include <fmt/format.h>

#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t skip_assignment_since = 9;  // KIP-814

}  // namespace

void ClassicGroups::replace_static(const Joining& call, ClassicGroup& group, std::string old_id,
                                   std::string new_id) {
    auto* old = group.find_member(old_id);
    INVARIANT(old != nullptr, "{} is no member of {}", old_id, group.id());
    ClassicReplacement replacement{.old_id = old_id,
                                   .new_id = new_id,
                                   .old_leader = group.leader().value_or(""),
                                   .protocols = old->protocols(),
                                   .session_timeout_ms = old->session_timeout_ms,
                                   .rebalance_timeout_ms = old->rebalance_timeout_ms};
    end_waiting(group, *old, ErrorCode::fenced_instance_id, call.out);
    ports_.timers.cancel(session_timer(group.id(), old_id));
    auto& member = group.replace_static(old_id, std::move(new_id));
    group.update(member, call.protocols, call.request.session_timeout_ms,
                 call.rebalance_timeout_ms());
    wait_for_join(call, group, member);
    begin_session(group, member, call.now);

    const auto who = fmt::format("static member {} (instance id {}) takes the place of {}",
                                 shown(member.id), shown(*member.instance_id), shown(old_id));
    const auto reason = shown_reason(call.request.reason);
    switch (group.state()) {
        case ClassicGroupState::stable:
            if (group.protocol() == group.select_protocol()) {
                auto record = group_record(group);
                return store(group, std::move(record), std::move(replacement), call.out);
            }
            return prepare_rebalance(
                group,
                {.cause = RebalanceCause::member_joined,
                 .why = fmt::format("{} and the protocol changes with it{}", who, reason)},
                call.now, call.out);
        case ClassicGroupState::completing_rebalance:
            // The leader may be assigning to the old id.
            return prepare_rebalance(group,
                                     {.cause = RebalanceCause::member_joined, .why = who + reason},
                                     call.now, call.out);
        case ClassicGroupState::preparing_rebalance:
            return complete_if_all_joined(group, call.now, call.out);
        case ClassicGroupState::empty:
        case ClassicGroupState::dead:
            INVARIANT(false, "group {} is {} and has member {}", group.id(), group.state_name(),
                      member.id);
    }
}

void ClassicGroups::replacement_appended(ClassicGroup& group, ClassicReplacement& replacement,
                                         const Result<void>& result, Now now, Decisions& out) {
    auto* member = group.find_member(replacement.new_id);
    if (member == nullptr) {
        return;  // it has gone meanwhile, and was answered
    }
    if (!result) {
        end_waiting(group, *member, error_of_append(result.error().code), out);
        ports_.timers.cancel(session_timer(group.id(), replacement.new_id));
        auto& old = group.replace_static(replacement.new_id, replacement.old_id);
        group.update(old, std::move(replacement.protocols), replacement.session_timeout_ms,
                     replacement.rebalance_timeout_ms);
        return begin_session(group, old, now);
    }
    if (!group.is_in(ClassicGroupState::stable)) {
        return;  // it waits for the next generation like everybody else
    }
    const auto wait = group.take_join(*member);
    if (!wait) {
        return;
    }
    begin_session(group, *member, now);
    // The generation goes on, so a leader that came back has nothing to assign. Before version 9 it
    // is made to believe that its former self leads.
    if (wait->version >= skip_assignment_since) {
        tell_generation(group, *member, *wait, group.is_leader(member->id), out);
    } else {
        tell_generation_led_by(replacement.old_leader, group, *member, *wait, out);
    }
}

}  // namespace barnabas::coordinator
