#include "coordinator/consumer/classic_members.h"

#include "base/invariant.h"
#include "coordinator/classic/member.h"
#include "coordinator/classic/replies.h"
#include "coordinator/consumer/conversion.h"
#include "coordinator/consumer/embedded_protocol.h"
#include "coordinator/consumer/heartbeat.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t member_id_required_since = 4;  // KIP-394

TimerKey timer_of(TimerKind kind, const ConsumerGroup& group, const ConsumerMember& member) {
    return {.group = group.id(), .kind = kind, .member = member.id};
}

ClassicMember classic_part(const wire::JoinGroupRequest& request) {
    ClassicMember part{.session_timeout_ms = request.session_timeout_ms, .protocols = {}};
    std::set<std::string_view> names;  // of several with one name the first counts
    for (const auto& protocol : request.protocols) {
        if (names.insert(protocol.name).second) {
            part.protocols.push_back(
                {.name = protocol.name,
                 .metadata = {protocol.metadata.begin(), protocol.metadata.end()}});
        }
    }
    return part;
}

/// At least one of them is offered by all members of the classic protocol, this one apart.
bool supports(const ConsumerGroup& group, const wire::JoinGroupRequest& request) {
    if (request.protocol_type != consumer_protocol_type) {
        return false;
    }
    return std::ranges::any_of(request.protocols, [&](const auto& protocol) {
        return std::ranges::all_of(group.members(), [&](const auto& entry) {
            const ConsumerMember& member = entry.second;
            return !member.classic || member.id == request.member_id ||
                   std::ranges::find(member.classic->protocols, protocol.name,
                                     &ClassicMember::Protocol::name) !=
                       member.classic->protocols.end();
        });
    });
}

/// The join as a heartbeat that says everything. Whoever has an id and is known is not asked for
/// its epoch: a classic member says which generation it joins from only to the other members.
wire::ConsumerGroupHeartbeatRequest as_heartbeat(const ConsumerGroup& group,
                                                 const wire::JoinGroupRequest& request,
                                                 EmbeddedSubscription subscription,
                                                 std::int16_t version) {
    wire::ConsumerGroupHeartbeatRequest beat;
    beat.group_id = request.group_id;
    beat.member_id = request.member_id;
    beat.instance_id = request.group_instance_id;
    beat.rack_id = std::move(subscription.rack_id);
    beat.rebalance_timeout_ms =
        version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
    beat.subscribed_topic_names = std::move(subscription.topics);
    beat.subscribed_topic_regex = "";
    beat.topic_partitions =
        topics_from<wire::ConsumerGroupHeartbeatRequest::TopicPartition>(subscription.owned);
    beat.member_epoch = joining_epoch;
    if (const ConsumerMember* const known = group.member(request.member_id)) {
        beat.member_epoch = known->epoch;
    } else if (!request.member_id.empty() && request.group_instance_id) {
        beat.member_epoch =
            1;  // static members get their ids here: one that is not known is fenced
    }
    return beat;
}

/// Its partitions are free but not its own yet: it may come and take them.
bool waits_for_others(const ConsumerGroup& group, const ConsumerMember& member) {
    const Assignment& target = group.target_of(member.id);
    return std::ranges::any_of(target, [&](const auto& topic) {
        return std::ranges::any_of(topic.second, [&](std::int32_t partition) {
            return find_held(member.assigned, topic.first, partition) == nullptr &&
                   group.owner_of(topic.first, partition) != nullptr;
        });
    });
}

Result<const ConsumerMember*> find_classic(const ConsumerGroup& group, const std::string& id,
                                           const std::optional<std::string>& instance) {
    const ConsumerMember* const member =
        instance ? group.static_member(*instance) : group.member(id);
    if (member == nullptr) {
        return fail(ErrorCode::unknown_member_id, "{} is no member of group {}.",
                    instance ? fmt::format("Instance id {}", *instance) : id, group.id());
    }
    if (member->id != id) {
        return fail(ErrorCode::fenced_instance_id,
                    "Static member {} with instance id {} was fenced by member {}.", id, *instance,
                    member->id);
    }
    if (!member->classic) {
        return fail(ErrorCode::unknown_member_id, "Member {} does not use the classic protocol.",
                    id);
    }
    return member;
}

Result<void> check_generation(const ConsumerMember& member, std::int32_t generation) {
    if (member.epoch != generation) {
        return fail(ErrorCode::illegal_generation,
                    "The request generation id {} is not equal to the member epoch {} of member "
                    "{}.",
                    generation, member.epoch, member.id);
    }
    return {};
}

}  // namespace

