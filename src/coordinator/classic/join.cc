// JoinGroup: who may come in, and what its coming means for the group.
#include "base/invariant.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/classic/joining.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/classic/timer_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t member_id_required_since = 4;  // KIP-394

/// As java.util.UUID writes it, which Kafka's member ids end with.
std::string dashed_hex(const Uuid& id) {
    std::string text;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text += '-';
        }
        fmt::format_to(std::back_inserter(text), "{:02x}", id.bytes[i]);
    }
    return text;
}

/// Of the instance or client id and something random. It must come back from the client as it was
/// given out, so that it may not be longer than a string can be.
std::string new_member_id(const wire::JoinGroupRequest& request, const Client& client) {
    const auto random = dashed_hex(client.fresh);
    auto id = request.group_instance_id.value_or(client.id);
    id.resize(std::min(id.size(), wire::string_bytes_max - random.size() - 1));
    return id + "-" + random;
}

}  // namespace

void ClassicGroups::join(Ticket ticket, const wire::JoinGroupRequest& request, const Client& client,
                         Now now, Decisions& out) {
    const Joining call{.ticket = ticket,
                       .request = request,
                       .client = client,
                       .now = now,
                       .out = out,
                       .protocols = protocols_of(request)};
    if (const auto error = check_join(call); error != ErrorCode::none) {
        return call.refuse(error, request.member_id);
    }
    if (auto* group = ports_.groups.find_as<ClassicGroup>(request.group_id)) {
        return join_group(call, *group);
    }
    const auto* other = ports_.groups.find(request.group_id);
    if (other != nullptr && (other->type() != GroupType::consumer || !other->is_empty())) {
        return call.refuse(ErrorCode::inconsistent_group_protocol, "");
    }
    if (!request.member_id.empty()) {
        return call.refuse(ErrorCode::unknown_member_id, request.member_id);
    }
    if (request.protocol_type.empty() || request.protocols.empty()) {
        return call.refuse(ErrorCode::inconsistent_group_protocol, "");
    }
    join_new_group(call);
}

ErrorCode ClassicGroups::check_join(const Joining& call) const {
    if (call.request.group_id.empty()) {
        return ErrorCode::invalid_group_id;
    }
    const Duration session = std::chrono::milliseconds(call.request.session_timeout_ms);
    if (session < ports_.config.session_timeout_min ||
        session > ports_.config.session_timeout_max) {
        return ErrorCode::invalid_session_timeout;
    }
    return ErrorCode::none;
}

void ClassicGroups::join_new_group(const Joining& call) {
    const auto& id = call.request.group_id;
    ClassicCreation creation;
    Records records;
    if ((creation.replaced = ports_.groups.take(id)) != nullptr) {
        creation.replaced->add_tombstones(records);
        ports_.timers.cancel_group(id);
    }
    auto& group = ports_.groups.put(std::make_unique<ClassicGroup>(id, call.now.wall));
    auto record = new_group_record(group);
    const auto before = call.out.answers.size();
    join_group(call, group);
    INVARIANT(!call.out.appended, "group {} is new and was stored already", id);
    // A member id is good only if the group is: the answer waits for what becomes of the record.
    const auto first = call.out.answers.begin() + static_cast<std::ptrdiff_t>(before);
    creation.held.assign(std::make_move_iterator(first),
                         std::make_move_iterator(call.out.answers.end()));
    call.out.answers.erase(first, call.out.answers.end());
    std::ranges::move(records, std::back_inserter(call.out.records));
    store(group, std::move(record), std::move(creation), call.out);
}

void ClassicGroups::join_group(const Joining& call, ClassicGroup& group) {
    if (group.is_in(ClassicGroupState::dead)) {
        return call.refuse(ErrorCode::coordinator_not_available, call.request.member_id);
    }
    if (!has_room_for(group, call.request)) {
        return turn_away(call, group);
    }
    if (!group.supports(call.request.protocol_type, call.protocols)) {
        return call.refuse(ErrorCode::inconsistent_group_protocol, call.request.member_id);
    }
    if (call.request.member_id.empty()) {
        join_as_new(call, group);
    } else {
        join_as_known(call, group);
    }
}

void ClassicGroups::join_as_new(const Joining& call, ClassicGroup& group) {
    auto id = new_member_id(call.request, call.client);
    if (call.request.group_instance_id) {
        if (const auto* old = group.static_member(*call.request.group_instance_id)) {
            return replace_static(call, group, *old, std::move(id));
        }
    } else if (call.client.version >= member_id_required_since) {
        return give_id(call, group, std::move(id));
    }
    add_member(call, group, std::move(id));
}

void ClassicGroups::join_as_known(const Joining& call, ClassicGroup& group) {
    const auto& id = call.request.member_id;
    // Ids are given out to dynamic members only: with an instance id it is somebody else.
    if (group.is_pending(id) && !call.request.group_instance_id) {
        return add_member(call, group, id);
    }
    if (const auto known = group.check_member(id, call.request.group_instance_id); !known) {
        return call.refuse(known.error().code, id);
    }
    rejoin(call, group, *group.find_member(id));
}

