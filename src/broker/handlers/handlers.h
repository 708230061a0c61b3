#pragma once

#include "broker/handlers/call.h"

#include <optional>

// One declaration per API that is served; each is defined in the file of its name.

namespace barnabas::wire {
struct AddOffsetsToTxnRequest;
struct AddOffsetsToTxnResponse;
struct AddPartitionsToTxnRequest;
struct AddPartitionsToTxnResponse;
struct AlterConfigsRequest;
struct AlterConfigsResponse;
struct AlterPartitionReassignmentsRequest;
struct AlterPartitionReassignmentsResponse;
struct AlterReplicaLogDirsRequest;
struct AlterReplicaLogDirsResponse;
struct AlterShareGroupOffsetsRequest;
struct AlterShareGroupOffsetsResponse;
struct ApiVersionsRequest;
struct ApiVersionsResponse;
struct ConsumerGroupDescribeRequest;
struct ConsumerGroupDescribeResponse;
struct ConsumerGroupHeartbeatRequest;
struct ConsumerGroupHeartbeatResponse;
struct CreateAclsRequest;
struct CreateAclsResponse;
struct CreatePartitionsRequest;
struct CreatePartitionsResponse;
struct CreateTopicsRequest;
struct CreateTopicsResponse;
struct DeleteAclsRequest;
struct DeleteAclsResponse;
struct DeleteGroupsRequest;
struct DeleteGroupsResponse;
struct DeleteRecordsRequest;
struct DeleteRecordsResponse;
struct DeleteShareGroupOffsetsRequest;
struct DeleteShareGroupOffsetsResponse;
struct DeleteShareGroupStateRequest;
struct DeleteShareGroupStateResponse;
struct DeleteTopicsRequest;
struct DeleteTopicsResponse;
struct DescribeAclsRequest;
struct DescribeAclsResponse;
struct DescribeClientQuotasRequest;
struct DescribeClientQuotasResponse;
struct DescribeClusterRequest;
struct DescribeClusterResponse;
struct DescribeConfigsRequest;
struct DescribeConfigsResponse;
struct DescribeGroupsRequest;
struct DescribeGroupsResponse;
struct DescribeLogDirsRequest;
struct DescribeLogDirsResponse;
struct DescribeProducersRequest;
struct DescribeProducersResponse;
struct DescribeShareGroupOffsetsRequest;
struct DescribeShareGroupOffsetsResponse;
struct DescribeTopicPartitionsRequest;
struct DescribeTopicPartitionsResponse;
struct DescribeTransactionsRequest;
struct DescribeTransactionsResponse;
struct DescribeUserScramCredentialsRequest;
struct DescribeUserScramCredentialsResponse;
struct ElectLeadersRequest;
struct ElectLeadersResponse;
struct EndTxnRequest;
struct EndTxnResponse;
struct FetchRequest;
struct FetchResponse;
struct FindCoordinatorRequest;
struct FindCoordinatorResponse;
struct HeartbeatRequest;
struct HeartbeatResponse;
struct IncrementalAlterConfigsRequest;
struct IncrementalAlterConfigsResponse;
struct InitProducerIdRequest;
struct InitProducerIdResponse;
struct InitializeShareGroupStateRequest;
struct InitializeShareGroupStateResponse;
struct JoinGroupRequest;
struct JoinGroupResponse;
struct LeaveGroupRequest;
struct LeaveGroupResponse;
struct ListConfigResourcesRequest;
struct ListConfigResourcesResponse;
struct ListGroupsRequest;
struct ListGroupsResponse;
struct ListOffsetsRequest;
struct ListOffsetsResponse;
struct ListPartitionReassignmentsRequest;
struct ListPartitionReassignmentsResponse;
struct ListTransactionsRequest;
struct ListTransactionsResponse;
struct MetadataRequest;
struct MetadataResponse;
struct OffsetCommitRequest;
struct OffsetCommitResponse;
struct OffsetDeleteRequest;
struct OffsetDeleteResponse;
struct OffsetFetchRequest;
struct OffsetFetchResponse;
struct OffsetForLeaderEpochRequest;
struct OffsetForLeaderEpochResponse;
struct ProduceRequest;
struct ProduceResponse;
struct ReadShareGroupStateRequest;
struct ReadShareGroupStateResponse;
struct ReadShareGroupStateSummaryRequest;
struct ReadShareGroupStateSummaryResponse;
struct ShareAcknowledgeRequest;
struct ShareAcknowledgeResponse;
struct ShareFetchRequest;
struct ShareFetchResponse;
struct ShareGroupDescribeRequest;
struct ShareGroupDescribeResponse;
struct ShareGroupHeartbeatRequest;
struct ShareGroupHeartbeatResponse;
struct SyncGroupRequest;
struct SyncGroupResponse;
struct TxnOffsetCommitRequest;
struct TxnOffsetCommitResponse;
struct UpdateFeaturesRequest;
struct UpdateFeaturesResponse;
struct WriteShareGroupStateRequest;
struct WriteShareGroupStateResponse;
struct WriteTxnMarkersRequest;
struct WriteTxnMarkersResponse;
}  // namespace barnabas::wire

