#include "wire/describe.h"
#include "wire/persisted/broker_records.h"
#include "wire/persisted/cluster_records.h"
#include "wire/persisted/security_records.h"
#include "wire/persisted/topic_records.h"

namespace barnabas::wire {

template const StructSchema& schema_of<TopicRecord>();
template const StructSchema& schema_of<PartitionRecord>();
template const StructSchema& schema_of<PartitionChangeRecord>();
template const StructSchema& schema_of<RemoveTopicRecord>();
template const StructSchema& schema_of<ConfigRecord>();
template const StructSchema& schema_of<ClearElrRecord>();
template const StructSchema& schema_of<RegisterBrokerRecord>();
template const StructSchema& schema_of<UnregisterBrokerRecord>();
template const StructSchema& schema_of<FenceBrokerRecord>();
template const StructSchema& schema_of<UnfenceBrokerRecord>();
template const StructSchema& schema_of<BrokerRegistrationChangeRecord>();
template const StructSchema& schema_of<RegisterControllerRecord>();
template const StructSchema& schema_of<UnregisterControllerRecord>();
template const StructSchema& schema_of<FeatureLevelRecord>();
template const StructSchema& schema_of<ProducerIdsRecord>();
template const StructSchema& schema_of<NoOpRecord>();
template const StructSchema& schema_of<ZkMigrationStateRecord>();
template const StructSchema& schema_of<BeginTransactionRecord>();
template const StructSchema& schema_of<EndTransactionRecord>();
template const StructSchema& schema_of<AbortTransactionRecord>();
template const StructSchema& schema_of<AccessControlEntryRecord>();
template const StructSchema& schema_of<RemoveAccessControlEntryRecord>();
template const StructSchema& schema_of<DelegationTokenRecord>();
template const StructSchema& schema_of<RemoveDelegationTokenRecord>();
template const StructSchema& schema_of<UserScramCredentialRecord>();
template const StructSchema& schema_of<RemoveUserScramCredentialRecord>();
template const StructSchema& schema_of<ClientQuotaRecord>();

}  // namespace barnabas::wire