/// Who only asks again, having missed the answer, is told of the generation that there is.
void ClassicGroups::rejoin(const Joining& call, ClassicGroup& group, ClassicGroupMember& member) {
    const auto reason = shown_reason(call.request.reason);
    std::string why;
    switch (group.state()) {
        case ClassicGroupState::preparing_rebalance:
            why = fmt::format("member {} joins again{}", shown(member.id), reason);
            break;
        case ClassicGroupState::completing_rebalance:
        case ClassicGroupState::stable:
            // A leader that joins a stable group wants another assignment, for reasons that need
            // not show in its own subscription.
            if (group.is_in(ClassicGroupState::stable) && group.is_leader(member.id)) {
                why = fmt::format("leader {} joins again{}", shown(member.id), reason);
            } else if (member.protocols() != call.protocols) {
                why = fmt::format("member {} changed its subscription{}", shown(member.id), reason);
            } else {
                return tell_generation(group, member, call.wait(), false, call.out);
            }
            break;
        case ClassicGroupState::empty:
        case ClassicGroupState::dead:
            INVARIANT(false, "group {} is {} and has member {}", group.id(), group.state_name(),
                      member.id);
    }
    group.update(member, call.protocols, call.request.session_timeout_ms,
                 call.rebalance_timeout_ms());
    wait_for_join(call, group, member);
    rebalance_or_complete(group, {.cause = RebalanceCause::subscription_changed, .why = why},
                          call.now, call.out);
}

void ClassicGroups::wait_for_join(const Joining& call, ClassicGroup& group,
                                  ClassicGroupMember& member) {
    // Kafka forgets the earlier request. Whoever still waits for it is to ask again.
    if (const auto earlier = group.wait_for_join(member, call.wait())) {
        call.out.answer(earlier->ticket, join_refused(ErrorCode::rebalance_in_progress, member.id,
                                                      earlier->version));
    }
}

void ClassicGroups::give_id(const Joining& call, ClassicGroup& group, std::string id) {
    ports_.timers.set(new_member_timer(group.id(), id),
                      call.now.steady + std::chrono::milliseconds(call.request.session_timeout_ms));
    call.refuse(ErrorCode::member_id_required, id);
    group.add_pending(std::move(id));
}

void ClassicGroups::add_member(const Joining& call, ClassicGroup& group, std::string id) {
    if (group.is_in_initial_rebalance() && group.initial_delay) {
        group.initial_delay->somebody_came = true;
    }
    ClassicGroupMember member;
    member.id = id;
    member.instance_id = call.request.group_instance_id;
    member.client_id = call.client.id;
    member.client_host = call.client.host;
    member.session_timeout_ms = call.request.session_timeout_ms;
    member.rebalance_timeout_ms = call.rebalance_timeout_ms();
    member.protocol_type = call.request.protocol_type;
    member.is_new = true;
    auto& added = group.add(std::move(member), call.protocols);
    wait_for_join(call, group, added);
    ports_.timers.cancel(new_member_timer(group.id(), id));
    // It has no id to send heartbeats with while it waits, and nobody notices if it goes away. So
    // that such leftovers do not pile up in a long rebalance it has to ask again after some time.
    ports_.timers.set(session_timer(group.id(), id),
                      call.now.steady + ports_.config.new_member_timeout);
    const auto instance =
        call.request.group_instance_id
            ? fmt::format(" with instance id {}", shown(*call.request.group_instance_id))
            : "";
    rebalance_or_complete(group,
                          {.cause = RebalanceCause::member_joined,
                           .why = fmt::format("member {}{} joins{}", shown(id), instance,
                                              shown_reason(call.request.reason))},
                          call.now, call.out);
}

/// While a group prepares, who waits counts, not who is in it: so the last to join again are shut
/// out when the limit was lowered. Kafka also refuses a static member that takes its own place in a
/// full group.
bool ClassicGroups::has_room_for(const ClassicGroup& group,
                                 const wire::JoinGroupRequest& request) const {
    const auto size_max = static_cast<std::size_t>(std::max(ports_.config.size_max, 1));
    const auto* member = group.find_member(request.member_id);
    if (request.member_id.empty() && request.group_instance_id) {
        if (const auto* id = group.static_member(*request.group_instance_id)) {
            member = group.find_member(*id);
        }
    }
    switch (group.state()) {
        case ClassicGroupState::empty:
        case ClassicGroupState::dead:
            return true;
        case ClassicGroupState::preparing_rebalance:
            return (member != nullptr && member->waits_for_join()) ||
                   group.joining_count() < size_max;
        case ClassicGroupState::completing_rebalance:
        case ClassicGroupState::stable:
            return member != nullptr || group.member_count() < size_max;
    }
    return true;
}

void ClassicGroups::turn_away(const Joining& call, ClassicGroup& group) {
    const auto& id = call.request.member_id;
    if (group.remove_pending(id)) {
        ports_.timers.cancel(new_member_timer(group.id(), id));
    } else if (group.find_member(id) != nullptr) {
        drop_member(group, id, ErrorCode::group_max_size_reached, call.out);
    }
    call.refuse(ErrorCode::group_max_size_reached, "");
    complete_if_all_joined(group, call.now, call.out);
}

}  // namespace barnabas::coordinator