bool ClassicMembers::takes(std::string_view group) const {
    const auto* const found = ports_.groups.find_as<ConsumerGroup>(group);
    return found != nullptr && !found->is_empty();
}

const ConsumerGroup& ClassicMembers::group_of(std::string_view id) const {
    const auto* const found = ports_.groups.find_as<ConsumerGroup>(id);
    INVARIANT(found != nullptr, "{} is no consumer group", id);
    return *found;
}

// --- JoinGroup ---

Result<void> ClassicMembers::check_join(const ConsumerGroup& group,
                                        const wire::JoinGroupRequest& request) const {
    const Duration session = std::chrono::milliseconds(request.session_timeout_ms);
    if (session < ports_.classic.session_timeout_min ||
        session > ports_.classic.session_timeout_max) {
        return fail(ErrorCode::invalid_session_timeout, "A session timeout of {} ms.",
                    request.session_timeout_ms);
    }
    const std::size_t size_max = ports_.settings.broker().max_size;
    const bool replaces =
        request.group_instance_id && group.static_member(*request.group_instance_id) != nullptr;
    if (group.member(request.member_id) == nullptr && !replaces &&
        group.member_count() >= size_max) {
        return fail(ErrorCode::group_max_size_reached, "{} has {} members.", group.id(),
                    group.member_count());
    }
    if (!supports(group, request)) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "No protocol of member {} suits all in group {}.", request.member_id,
                    group.id());
    }
    return {};
}

ClassicMembers::Joined ClassicMembers::join(const wire::JoinGroupRequest& request,
                                            const Client& client, Now now) const {
    const ConsumerGroup& group = group_of(request.group_id);
    const auto refused = [&](ErrorCode error, std::string id) {
        return Joined{.outcome = {.reply = join_refused(error, std::move(id), client.version)}};
    };
    if (const auto checked = check_join(group, request); !checked) {
        return refused(checked.error().code, request.member_id);
    }
    if (request.member_id.empty() && !request.group_instance_id &&
        client.version >= member_id_required_since) {
        // Nobody remembers the id: whoever comes with one that is not known is new.
        return refused(ErrorCode::member_id_required, client.fresh.to_string());
    }
    const ConsumerMember* const old = request.group_instance_id && request.member_id.empty()
                                          ? group.static_member(*request.group_instance_id)
                                          : nullptr;
    if (old != nullptr && may_downgrade_without(group, *old, ports_.settings.broker())) {
        return {.outcome = {.reply = {},
                            .records = downgrade_records(group, *old, ports_.topics, now.wall)},
                .goes_on_in_classic = true};
    }
    auto outcome = join_group(group, request, client, now);
    if (!outcome) {
        return refused(outcome.error().code, request.member_id);
    }
    return {.outcome = std::move(*outcome)};
}

Result<Outcome<wire::JoinGroupResponse>> ClassicMembers::join_group(
    const ConsumerGroup& group, const wire::JoinGroupRequest& request, const Client& client,
    Now now) const {
    // As Kafka does: of several subscriptions the first one counts.
    TRY_ASSIGN(auto subscription,
               read_embedded_subscription(request.protocols.front().metadata, ports_.topics));
    const auto beat = as_heartbeat(group, request, std::move(subscription), client.version);
    const TopicFilter everything;
    Heartbeat heartbeat({.group = group,
                         .topics = ports_.topics,
                         .config = ports_.settings.broker(),
                         .times = ports_.settings.times_of(group.id()),
                         .request = beat,
                         .client = client,
                         .now = now,
                         .may_see = everything,
                         .classic = classic_part(request)});
    TRY_ASSIGN(auto done, heartbeat.run());
    Outcome<wire::JoinGroupResponse> outcome{
        .reply = {}, .records = std::move(done.records), .events = std::move(done.events)};
    outcome.reply.member_id = done.reply.member_id.value_or("");
    outcome.reply.generation_id = done.reply.member_epoch;
    outcome.reply.protocol_type = std::string(consumer_protocol_type);
    outcome.reply.protocol_name = request.protocols.front().name;
    return outcome;
}

