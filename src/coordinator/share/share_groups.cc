#include "coordinator/share/share_groups.h"

#include "coordinator/consumer/member.h"
#include "coordinator/share/draft.h"
#include "coordinator/share/simple_assignor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {
namespace {

ShareHeartbeatOutcome refusal(const Error& error) {
    ShareHeartbeatOutcome refused;
    refused.outcome.reply.error_code = static_cast<std::int16_t>(error.code);
    refused.outcome.reply.error_message = error.message;
    return refused;
}

}  // namespace

Result<const ShareGroup*> ShareGroups::find(std::string_view id) const {
    const auto* const group = ports_.groups.find_as<ShareGroup>(id);
    if (group == nullptr) {
        return ports_.groups.find(id) == nullptr
                   ? fail(ErrorCode::group_id_not_found, "Group {} not found.", id)
                   : fail(ErrorCode::group_id_not_found, "Group {} is not a share group.", id);
    }
    return group;
}

ShareHeartbeatOutcome ShareGroups::heartbeat(const wire::ShareGroupHeartbeatRequest& request,
                                             const Client& client, Now now) const {
    if (const auto checked = check_heartbeat(request); !checked) {
        return refusal(checked.error());
    }
    const bool joins = request.member_epoch == joining_epoch;
    const bool is_new = joins && ports_.groups.find(request.group_id) == nullptr;
    const ShareGroup fresh(request.group_id);
    const ShareGroup* group = &fresh;
    if (!is_new) {
        const auto found = find(request.group_id);
        if (!found) {
            return refusal(found.error());
        }
        group = *found;
    }
    ShareHeartbeat heartbeat({.group = *group,
                              .topics = ports_.topics,
                              .config = ports_.settings.broker(),
                              .times = ports_.settings.times_of(request.group_id),
                              .request = request,
                              .client = client,
                              .now = now});
    auto outcome = request.member_epoch < joining_epoch ? heartbeat.leave() : heartbeat.run();
    return outcome ? std::move(*outcome) : refusal(outcome.error());
}

void ShareGroups::heard(std::string_view group_id, std::string_view member_id, Now now) {
    auto* const group = ports_.groups.find_as<ShareGroup>(group_id);
    if (group == nullptr || group->member(member_id) == nullptr) {
        return;
    }
    group->topics_may_differ_ = false;
    begin_session(group->id(), std::string(member_id), now);
    if (group->epoch() > group->assignment_epoch()) {
        const auto wait = assignment_wait(
            *group, ports_.settings.times_of(group->id()).assignment_interval, now.wall);
        ports_.timers.set({.group = group->id(), .kind = TimerKind::share_assignment},
                          now.steady + wait);
    }
}

void ShareGroups::begin_session(const std::string& group, const std::string& member, Now now) {
    ports_.timers.set({.group = group, .kind = TimerKind::share_session, .member = member},
                      now.steady + ports_.settings.times_of(group).session_timeout);
}

Decisions ShareGroups::on_timer(const TimerKey& timer, Now now) const {
    Decisions decisions;
    const auto* const group = ports_.groups.find_as<ShareGroup>(timer.group);
    if (group == nullptr) {
        return decisions;
    }
    if (timer.kind == TimerKind::share_assignment) {
        if (group->epoch() > group->assignment_epoch() && group->member_count() > 0) {
            decisions.records =
                compute_share_target({.group = *group}, ports_.topics, group->epoch(), now.wall)
                    .records;
        }
        return decisions;
    }
    const ShareMember* const member = group->member(timer.member);
    if (timer.kind != TimerKind::share_session || member == nullptr) {
        return decisions;
    }
    constexpr std::string_view why = "is removed: nothing was heard of it for its session timeout";
    decisions.events.push_back({.kind = GroupEvent::Kind::member_expired,
                                .group = group->id(),
                                .why = fmt::format("member {} (client {}, host {}) {}", member->id,
                                                   member->client_id, member->client_host, why)});
    fence(*group, ports_.topics, *member, RebalanceCause::member_expired, why, decisions.records,
          decisions.events);
    return decisions;
}

wire::ShareGroupDescribeResponse::Group ShareGroups::describe(std::string_view id) const {
    wire::ShareGroupDescribeResponse::Group result;
    result.group_id = id;
    const auto found = find(id);
    if (!found) {
        result.error_code = static_cast<std::int16_t>(found.error().code);
        result.error_message = found.error().message;
        return result;
    }
    const ShareGroup& group = **found;
    result.group_state = group.state_name();
    result.group_epoch = group.epoch();
    result.assignment_epoch = group.assignment_epoch();
    result.assignor_name = simple_assignor_name;
    for (const auto& [member_id, member] : group.members()) {
        auto& told = result.members.emplace_back();
        told.member_id = member_id;
        told.rack_id = member.rack_id;
        told.member_epoch = member.epoch;
        told.client_id = member.client_id;
        told.client_host = member.client_host;
        told.subscribed_topic_names = member.topics;
        for (const auto& [topic_id, partitions] : member.assigned) {
            // As Kafka does: what is of a topic that is gone is not told.
            if (auto name = ports_.topics.name_of(topic_id)) {
                auto& topic = told.assignment.topic_partitions.emplace_back();
                topic.topic_id = topic_id;
                topic.topic_name = std::move(*name);
                topic.partitions = partitions;
            }
        }
    }
    return result;
}

void ShareGroups::loaded(Now now) {
    for (const auto& [id, any] : ports_.groups.all()) {
        auto* const group = ports_.groups.find_as<ShareGroup>(id);
        if (group == nullptr) {
            continue;
        }
        group->topics_may_differ_ = true;
        for (const auto& [member_id, member] : group->members()) {
            begin_session(id, member_id, now);
        }
    }
}

void ShareGroups::topics_changed(std::span<const std::string> names) {
    for (const auto& [id, any] : ports_.groups.all()) {
        auto* const group = ports_.groups.find_as<ShareGroup>(id);
        if (group == nullptr || group->topics_may_differ()) {
            continue;
        }
        group->topics_may_differ_ = std::ranges::any_of(
            names, [group](const std::string& name) { return group->is_subscribed_to(name); });
    }
}

}  // namespace barnabas::coordinator
