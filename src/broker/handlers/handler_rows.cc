#include "broker/handlers/handler_row.h"
#include "broker/handlers/handlers.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/create_acls.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_acls.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_acls.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/describe_user_scram_credentials.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/share_acknowledge.h"
#include "wire/messages/share_fetch.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/messages/update_features.h"
#include "wire/messages/write_share_group_state.h"
#include "wire/messages/write_txn_markers.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using namespace wire;

constexpr HandlerRow rows[] = {
    handler_row<ProduceRequest, handle_produce, try_produce>(),
    // Clients of version 3 and below cannot read format 2, which is what is stored.
    handler_row<FetchRequest, handle_fetch>({4, 18}),
    // Version 0 lists segments; who asks with it cannot fetch either.
    handler_row<ListOffsetsRequest, handle_list_offsets>({1, 11}),
    handler_row<MetadataRequest, handle_metadata>(),
    handler_row<OffsetCommitRequest, handle_offset_commit>(),
    handler_row<OffsetFetchRequest, handle_offset_fetch>(),
    handler_row<FindCoordinatorRequest, handle_find_coordinator>(),
    handler_row<JoinGroupRequest, handle_join_group>(),
    handler_row<HeartbeatRequest, handle_heartbeat>(),
    handler_row<LeaveGroupRequest, handle_leave_group>(),
    handler_row<SyncGroupRequest, handle_sync_group>(),
    handler_row<DescribeGroupsRequest, handle_describe_groups>(),
    handler_row<ListGroupsRequest, handle_list_groups>(),
    handler_row<ApiVersionsRequest, handle_api_versions>(),
    handler_row<CreateTopicsRequest, handle_create_topics>(),
    handler_row<DeleteTopicsRequest, handle_delete_topics>(),
    handler_row<DeleteRecordsRequest, handle_delete_records>(),
    handler_row<InitProducerIdRequest, handle_init_producer_id>(),
    handler_row<OffsetForLeaderEpochRequest, handle_offset_for_leader_epoch>(),
    handler_row<AddPartitionsToTxnRequest, handle_add_partitions_to_txn>(),
    handler_row<AddOffsetsToTxnRequest, handle_add_offsets_to_txn>(),
    handler_row<EndTxnRequest, handle_end_txn>(),
    handler_row<WriteTxnMarkersRequest, handle_write_txn_markers>(),
    handler_row<TxnOffsetCommitRequest, handle_txn_offset_commit>(),
    // Without an authorizer (security_is_off.cc).
    handler_row<DescribeAclsRequest, handle_describe_acls>({1, 3}),
    handler_row<CreateAclsRequest, handle_create_acls>({1, 3}),
    handler_row<DeleteAclsRequest, handle_delete_acls>({1, 3}),
    handler_row<DescribeConfigsRequest, handle_describe_configs>(),
    handler_row<AlterConfigsRequest, handle_alter_configs>(),
    handler_row<AlterReplicaLogDirsRequest, handle_alter_replica_log_dirs>(),
    handler_row<DescribeLogDirsRequest, handle_describe_log_dirs>(),
    handler_row<CreatePartitionsRequest, handle_create_partitions>(),
    handler_row<DeleteGroupsRequest, handle_delete_groups>(),
    handler_row<ElectLeadersRequest, handle_elect_leaders>(),
    handler_row<IncrementalAlterConfigsRequest, handle_incremental_alter_configs>(),
    handler_row<AlterPartitionReassignmentsRequest, handle_alter_partition_reassignments>(),
    handler_row<ListPartitionReassignmentsRequest, handle_list_partition_reassignments>(),
    handler_row<OffsetDeleteRequest, handle_offset_delete>(),
    handler_row<DescribeClientQuotasRequest, handle_describe_client_quotas>(),
    handler_row<DescribeUserScramCredentialsRequest, handle_describe_user_scram_credentials>(),
    handler_row<UpdateFeaturesRequest, handle_update_features>(),
    handler_row<DescribeClusterRequest, handle_describe_cluster>(),
    handler_row<DescribeProducersRequest, handle_describe_producers>(),
    handler_row<DescribeTransactionsRequest, handle_describe_transactions>(),
    handler_row<ListTransactionsRequest, handle_list_transactions>(),
    handler_row<ConsumerGroupHeartbeatRequest, handle_consumer_group_heartbeat>(),
    handler_row<ConsumerGroupDescribeRequest, handle_consumer_group_describe>(),
    handler_row<ListConfigResourcesRequest, handle_list_config_resources>(),
    handler_row<DescribeTopicPartitionsRequest, handle_describe_topic_partitions>(),
    // Version 0 of these four was never stable.
    handler_row<ShareGroupHeartbeatRequest, handle_share_group_heartbeat>({1, 1}),
    handler_row<ShareGroupDescribeRequest, handle_share_group_describe>({1, 1}),
    handler_row<ShareFetchRequest, handle_share_fetch>({1, 2}),
    handler_row<ShareAcknowledgeRequest, handle_share_acknowledge>({1, 2}),
    handler_row<InitializeShareGroupStateRequest, handle_initialize_share_group_state>(),
    handler_row<ReadShareGroupStateRequest, handle_read_share_group_state>(),
    handler_row<WriteShareGroupStateRequest, handle_write_share_group_state>(),
    handler_row<DeleteShareGroupStateRequest, handle_delete_share_group_state>(),
    handler_row<ReadShareGroupStateSummaryRequest, handle_read_share_group_state_summary>(),
    handler_row<DescribeShareGroupOffsetsRequest, handle_describe_share_group_offsets>(),
    handler_row<AlterShareGroupOffsetsRequest, handle_alter_share_group_offsets>(),
    handler_row<DeleteShareGroupOffsetsRequest, handle_delete_share_group_offsets>(),
};

static_assert(std::ranges::is_sorted(rows, {}, &HandlerRow::api_key));

}  // namespace

std::span<const HandlerRow> handler_rows() {
    return rows;
}

}  // namespace barnabas::broker
