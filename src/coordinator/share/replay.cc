#include "coordinator/share/share_groups.h"

#include <memory>

namespace barnabas::coordinator {

// Records may be missing before others that speak of the same group, since a compacted log keeps
// only the last of each key: groups and members begin with whichever record comes first, and
// tombstones of what is not there say nothing.

ShareGroup* ShareGroups::group_of(const std::string& id, bool create) {
    auto* const group = ports_.groups.find_as<ShareGroup>(id);
    if (group != nullptr || !create) {
        return group;
    }
    return &ports_.groups.put(std::make_unique<ShareGroup>(id));
}

void ShareGroups::apply(const wire::ShareGroupMetadataKey& key,
                        const wire::ShareGroupMetadataValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        ports_.timers.cancel_group(key.group_id);
        ports_.groups.erase(key.group_id);
        return;
    }
    group->epoch_ = value->epoch;
    group->metadata_hash_ = value->metadata_hash;
}

void ShareGroups::apply(const wire::ShareGroupMemberMetadataKey& key,
                        const wire::ShareGroupMemberMetadataValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        group->members_.erase(key.member_id);
        ports_.timers.cancel(
            {.group = key.group_id, .kind = TimerKind::share_session, .member = key.member_id});
        return;
    }
    ShareMember& member = group->members_[key.member_id];
    member.id = key.member_id;
    member.read(*value);
}

void ShareGroups::apply(const wire::ShareGroupTargetAssignmentMetadataKey& key,
                        const wire::ShareGroupTargetAssignmentMetadataValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    group->assignment_epoch_ = value == nullptr ? -1 : value->assignment_epoch;
    group->assigned_at_ = value == nullptr ? Timestamp{} : Timestamp{value->assignment_timestamp};
    ports_.timers.cancel({.group = key.group_id, .kind = TimerKind::share_assignment});
}

void ShareGroups::apply(const wire::ShareGroupTargetAssignmentMemberKey& key,
                        const wire::ShareGroupTargetAssignmentMemberValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        group->targets_.erase(key.member_id);
        return;
    }
    group->targets_.insert_or_assign(key.member_id, assignment_from(value->topic_partitions));
}

void ShareGroups::apply(const wire::ShareGroupCurrentMemberAssignmentKey& key,
                        const wire::ShareGroupCurrentMemberAssignmentValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value != nullptr) {
        ShareMember& member = group->members_[key.member_id];
        member.id = key.member_id;
        member.read(*value);
        return;
    }
    // It leaves: its own tombstone follows.
    if (const auto at = group->members_.find(key.member_id); at != group->members_.end()) {
        at->second.assigned.clear();
    }
}

void ShareGroups::apply(const wire::ShareGroupStatePartitionMetadataKey& key,
                        const wire::ShareGroupStatePartitionMetadataValue* value) {
    ShareGroup* const group = group_of(key.group_id, value != nullptr);
    if (group == nullptr) {
        return;
    }
    if (value == nullptr) {
        group->partitions_ = {};
    } else {
        group->partitions_.read(*value);
    }
}

}  // namespace barnabas::coordinator