namespace barnabas::broker {

awaitable<wire::ProduceResponse> handle_produce(Call& call, wire::ProduceRequest& request);
/// The response at once if this shard owns all partitions and none is flushed; else nothing is
/// done.
std::optional<wire::ProduceResponse> try_produce(Call& call, wire::ProduceRequest& request);
awaitable<wire::FetchResponse> handle_fetch(Call& call, wire::FetchRequest& request);
awaitable<wire::ListOffsetsResponse> handle_list_offsets(Call& call,
                                                         wire::ListOffsetsRequest& request);
awaitable<wire::MetadataResponse> handle_metadata(Call& call, wire::MetadataRequest& request);
wire::ApiVersionsResponse handle_api_versions(Call& call, wire::ApiVersionsRequest& request);
awaitable<wire::CreateTopicsResponse> handle_create_topics(Call& call,
                                                           wire::CreateTopicsRequest& request);
awaitable<wire::DeleteTopicsResponse> handle_delete_topics(Call& call,
                                                           wire::DeleteTopicsRequest& request);
awaitable<wire::InitProducerIdResponse> handle_init_producer_id(
    Call& call, wire::InitProducerIdRequest& request);
wire::DescribeConfigsResponse handle_describe_configs(Call& call,
                                                      wire::DescribeConfigsRequest& request);
awaitable<wire::CreatePartitionsResponse> handle_create_partitions(
    Call& call, wire::CreatePartitionsRequest& request);
awaitable<wire::IncrementalAlterConfigsResponse> handle_incremental_alter_configs(
    Call& call, wire::IncrementalAlterConfigsRequest& request);
awaitable<wire::AlterConfigsResponse> handle_alter_configs(Call& call,
                                                           wire::AlterConfigsRequest& request);
wire::DescribeClusterResponse handle_describe_cluster(Call& call,
                                                      wire::DescribeClusterRequest& request);
awaitable<wire::FindCoordinatorResponse> handle_find_coordinator(
    Call& call, wire::FindCoordinatorRequest& request);
awaitable<wire::InitializeShareGroupStateResponse> handle_initialize_share_group_state(
    Call& call, wire::InitializeShareGroupStateRequest& request);
awaitable<wire::ReadShareGroupStateResponse> handle_read_share_group_state(
    Call& call, wire::ReadShareGroupStateRequest& request);
awaitable<wire::WriteShareGroupStateResponse> handle_write_share_group_state(
    Call& call, wire::WriteShareGroupStateRequest& request);
awaitable<wire::DeleteShareGroupStateResponse> handle_delete_share_group_state(
    Call& call, wire::DeleteShareGroupStateRequest& request);
awaitable<wire::ReadShareGroupStateSummaryResponse> handle_read_share_group_state_summary(
    Call& call, wire::ReadShareGroupStateSummaryRequest& request);
awaitable<wire::ListGroupsResponse> handle_list_groups(Call& call,
                                                       wire::ListGroupsRequest& request);
awaitable<wire::DeleteRecordsResponse> handle_delete_records(Call& call,
                                                             wire::DeleteRecordsRequest& request);
awaitable<wire::OffsetForLeaderEpochResponse> handle_offset_for_leader_epoch(
    Call& call, wire::OffsetForLeaderEpochRequest& request);
awaitable<wire::DescribeProducersResponse> handle_describe_producers(
    Call& call, wire::DescribeProducersRequest& request);
wire::ListConfigResourcesResponse handle_list_config_resources(
    Call& call, wire::ListConfigResourcesRequest& request);
wire::DescribeTopicPartitionsResponse handle_describe_topic_partitions(
    Call& call, wire::DescribeTopicPartitionsRequest& request);
awaitable<wire::DescribeLogDirsResponse> handle_describe_log_dirs(
    Call& call, wire::DescribeLogDirsRequest& request);
awaitable<wire::AlterReplicaLogDirsResponse> handle_alter_replica_log_dirs(
    Call& call, wire::AlterReplicaLogDirsRequest& request);
awaitable<wire::ConsumerGroupDescribeResponse> handle_consumer_group_describe(
    Call& call, wire::ConsumerGroupDescribeRequest& request);
awaitable<wire::ConsumerGroupHeartbeatResponse> handle_consumer_group_heartbeat(
    Call& call, wire::ConsumerGroupHeartbeatRequest& request);
awaitable<wire::DeleteGroupsResponse> handle_delete_groups(Call& call,
                                                           wire::DeleteGroupsRequest& request);
awaitable<wire::DescribeGroupsResponse> handle_describe_groups(
    Call& call, wire::DescribeGroupsRequest& request);
awaitable<wire::HeartbeatResponse> handle_heartbeat(Call& call, wire::HeartbeatRequest& request);
awaitable<wire::JoinGroupResponse> handle_join_group(Call& call, wire::JoinGroupRequest& request);
awaitable<wire::LeaveGroupResponse> handle_leave_group(Call& call,
                                                       wire::LeaveGroupRequest& request);
awaitable<wire::OffsetCommitResponse> handle_offset_commit(Call& call,
                                                           wire::OffsetCommitRequest& request);
awaitable<wire::OffsetDeleteResponse> handle_offset_delete(Call& call,
                                                           wire::OffsetDeleteRequest& request);
awaitable<wire::OffsetFetchResponse> handle_offset_fetch(Call& call,
                                                         wire::OffsetFetchRequest& request);
awaitable<wire::SyncGroupResponse> handle_sync_group(Call& call, wire::SyncGroupRequest& request);
awaitable<wire::TxnOffsetCommitResponse> handle_txn_offset_commit(
    Call& call, wire::TxnOffsetCommitRequest& request);
awaitable<wire::AddPartitionsToTxnResponse> handle_add_partitions_to_txn(
    Call& call, wire::AddPartitionsToTxnRequest& request);
awaitable<wire::AddOffsetsToTxnResponse> handle_add_offsets_to_txn(
    Call& call, wire::AddOffsetsToTxnRequest& request);
awaitable<wire::EndTxnResponse> handle_end_txn(Call& call, wire::EndTxnRequest& request);
awaitable<wire::WriteTxnMarkersResponse> handle_write_txn_markers(
    Call& call, wire::WriteTxnMarkersRequest& request);
awaitable<wire::DescribeTransactionsResponse> handle_describe_transactions(
    Call& call, wire::DescribeTransactionsRequest& request);
awaitable<wire::ListTransactionsResponse> handle_list_transactions(
    Call& call, wire::ListTransactionsRequest& request);
awaitable<wire::ShareAcknowledgeResponse> handle_share_acknowledge(
    Call& call, wire::ShareAcknowledgeRequest& request);
awaitable<wire::ShareFetchResponse> handle_share_fetch(Call& call,
                                                       wire::ShareFetchRequest& request);
awaitable<wire::ShareGroupHeartbeatResponse> handle_share_group_heartbeat(
    Call& call, wire::ShareGroupHeartbeatRequest& request);
awaitable<wire::ShareGroupDescribeResponse> handle_share_group_describe(
    Call& call, wire::ShareGroupDescribeRequest& request);
awaitable<wire::DescribeShareGroupOffsetsResponse> handle_describe_share_group_offsets(
    Call& call, wire::DescribeShareGroupOffsetsRequest& request);
awaitable<wire::AlterShareGroupOffsetsResponse> handle_alter_share_group_offsets(
    Call& call, wire::AlterShareGroupOffsetsRequest& request);
awaitable<wire::DeleteShareGroupOffsetsResponse> handle_delete_share_group_offsets(
    Call& call, wire::DeleteShareGroupOffsetsRequest& request);
awaitable<wire::UpdateFeaturesResponse> handle_update_features(
    Call& call, wire::UpdateFeaturesRequest& request);
wire::ElectLeadersResponse handle_elect_leaders(Call& call, wire::ElectLeadersRequest& request);
wire::AlterPartitionReassignmentsResponse handle_alter_partition_reassignments(
    Call& call, wire::AlterPartitionReassignmentsRequest& request);
wire::ListPartitionReassignmentsResponse handle_list_partition_reassignments(
    Call& call, wire::ListPartitionReassignmentsRequest& request);
wire::DescribeAclsResponse handle_describe_acls(Call& call, wire::DescribeAclsRequest& request);
wire::CreateAclsResponse handle_create_acls(Call& call, wire::CreateAclsRequest& request);
wire::DeleteAclsResponse handle_delete_acls(Call& call, wire::DeleteAclsRequest& request);
wire::DescribeClientQuotasResponse handle_describe_client_quotas(
    Call& call, wire::DescribeClientQuotasRequest& request);
wire::DescribeUserScramCredentialsResponse handle_describe_user_scram_credentials(
    Call& call, wire::DescribeUserScramCredentialsRequest& request);

}  // namespace barnabas::broker
