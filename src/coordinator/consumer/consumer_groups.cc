#include "coordinator/consumer/consumer_groups.h"

#include "coordinator/classic/classic_group.h"
#include "coordinator/consumer/conversion.h"
#include "coordinator/consumer/heartbeat.h"

#include <iterator>
#include <memory>
#include <utility>

namespace barnabas::coordinator {
namespace {

wire::ConsumerGroupHeartbeatResponse refusal(const Error& error) {
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = static_cast<std::int16_t>(error.code);
    response.error_message = error.message;
    return response;
}

/// The first member makes the group; what is left of an empty classic group makes way for it, and
/// one with members may be converted.
Result<void> check_group(const Group* found, std::string_view id, bool joins, bool converts) {
    if (found == nullptr) {
        if (!joins) {
            return fail(ErrorCode::group_id_not_found, "Group {} not found.", id);
        }
        return {};
    }
    const bool makes_way =
        joins && found->type() == GroupType::classic && (found->is_empty() || converts);
    if (found->type() != GroupType::consumer && !makes_way) {
        return fail(ErrorCode::group_id_not_found,
                    "Group {} is not a consumer group but a {} group with {} members.", id,
                    group_type_name(found->type()), found->member_count());
    }
    return {};
}

/// Empty: that time is up means nothing for it any more.
std::string why_fenced(TimerKind timer, const ConsumerMember& member) {
    switch (timer) {
        case TimerKind::consumer_session:
            return "is removed: nothing was heard of it for its session timeout";
        case TimerKind::consumer_rebalance:
            return member.state != MemberState::unrevoked_partitions
                       ? ""
                       : fmt::format("is removed: it has not given up its partitions within {} ms",
                                     member.rebalance_timeout_ms);
        case TimerKind::consumer_join:
        case TimerKind::consumer_sync:
            return !member.classic
                       ? ""
                       : fmt::format("is removed: it has not {} within {} ms",
                                     timer == TimerKind::consumer_join ? "joined again" : "synced",
                                     member.rebalance_timeout_ms);
        default:
            return "";
    }
}

template <class Described>
Described described(const Assignment& assignment, const TopicsView& topics) {
    Described result;
    for (const auto& [id, partitions] : assignment) {
        // As Kafka does: what is of a topic that is gone is not told.
        if (auto name = topics.name_of(id)) {
            auto& topic = result.topic_partitions.emplace_back();
            topic.topic_id = id;
            topic.topic_name = std::move(*name);
            topic.partitions = partitions;
        }
    }
    return result;
}

}  // namespace

Outcome<wire::ConsumerGroupHeartbeatResponse> ConsumerGroups::heartbeat(
    const wire::ConsumerGroupHeartbeatRequest& request, const Client& client, Now now,
    const TopicFilter& may_see) const {
    const ConsumerGroupConfig& config = ports_.settings.broker();
    if (const auto checked = check_heartbeat(request, client.version, config); !checked) {
        return {.reply = refusal(checked.error())};
    }
    const Group* const found = ports_.groups.find(request.group_id);
    const bool joins = request.member_epoch == joining_epoch;
    if (const auto allowed = check_group(found, request.group_id, joins, ports_.converts);
        !allowed) {
        return {.reply = refusal(allowed.error())};
    }
    const auto* const classic = ports_.groups.find_as<ClassicGroup>(request.group_id);
    Upgrade made{.group = std::make_unique<ConsumerGroup>(request.group_id, ports_.topics),
                 .records = {}};
    if (classic != nullptr && classic->is_empty()) {
        classic->add_tombstones(made.records);
    } else if (classic != nullptr) {
        auto upgraded = upgrade(*classic, ports_.topics, config);
        if (!upgraded) {
            return {.reply = refusal(upgraded.error())};
        }
        made = std::move(*upgraded);
    }
    const auto* const group = ports_.groups.find_as<ConsumerGroup>(request.group_id);
    Heartbeat heartbeat({.group = group == nullptr ? *made.group : *group,
                         .topics = ports_.topics,
                         .config = config,
                         .times = ports_.settings.times_of(request.group_id),
                         .request = request,
                         .client = client,
                         .now = now,
                         .may_see = may_see,
                         .may_convert = ports_.converts});
    auto outcome = request.member_epoch < joining_epoch ? heartbeat.leave() : heartbeat.run();
    if (!outcome) {
        return {.reply = refusal(outcome.error())};
    }
    outcome->records.insert(outcome->records.begin(), std::make_move_iterator(made.records.begin()),
                            std::make_move_iterator(made.records.end()));
    if (classic != nullptr && !classic->is_empty()) {
        outcome->events.push_back(
            {.kind = GroupEvent::Kind::converted,
             .group = request.group_id,
             .why = fmt::format("the group is a consumer group now, with {} members of the classic "
                                "protocol: member {} joins with the consumer protocol",
                                classic->member_count(), outcome->reply.member_id.value_or(""))});
    }
    return std::move(*outcome);
}

void ConsumerGroups::heard(std::string_view group_id, std::string_view member_id, Now now) {
    auto* const group = ports_.groups.find_as<ConsumerGroup>(group_id);
    if (group == nullptr) {
        return;
    }
    const ConsumerMember* const member = group->member(member_id);
    if (member == nullptr || member->epoch == static_leaving_epoch) {
        return;  // one that is away has the rest of its session to come back
    }
    group->topics_may_differ_ = false;
    if (!group->has_sessions_) {  // it is new, and others may have come with it from a classic one
        begin_all_timers(*group, now);
    }
    begin_timers(*group, *member, now);
    if (group->epoch() > group->assignment_epoch()) {
        const auto wait = assignment_wait(
            *group, ports_.settings.times_of(group->id()).assignment_interval, now.wall);
        ports_.timers.set({.group = group->id(), .kind = TimerKind::consumer_assignment},
                          now.steady + wait);
    }
}

void ConsumerGroups::begin_timers(ConsumerGroup& group, const ConsumerMember& member, Now now) {
    const auto session = member.classic
                             ? std::chrono::milliseconds{member.classic->session_timeout_ms}
                             : ports_.settings.times_of(group.id()).session_timeout;
    ports_.timers.set(
        {.group = group.id(), .kind = TimerKind::consumer_session, .member = member.id},
        now.steady + session);
    const auto since = group.revoking_since_.find(member.id);
    if (since != group.revoking_since_.end()) {
        group.revoking_since_.erase(since);
        if (member.classic) {
            return;  // it has to join and to sync in time
        }
        ports_.timers.set(
            {.group = group.id(), .kind = TimerKind::consumer_rebalance, .member = member.id},
            now.steady + std::chrono::milliseconds{member.rebalance_timeout_ms});
    }
}

void ConsumerGroups::begin_all_timers(ConsumerGroup& group, Now now) {
    group.has_sessions_ = true;
    for (const auto& [id, member] : group.members()) {
        begin_timers(group, member, now);
    }
}

void ConsumerGroups::cancel_timers(const std::string& group, const std::string& member) {
    for (const auto kind : {TimerKind::consumer_session, TimerKind::consumer_rebalance,
                            TimerKind::consumer_sync, TimerKind::consumer_join}) {
        ports_.timers.cancel({.group = group, .kind = kind, .member = member});
    }
}

Decisions ConsumerGroups::on_timer(const TimerKey& timer, Now now) const {
    Decisions decisions;
    const auto* const group = ports_.groups.find_as<ConsumerGroup>(timer.group);
    if (group == nullptr) {
        return decisions;
    }
    if (timer.kind == TimerKind::consumer_assignment) {
        if (group->epoch() > group->assignment_epoch() && group->member_count() > 0) {
            const GroupDraft draft{.group = *group};
            decisions.records =
                compute_target({.draft = draft,
                                .topics = ports_.topics,
                                .assignor = preferred_assignor(draft, ports_.settings.broker()),
                                .epoch = group->epoch(),
                                .when = now.wall})
                    .records;
        }
        return decisions;
    }
    const ConsumerMember* const member = group->member(timer.member);
    if (member == nullptr) {
        return decisions;
    }
    if (const auto why = why_fenced(timer.kind, *member); !why.empty()) {
        decisions.events.push_back(
            {.kind = GroupEvent::Kind::member_expired,
             .group = group->id(),
             .why = fmt::format("member {} (client {}, host {}) {}", member->id, member->client_id,
                                member->client_host, why)});
        fence({.group = *group,
               .topics = ports_.topics,
               .config = ports_.settings.broker(),
               .may_convert = ports_.converts,
               .now = now.wall},
              *member, {.cause = RebalanceCause::member_expired, .what = why}, decisions.records,
              decisions.events);
    }
    return decisions;
}

wire::ConsumerGroupDescribeResponse::Group ConsumerGroups::describe(std::string_view id) const {
    using Described = wire::ConsumerGroupDescribeResponse::Group;
    Described result;
    result.group_id = id;
    const auto* const group = ports_.groups.find_as<ConsumerGroup>(id);
    if (group == nullptr) {
        result.error_code = static_cast<std::int16_t>(ErrorCode::group_id_not_found);
        result.error_message = ports_.groups.find(id) == nullptr
                                   ? fmt::format("Group {} not found.", id)
                                   : fmt::format("Group {} is not a consumer group.", id);
        return result;
    }
    result.group_state = group->state_name();
    result.group_epoch = group->epoch();
    result.assignment_epoch = group->assignment_epoch();
    const GroupDraft draft{.group = *group};
    result.assignor_name = assignor_name(preferred_assignor(draft, ports_.settings.broker()));
    for (const auto& [member_id, member] : group->members()) {
        Described::Member& told = result.members.emplace_back();
        told.member_id = member_id;
        told.instance_id = member.instance_id;
        told.rack_id = member.rack_id;
        told.member_epoch = member.epoch;
        told.client_id = member.client_id;
        told.client_host = member.client_host;
        told.subscribed_topic_names = member.topics;
        told.subscribed_topic_regex = member.regex;
        told.assignment =
            described<Described::Member::Assignment>(partitions_of(member.assigned), ports_.topics);
        told.target_assignment = described<Described::Member::TargetAssignment>(
            group->target_of(member_id), ports_.topics);
        told.member_type = static_cast<std::int8_t>(member.classic ? 0 : 1);
    }
    return result;
}

void ConsumerGroups::loaded(Now now) {
    for (const auto& [id, any] : ports_.groups.all()) {
        auto* const group = ports_.groups.find_as<ConsumerGroup>(id);
        if (group == nullptr) {
            continue;
        }
        group->topics_may_differ_ = true;
        group->names_may_differ_ = true;
        begin_all_timers(*group, now);
    }
}

void ConsumerGroups::topics_changed(std::span<const std::string> names) {
    for (const auto& [id, any] : ports_.groups.all()) {
        auto* const group = ports_.groups.find_as<ConsumerGroup>(id);
        if (group == nullptr || names.empty()) {
            continue;
        }
        group->names_may_differ_ = true;
        for (const std::string& name : names) {
            group->topics_may_differ_ = group->topics_may_differ_ || group->is_subscribed_to(name);
        }
    }
}

}  // namespace barnabas::coordinator
