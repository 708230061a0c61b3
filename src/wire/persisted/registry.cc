#include "wire/persisted/registry.h"

#include "wire/persisted/broker_records.h"
#include "wire/persisted/cluster_records.h"
#include "wire/persisted/consumer_group_assignment_records.h"
#include "wire/persisted/consumer_group_records.h"
#include "wire/persisted/coordinator_records.h"
#include "wire/persisted/offset_records.h"
#include "wire/persisted/remote_log_records.h"
#include "wire/persisted/security_records.h"
#include "wire/persisted/share_group_records.h"
#include "wire/persisted/streams_group_assignment_records.h"
#include "wire/persisted/streams_group_records.h"
#include "wire/persisted/topic_records.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

template <class Value>
constexpr RecordInfo unkeyed(std::string_view name) {
    return {
        .family = Value::family, .id = Value::record_id, .name = name, .value = info_of<Value>()};
}

template <class Key, class Value>
constexpr RecordInfo keyed(std::string_view name) {
    static_assert(Key::family == Value::family && Key::record_id == Value::record_id);
    auto info = unkeyed<Value>(name);
    info.key = info_of<Key>();
    return info;
}

constexpr RecordInfo metadata[] = {
    unkeyed<RegisterBrokerRecord>("REGISTER_BROKER_RECORD"),
    unkeyed<UnregisterBrokerRecord>("UNREGISTER_BROKER_RECORD"),
    unkeyed<TopicRecord>("TOPIC_RECORD"),
    unkeyed<PartitionRecord>("PARTITION_RECORD"),
    unkeyed<ConfigRecord>("CONFIG_RECORD"),
    unkeyed<PartitionChangeRecord>("PARTITION_CHANGE_RECORD"),
    unkeyed<FenceBrokerRecord>("FENCE_BROKER_RECORD"),
    unkeyed<UnfenceBrokerRecord>("UNFENCE_BROKER_RECORD"),
    unkeyed<RemoveTopicRecord>("REMOVE_TOPIC_RECORD"),
    unkeyed<DelegationTokenRecord>("DELEGATION_TOKEN_RECORD"),
    unkeyed<UserScramCredentialRecord>("USER_SCRAM_CREDENTIAL_RECORD"),
    unkeyed<FeatureLevelRecord>("FEATURE_LEVEL_RECORD"),
    unkeyed<ClientQuotaRecord>("CLIENT_QUOTA_RECORD"),
    unkeyed<ProducerIdsRecord>("PRODUCER_IDS_RECORD"),
    unkeyed<BrokerRegistrationChangeRecord>("BROKER_REGISTRATION_CHANGE_RECORD"),
    unkeyed<AccessControlEntryRecord>("ACCESS_CONTROL_ENTRY_RECORD"),
    unkeyed<RemoveAccessControlEntryRecord>("REMOVE_ACCESS_CONTROL_ENTRY_RECORD"),
    unkeyed<NoOpRecord>("NO_OP_RECORD"),
    unkeyed<ZkMigrationStateRecord>("ZK_MIGRATION_STATE_RECORD"),
    unkeyed<RemoveUserScramCredentialRecord>("REMOVE_USER_SCRAM_CREDENTIAL_RECORD"),
    unkeyed<BeginTransactionRecord>("BEGIN_TRANSACTION_RECORD"),
    unkeyed<EndTransactionRecord>("END_TRANSACTION_RECORD"),
    unkeyed<AbortTransactionRecord>("ABORT_TRANSACTION_RECORD"),
    unkeyed<RemoveDelegationTokenRecord>("REMOVE_DELEGATION_TOKEN_RECORD"),
    unkeyed<RegisterControllerRecord>("REGISTER_CONTROLLER_RECORD"),
    unkeyed<ClearElrRecord>("CLEAR_ELR_RECORD"),
    unkeyed<UnregisterControllerRecord>("UNREGISTER_CONTROLLER_RECORD"),
};

constexpr RecordInfo remote_log[] = {
    unkeyed<RemoteLogSegmentMetadataRecord>("REMOTE_LOG_SEGMENT_METADATA_RECORD"),
    unkeyed<RemoteLogSegmentMetadataUpdateRecord>("REMOTE_LOG_SEGMENT_METADATA_UPDATE_RECORD"),
    unkeyed<RemotePartitionDeleteMetadataRecord>("REMOTE_PARTITION_DELETE_METADATA_RECORD"),
    unkeyed<RemoteLogSegmentMetadataSnapshotRecord>("REMOTE_LOG_SEGMENT_METADATA_SNAPSHOT_RECORD"),
};

