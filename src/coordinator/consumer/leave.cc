#include "coordinator/blank.h"
#include "coordinator/consumer/conversion.h"
#include "coordinator/consumer/group_records.h"
#include "coordinator/consumer/heartbeat.h"

#include <utility>

namespace barnabas::coordinator {
namespace {

Result<void> not_blank(const std::optional<std::string>& text, std::string_view what) {
    return text ? check_not_blank(*text, what) : Result<void>();
}

Result<void> check_joining(const wire::ConsumerGroupHeartbeatRequest& request) {
    if (request.rebalance_timeout_ms == -1) {
        return fail(ErrorCode::invalid_request,
                    "RebalanceTimeoutMs must be provided in first request.");
    }
    if (!request.topic_partitions || !request.topic_partitions->empty()) {
        return fail(ErrorCode::invalid_request, "TopicPartitions must be empty when (re-)joining.");
    }
    if (!request.subscribed_topic_names && !request.subscribed_topic_regex) {
        return fail(ErrorCode::invalid_request,
                    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when "
                    "(re-)joining.");
    }
    return {};
}

/// From this version on the client makes its member id.
constexpr std::int16_t own_member_id_version = 1;

}  // namespace

Result<void> check_heartbeat(const wire::ConsumerGroupHeartbeatRequest& request,
                             std::int16_t version, const ConsumerGroupConfig& config) {
    TRY(not_blank(request.group_id, "GroupId"));
    TRY(not_blank(request.instance_id, "InstanceId"));
    TRY(not_blank(request.rack_id, "RackId"));
    if (request.member_epoch != joining_epoch || version >= own_member_id_version) {
        TRY(not_blank(request.member_id, "MemberId"));
    }
    if (request.member_epoch == joining_epoch) {
        TRY(check_joining(request));
    } else if (request.member_epoch == static_leaving_epoch) {
        if (!request.instance_id) {
            return fail(ErrorCode::invalid_request, "InstanceId can't be null.");
        }
    } else if (request.member_epoch < leaving_epoch) {
        return fail(ErrorCode::invalid_request,
                    "MemberEpoch is invalid: {} is none of -2 and -1 (leave), 0 (join) and the "
                    "epochs from 1.",
                    request.member_epoch);
    }
    if (!request.server_assignor) {
        return {};
    }
    std::string supported;
    for (const AssignorKind kind : config.assignors) {
        if (*request.server_assignor == assignor_name(kind)) {
            return {};
        }
        supported += fmt::format("{}{}", supported.empty() ? "" : ", ", assignor_name(kind));
    }
    return fail(ErrorCode::unsupported_assignor,
                "ServerAssignor {} is not supported. Supported assignors: {}.",
                *request.server_assignor, supported);
}

Result<Heartbeat::Reply> Heartbeat::leave() {
    const auto& request = at_.request;
    const ConsumerMember* known = nullptr;
    if (request.instance_id) {
        known = at_.group.static_member(*request.instance_id);
        if (known == nullptr) {
            return fail(ErrorCode::unknown_member_id, "Instance id {} is unknown.",
                        *request.instance_id);
        }
        if (known->id != request.member_id) {
            return fail(ErrorCode::fenced_instance_id,
                        "Static member {} with instance id {} was fenced by member {}.",
                        request.member_id, *request.instance_id, known->id);
        }
    } else {
        known = at_.group.member(request.member_id);
        if (known == nullptr) {
            return fail(ErrorCode::unknown_member_id, "Member {} is not a member of group {}.",
                        request.member_id, at_.group.id());
        }
    }
    Reply outcome;
    outcome.reply.member_id = known->id;
    outcome.reply.member_epoch = request.member_epoch;
    if (request.member_epoch == static_leaving_epoch) {
        // Its instance will be back: what it has waits for it, until its session ends.
        ConsumerMember left = *known;
        left.epoch = static_leaving_epoch;
        left.assigned = held_since(left.assigned, 0);
        left.revoking.clear();
        outcome.records.push_back(current_assignment_record(at_.group.id(), left));
    } else {
        fence({.group = at_.group,
               .topics = at_.topics,
               .config = at_.config,
               .may_convert = at_.may_convert,
               .now = at_.now.wall},
              *known, {.cause = RebalanceCause::member_left, .what = "left"}, outcome.records,
              outcome.events);
    }
    return outcome;
}

void fence(const Fencing& at, const ConsumerMember& member, FenceReason why, Records& records,
           std::vector<GroupEvent>& events) {
    const ConsumerGroup& group = at.group;
    if (at.may_convert && group.member_count() > 1 &&
        may_downgrade_without(group, member, at.config)) {
        records = downgrade_records(group, member, at.topics, at.now);
        return;  // the rest is said when the group is adopted
    }
    GroupDraft draft{.group = group, .gone = member.id};
    add_member_tombstones(records, group.id(), member.id);
    if (!member.regex.empty() && group.subscribers_of_regex(member.regex) == 1) {
        draft.regexes[member.regex] = std::nullopt;
        records.push_back(regex_tombstone(group.id(), member.regex));
    }
    const std::int32_t epoch = group.epoch() + 1;
    records.push_back(
        group_epoch_record(group.id(), epoch, metadata_hash_of(draft.topics(), at.topics)));
    const std::size_t left = draft.member_count();
    if (left == 0) {
        // Nothing is assigned, and nothing has to be computed (KAFKA-20442).
        records.push_back(target_epoch_record(group.id(), epoch, {}));
    }
    events.push_back(
        {.kind = left == 0 ? GroupEvent::Kind::emptied : GroupEvent::Kind::rebalance,
         .group = group.id(),
         .why = fmt::format("member {} (client {}, host {}) {}: epoch {} with {} members",
                            member.id, member.client_id, member.client_host, why.what, epoch, left),
         .cause = why.cause});
}

}  // namespace barnabas::coordinator