void ClassicMembers::joined(std::string_view group_id, std::string_view member_id, Now now) {
    const auto* const group = ports_.groups.find_as<ConsumerGroup>(group_id);
    const ConsumerMember* const member = group == nullptr ? nullptr : group->member(member_id);
    if (member == nullptr) {
        return;
    }
    ports_.consumer.heard(group_id, member_id, now);
    ports_.timers.cancel(timer_of(TimerKind::consumer_join, *group, *member));
    ports_.timers.set(timer_of(TimerKind::consumer_sync, *group, *member),
                      now.steady + std::chrono::milliseconds{member->rebalance_timeout_ms});
}

// --- SyncGroup and Heartbeat ---

void ClassicMembers::begin_session(const ConsumerGroup& group, const ConsumerMember& member,
                                   Now now) {
    ports_.timers.set(timer_of(TimerKind::consumer_session, group, member),
                      now.steady + std::chrono::milliseconds{member.classic->session_timeout_ms});
}

/// From the first time that it is asked to.
void ClassicMembers::await_join(const ConsumerGroup& group, const ConsumerMember& member, Now now) {
    const TimerKey timer = timer_of(TimerKind::consumer_join, group, member);
    if (!ports_.timers.when(timer)) {
        ports_.timers.set(timer,
                          now.steady + std::chrono::milliseconds{member.rebalance_timeout_ms});
    }
}

ClassicMembers::Synced ClassicMembers::sync(const wire::SyncGroupRequest& request, Now now) {
    auto synced = sync_member(request, now);
    return synced ? std::move(*synced)
                  : Synced{.reply = sync_refused(synced.error().code), .held = {}};
}

Result<ClassicMembers::Synced> ClassicMembers::sync_member(const wire::SyncGroupRequest& request,
                                                           Now now) {
    const ConsumerGroup& group = group_of(request.group_id);
    TRY_ASSIGN(const ConsumerMember* const member,
               find_classic(group, request.member_id, request.group_instance_id));
    TRY(check_generation(*member, request.generation_id));
    if (member->classic->protocols.empty()) {
        // Only a damaged record can say so; a member that is not known joins again.
        return fail(ErrorCode::unknown_member_id, "Member {} is stored without a protocol.",
                    member->id);
    }
    const ClassicMember::Protocol& protocol = member->classic->protocols.front();
    if (request.protocol_type.value_or(std::string(consumer_protocol_type)) !=
            consumer_protocol_type ||
        request.protocol_name.value_or(protocol.name) != protocol.name) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "Member {} was told protocol {} of type {}.", member->id, protocol.name,
                    consumer_protocol_type);
    }
    // Whoever has to revoke has joined for it: it gets what it may keep, and joins once more.
    if (group.epoch() > member->epoch && member->state != MemberState::unrevoked_partitions) {
        await_join(group, *member, now);
        return fail(ErrorCode::rebalance_in_progress, "Group {} is in epoch {}, member {} in {}.",
                    group.id(), group.epoch(), member->id, member->epoch);
    }
    ports_.timers.cancel(timer_of(TimerKind::consumer_sync, group, *member));
    begin_session(group, *member, now);
    const auto subscription = read_embedded_subscription(protocol.metadata, ports_.topics);
    const std::int16_t version = subscription ? subscription->version : std::int16_t{0};
    Synced synced;
    synced.held.push_back(share(
        write_embedded_assignment(partitions_of(member->assigned), ports_.topics, version).view()));
    synced.reply.assignment = synced.held.front()->view();
    synced.reply.protocol_type = request.protocol_type;
    synced.reply.protocol_name = request.protocol_name;
    return synced;
}

wire::HeartbeatResponse ClassicMembers::heartbeat(const wire::HeartbeatRequest& request, Now now) {
    wire::HeartbeatResponse reply;
    if (const auto heard = hear(request, now); !heard) {
        reply.error_code = static_cast<std::int16_t>(heard.error().code);
    }
    return reply;
}

Result<void> ClassicMembers::hear(const wire::HeartbeatRequest& request, Now now) {
    const ConsumerGroup& group = group_of(request.group_id);
    TRY_ASSIGN(const ConsumerMember* const member,
               find_classic(group, request.member_id, request.group_instance_id));
    TRY(check_generation(*member, request.generation_id));
    begin_session(group, *member, now);
    const bool has_next_step =
        member->epoch < group.epoch() || member->state == MemberState::unrevoked_partitions ||
        (member->state == MemberState::unreleased_partitions && !waits_for_others(group, *member));
    if (has_next_step) {
        await_join(group, *member, now);
        return fail(ErrorCode::rebalance_in_progress, "Member {} of group {} has to join again.",
                    member->id, group.id());
    }
    return {};
}

}  // namespace barnabas::coordinator
