#include "coordinator/share/records.h"

#include "coordinator/group_keys.h"
#include "wire/persisted/share_group_records.h"

namespace barnabas::coordinator {
Record share_epoch_record(std::string_view group, std::int32_t epoch, std::int64_t metadata_hash) {
    wire::ShareGroupMetadataValue value;
    value.epoch = epoch;
    value.metadata_hash = metadata_hash;
    return make_record(key_of<wire::ShareGroupMetadataKey>(group), value, 0);
}

Record share_subscription_record(std::string_view group, const ShareMember& member) {
    wire::ShareGroupMemberMetadataValue value;
    value.rack_id = member.rack_id;
    value.client_id = member.client_id;
    value.client_host = member.client_host;
    value.subscribed_topic_names = member.topics;
    return make_record(key_of<wire::ShareGroupMemberMetadataKey>(group, member.id), value, 0);
}

Record share_current_record(std::string_view group, const ShareMember& member) {
    using Value = wire::ShareGroupCurrentMemberAssignmentValue;
    Value value;
    value.member_epoch = member.epoch;
    value.previous_member_epoch = member.previous_epoch;
    value.assigned_partitions = topics_from<Value::TopicPartitions>(member.assigned);
    return make_record(key_of<wire::ShareGroupCurrentMemberAssignmentKey>(group, member.id), value,
                       0);
}

Record share_target_record(std::string_view group, std::string_view member,
                           const Assignment& target) {
    using Value = wire::ShareGroupTargetAssignmentMemberValue;
    Value value;
    value.topic_partitions = topics_from<Value::TopicPartition>(target);
    return make_record(key_of<wire::ShareGroupTargetAssignmentMemberKey>(group, member), value, 0);
}

Record share_target_epoch_record(std::string_view group, std::int32_t epoch, Timestamp computed) {
    wire::ShareGroupTargetAssignmentMetadataValue value;
    value.assignment_epoch = epoch;
    value.assignment_timestamp = computed.get();
    return make_record(key_of<wire::ShareGroupTargetAssignmentMetadataKey>(group), value, 0);
}

Record share_partitions_record(std::string_view group, const SharePartitions& partitions) {
    return make_record(key_of<wire::ShareGroupStatePartitionMetadataKey>(group),
                       partitions.stored(), 0);
}

void add_share_member_tombstones(Records& records, std::string_view group,
                                 std::string_view member) {
    records.push_back(
        make_tombstone(key_of<wire::ShareGroupCurrentMemberAssignmentKey>(group, member)));
    records.push_back(
        make_tombstone(key_of<wire::ShareGroupTargetAssignmentMemberKey>(group, member)));
    records.push_back(make_tombstone(key_of<wire::ShareGroupMemberMetadataKey>(group, member)));
}

void add_share_group_tombstones(Records& records, std::string_view group) {
    records.push_back(make_tombstone(key_of<wire::ShareGroupTargetAssignmentMetadataKey>(group)));
    records.push_back(make_tombstone(key_of<wire::ShareGroupStatePartitionMetadataKey>(group)));
    records.push_back(make_tombstone(key_of<wire::ShareGroupMetadataKey>(group)));
}

}  // namespace barnabas::coordinator
