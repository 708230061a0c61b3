#include "wire/persisted/registry.h"

#include "wire/persisted/broker_records.h"
#include "wire/persisted/cluster_records.h"
#include "wire/persisted/remote_log_records.h"
#include "wire/persisted/security_records.h"
#include "wire/persisted/topic_records.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

template <class Value>
constexpr RecordInfo unkeyed(std::string_view name) {
    return {
        .family = Value::family, .id = Value::record_id, .name = name, .value = info_of<Value>()};
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

constexpr bool is_table_of(RecordFamily family, std::span<const RecordInfo> records) {
    return std::ranges::is_sorted(records, {}, &RecordInfo::id) &&
           std::ranges::all_of(records, [&](const auto& each) { return each.family == family; });
}
static_assert(is_table_of(RecordFamily::metadata, metadata));
static_assert(is_table_of(RecordFamily::remote_log, remote_log));

}  // namespace

std::span<const RecordInfo> all_records(RecordFamily family) {
    switch (family) {
        case RecordFamily::metadata:
            return metadata;
        case RecordFamily::remote_log:
            return remote_log;
    }
    return {};
}

const RecordInfo* find_record(RecordFamily family, std::int16_t id) {
    const auto records = all_records(family);
    const auto found = std::ranges::lower_bound(records, id, {}, &RecordInfo::id);
    return found != records.end() && found->id == id ? &*found : nullptr;
}

}  // namespace barnabas::wire