constexpr RecordInfo group[] = {
    keyed<LegacyOffsetCommitKey, LegacyOffsetCommitValue>("LEGACY_OFFSET_COMMIT"),
    keyed<OffsetCommitKey, OffsetCommitValue>("OFFSET_COMMIT"),
    keyed<GroupMetadataKey, GroupMetadataValue>("GROUP_METADATA"),
    keyed<ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>("CONSUMER_GROUP_METADATA"),
    keyed<ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue>(
        "CONSUMER_GROUP_PARTITION_METADATA"),
    keyed<ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>(
        "CONSUMER_GROUP_MEMBER_METADATA"),
    keyed<ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue>(
        "CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA"),
    keyed<ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue>(
        "CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER"),
    keyed<ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue>(
        "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT"),
    keyed<ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue>(
        "SHARE_GROUP_MEMBER_METADATA"),
    keyed<ShareGroupMetadataKey, ShareGroupMetadataValue>("SHARE_GROUP_METADATA"),
    keyed<ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataValue>(
        "SHARE_GROUP_TARGET_ASSIGNMENT_METADATA"),
    keyed<ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue>(
        "SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER"),
    keyed<ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentValue>(
        "SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT"),
    keyed<ShareGroupStatePartitionMetadataKey, ShareGroupStatePartitionMetadataValue>(
        "SHARE_GROUP_STATE_PARTITION_METADATA"),
    keyed<ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue>(
        "CONSUMER_GROUP_REGULAR_EXPRESSION"),
    keyed<StreamsGroupMetadataKey, StreamsGroupMetadataValue>("STREAMS_GROUP_METADATA"),
    keyed<StreamsGroupMemberMetadataKey, StreamsGroupMemberMetadataValue>(
        "STREAMS_GROUP_MEMBER_METADATA"),
    keyed<StreamsGroupTargetAssignmentMetadataKey, StreamsGroupTargetAssignmentMetadataValue>(
        "STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA"),
    keyed<StreamsGroupTargetAssignmentMemberKey, StreamsGroupTargetAssignmentMemberValue>(
        "STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER"),
    keyed<StreamsGroupCurrentMemberAssignmentKey, StreamsGroupCurrentMemberAssignmentValue>(
        "STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT"),
    keyed<StreamsGroupTopologyKey, StreamsGroupTopologyValue>("STREAMS_GROUP_TOPOLOGY"),
};

constexpr RecordInfo transaction[] = {
    keyed<TransactionLogKey, TransactionLogValue>("TRANSACTION_LOG"),
};

constexpr RecordInfo share[] = {
    keyed<ShareSnapshotKey, ShareSnapshotValue>("SHARE_SNAPSHOT"),
    keyed<ShareUpdateKey, ShareUpdateValue>("SHARE_UPDATE"),
};

constexpr bool is_table_of(RecordFamily family, std::span<const RecordInfo> records) {
    return std::ranges::is_sorted(records, {}, &RecordInfo::id) &&
           std::ranges::all_of(records, [&](const auto& each) { return each.family == family; });
}
static_assert(is_table_of(RecordFamily::metadata, metadata));
static_assert(is_table_of(RecordFamily::remote_log, remote_log));
static_assert(is_table_of(RecordFamily::group, group));
static_assert(is_table_of(RecordFamily::transaction, transaction));
static_assert(is_table_of(RecordFamily::share, share));

}  // namespace

std::span<const RecordInfo> all_records(RecordFamily family) {
    switch (family) {
        case RecordFamily::metadata:
            return metadata;
        case RecordFamily::remote_log:
            return remote_log;
        case RecordFamily::group:
            return group;
        case RecordFamily::transaction:
            return transaction;
        case RecordFamily::share:
            return share;
    }
    return {};
}

const RecordInfo* find_record(RecordFamily family, std::int16_t id) {
    const auto records = all_records(family);
    const auto found = std::ranges::lower_bound(records, id, {}, &RecordInfo::id);
    return found != records.end() && found->id == id ? &*found : nullptr;
}

}  // namespace barnabas::wire
