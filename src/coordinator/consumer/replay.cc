#include "coordinator/consumer/consumer_groups.h"

#include <memory>
#include <utility>

namespace barnabas::coordinator {

template <class Change>
void ConsumerGroup::change_member(std::string_view member_id, Change change) {
    const auto [at, fresh] = members_.try_emplace(std::string(member_id));
    ConsumerMember& member = at->second;
    if (fresh) {
        member.id = member_id;
    } else {
        disown(member);
        count(member, -1);
    }
    change(member);
    own(member);
    count(member, +1);
}

// Records may be missing before others that speak of the same group, since a compacted log keeps
// only the last of each key: groups and members begin with whichever record comes first, and
// tombstones of what is not there say nothing.

ConsumerGroup* ConsumerGroups::group_of(const std::string& id, bool create) {
    auto* const group = ports_.groups.find_as<ConsumerGroup>(id);
    if (group != nullptr || !create) {
        return group;
    }
    return &ports_.groups.put(std::make_unique<ConsumerGroup>(id, ports_.topics));
}

void ConsumerGroups::apply(const wire::ConsumerGroupMetadataKey& key,
                           const wire::ConsumerGroupMetadataValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        for (const auto& [member_id, member] : group->members()) {
            cancel_timers(key.group_id, member_id);
        }
        ports_.timers.cancel({.group = key.group_id, .kind = TimerKind::consumer_assignment});
        ports_.groups.erase(key.group_id);
        return;
    }
    group->epoch_ = value->epoch;
    group->metadata_hash_ = value->metadata_hash;
}

void ConsumerGroups::apply(const wire::ConsumerGroupPartitionMetadataKey& /*key*/,
                           const wire::ConsumerGroupPartitionMetadataValue* /*value*/) {
    // Coordinators before Kafka 4.1 kept the topics here instead of a hash.
}

void ConsumerGroups::apply(const wire::ConsumerGroupMemberMetadataKey& key,
                           const wire::ConsumerGroupMemberMetadataValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        group->remove_member(key.member_id);
        cancel_timers(key.group_id, key.member_id);
        return;
    }
    group->change_member(key.member_id, [value](ConsumerMember& member) { member.read(*value); });
}

void ConsumerGroups::apply(const wire::ConsumerGroupRegularExpressionKey& key,
                           const wire::ConsumerGroupRegularExpressionValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        group->forget(key.regular_expression);
        return;
    }
    group->resolve(key.regular_expression, {.topics = {value->topics.begin(), value->topics.end()},
                                            .version = value->version,
                                            .when = Timestamp{value->timestamp}});
}

void ConsumerGroups::apply(const wire::ConsumerGroupTargetAssignmentMetadataKey& key,
                           const wire::ConsumerGroupTargetAssignmentMetadataValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    group->assignment_epoch_ = value == nullptr ? -1 : value->assignment_epoch;
    group->assigned_at_ = value == nullptr ? Timestamp{} : Timestamp{value->assignment_timestamp};
    ports_.timers.cancel({.group = key.group_id, .kind = TimerKind::consumer_assignment});
}

void ConsumerGroups::apply(const wire::ConsumerGroupTargetAssignmentMemberKey& key,
                           const wire::ConsumerGroupTargetAssignmentMemberValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        if (const auto at = group->targets_.find(key.member_id); at != group->targets_.end()) {
            group->targets_.erase(at);
        }
        return;
    }
    group->targets_.insert_or_assign(key.member_id, assignment_from(value->topic_partitions));
}

void ConsumerGroups::apply(const wire::ConsumerGroupCurrentMemberAssignmentKey& key,
                           const wire::ConsumerGroupCurrentMemberAssignmentValue* value) {
    ConsumerGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr || (value == nullptr && group->member(key.member_id) == nullptr)) {
        return;
    }
    // Without a value it leaves: its own tombstone follows.
    wire::ConsumerGroupCurrentMemberAssignmentValue left;
    left.member_epoch = leaving_epoch;
    left.previous_member_epoch = leaving_epoch;
    group->change_member(key.member_id, [&](ConsumerMember& member) {
        member.read(value == nullptr ? left : *value);
    });
    if (group->member(key.member_id)->state == MemberState::unrevoked_partitions) {
        group->revoking_since_.insert(key.member_id);
    } else {
        group->revoking_since_.erase(key.member_id);
        ports_.timers.cancel({.group = key.group_id,
                              .kind = TimerKind::consumer_rebalance,
                              .member = key.member_id});
    }
}

}  // namespace barnabas::coordinator
