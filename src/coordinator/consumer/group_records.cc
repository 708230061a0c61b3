#include "coordinator/consumer/group_records.h"

#include "coordinator/group_keys.h"
#include "wire/persisted/consumer_group_assignment_records.h"
#include "wire/persisted/consumer_group_records.h"

#include <utility>

namespace barnabas::coordinator {
namespace {

using StoredPartitions = wire::ConsumerGroupCurrentMemberAssignmentValue::TopicPartitions;

std::vector<StoredPartitions> stored(const Holding& holding) {
    std::vector<StoredPartitions> topics;
    topics.reserve(holding.size());
    for (const auto& [id, partitions] : holding) {
        StoredPartitions& topic = topics.emplace_back();
        topic.topic_id = id;
        topic.assignment_epochs.emplace();
        for (const HeldPartition& held : partitions) {
            topic.partitions.push_back(held.partition);
            topic.assignment_epochs->push_back(held.epoch);
        }
    }
    return topics;
}

}  // namespace

Record group_epoch_record(std::string_view group, std::int32_t epoch, std::int64_t metadata_hash) {
    wire::ConsumerGroupMetadataValue value;
    value.epoch = epoch;
    value.metadata_hash = metadata_hash;
    return make_record(key_of<wire::ConsumerGroupMetadataKey>(group), value, 0);
}

Record subscription_record(std::string_view group, const ConsumerMember& member) {
    wire::ConsumerGroupMemberMetadataValue value;
    value.instance_id = member.instance_id;
    value.rack_id = member.rack_id;
    value.client_id = member.client_id;
    value.client_host = member.client_host;
    value.subscribed_topic_names = member.topics;
    value.subscribed_topic_regex = member.regex;
    value.rebalance_timeout_ms = member.rebalance_timeout_ms;
    value.server_assignor = member.assignor;
    value.classic_member_metadata.reset();
    if (member.classic) {
        auto& classic = value.classic_member_metadata.emplace();
        classic.session_timeout_ms = member.classic->session_timeout_ms;
        for (const ClassicMember::Protocol& protocol : member.classic->protocols) {
            auto& supported = classic.supported_protocols.emplace_back();
            supported.name = protocol.name;
            supported.metadata = protocol.metadata;
        }
    }
    return make_record(key_of<wire::ConsumerGroupMemberMetadataKey>(group, member.id), value, 0);
}

Record current_assignment_record(std::string_view group, const ConsumerMember& member) {
    wire::ConsumerGroupCurrentMemberAssignmentValue value;
    value.member_epoch = member.epoch;
    value.previous_member_epoch = member.previous_epoch;
    value.state = static_cast<std::int8_t>(member.state);
    value.assigned_partitions = stored(member.assigned);
    value.partitions_pending_revocation = stored(member.revoking);
    return make_record(key_of<wire::ConsumerGroupCurrentMemberAssignmentKey>(group, member.id),
                       value, 0);
}

Record target_record(std::string_view group, std::string_view member, const Assignment& target) {
    using Value = wire::ConsumerGroupTargetAssignmentMemberValue;
    Value value;
    value.topic_partitions = topics_from<Value::TopicPartition>(target);
    return make_record(key_of<wire::ConsumerGroupTargetAssignmentMemberKey>(group, member), value,
                       0);
}

Record target_epoch_record(std::string_view group, std::int32_t epoch, Timestamp computed) {
    wire::ConsumerGroupTargetAssignmentMetadataValue value;
    value.assignment_epoch = epoch;
    value.assignment_timestamp = computed.get();
    return make_record(key_of<wire::ConsumerGroupTargetAssignmentMetadataKey>(group), value, 0);
}

Record regex_record(std::string_view group, std::string_view regex, const ResolvedRegex& resolved) {
    wire::ConsumerGroupRegularExpressionKey key;
    key.group_id = group;
    key.regular_expression = regex;
    wire::ConsumerGroupRegularExpressionValue value;
    value.topics.assign(resolved.topics.begin(), resolved.topics.end());
    value.version = resolved.version;
    value.timestamp = resolved.when.get();
    return make_record(key, value, 0);
}

Record regex_tombstone(std::string_view group, std::string_view regex) {
    wire::ConsumerGroupRegularExpressionKey key;
    key.group_id = group;
    key.regular_expression = regex;
    return make_tombstone(key);
}

void add_member_tombstones(Records& records, std::string_view group, std::string_view member) {
    records.push_back(
        make_tombstone(key_of<wire::ConsumerGroupCurrentMemberAssignmentKey>(group, member)));
    records.push_back(
        make_tombstone(key_of<wire::ConsumerGroupTargetAssignmentMemberKey>(group, member)));
    records.push_back(make_tombstone(key_of<wire::ConsumerGroupMemberMetadataKey>(group, member)));
}

}  // namespace barnabas::coordinator
