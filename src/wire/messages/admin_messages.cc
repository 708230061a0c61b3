// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/get_telemetry_subscriptions.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/push_telemetry.h"

namespace barnabas::wire {

template const StructSchema& schema_of<AlterConfigsRequest>();
template const StructSchema& schema_of<AlterConfigsResponse>();
template const StructSchema& schema_of<AlterPartitionReassignmentsRequest>();
template const StructSchema& schema_of<AlterPartitionReassignmentsResponse>();
template const StructSchema& schema_of<AlterReplicaLogDirsRequest>();
template const StructSchema& schema_of<AlterReplicaLogDirsResponse>();
template const StructSchema& schema_of<CreatePartitionsRequest>();
template const StructSchema& schema_of<CreatePartitionsResponse>();
template const StructSchema& schema_of<CreateTopicsRequest>();
template const StructSchema& schema_of<CreateTopicsResponse>();
template const StructSchema& schema_of<DeleteRecordsRequest>();
template const StructSchema& schema_of<DeleteRecordsResponse>();
template const StructSchema& schema_of<DeleteTopicsRequest>();
template const StructSchema& schema_of<DeleteTopicsResponse>();
template const StructSchema& schema_of<DescribeClusterRequest>();
template const StructSchema& schema_of<DescribeClusterResponse>();
template const StructSchema& schema_of<DescribeConfigsRequest>();
template const StructSchema& schema_of<DescribeConfigsResponse>();
template const StructSchema& schema_of<DescribeLogDirsRequest>();
template const StructSchema& schema_of<DescribeLogDirsResponse>();
template const StructSchema& schema_of<DescribeTopicPartitionsRequest>();
template const StructSchema& schema_of<DescribeTopicPartitionsResponse>();
template const StructSchema& schema_of<ElectLeadersRequest>();
template const StructSchema& schema_of<ElectLeadersResponse>();
template const StructSchema& schema_of<GetTelemetrySubscriptionsRequest>();
template const StructSchema& schema_of<GetTelemetrySubscriptionsResponse>();
template const StructSchema& schema_of<IncrementalAlterConfigsRequest>();
template const StructSchema& schema_of<IncrementalAlterConfigsResponse>();
template const StructSchema& schema_of<ListConfigResourcesRequest>();
template const StructSchema& schema_of<ListConfigResourcesResponse>();
template const StructSchema& schema_of<ListPartitionReassignmentsRequest>();
template const StructSchema& schema_of<ListPartitionReassignmentsResponse>();
template const StructSchema& schema_of<OffsetForLeaderEpochRequest>();
template const StructSchema& schema_of<OffsetForLeaderEpochResponse>();
template const StructSchema& schema_of<PushTelemetryRequest>();
template const StructSchema& schema_of<PushTelemetryResponse>();

}  // namespace barnabas::wire
