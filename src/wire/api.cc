// long: one row per API
#include "wire/api.h"

#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/add_raft_voter.h"
#include "wire/messages/allocate_producer_ids.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/alter_partition.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/alter_user_scram_credentials.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/assign_replicas_to_dirs.h"
#include "wire/messages/begin_quorum_epoch.h"
#include "wire/messages/broker_heartbeat.h"
#include "wire/messages/broker_registration.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/controlled_shutdown.h"
#include "wire/messages/controller_registration.h"
#include "wire/messages/create_acls.h"
#include "wire/messages/create_delegation_token.h"
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
#include "wire/messages/describe_delegation_token.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_quorum.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/describe_user_scram_credentials.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/end_quorum_epoch.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/envelope.h"
#include "wire/messages/expire_delegation_token.h"
#include "wire/messages/fetch.h"
#include "wire/messages/fetch_snapshot.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/get_telemetry_subscriptions.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leader_and_isr.h"
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
#include "wire/messages/push_telemetry.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/remove_raft_voter.h"
#include "wire/messages/renew_delegation_token.h"
#include "wire/messages/sasl_authenticate.h"
#include "wire/messages/sasl_handshake.h"
#include "wire/messages/share_acknowledge.h"
#include "wire/messages/share_fetch.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/stop_replica.h"
#include "wire/messages/streams_group_describe.h"
#include "wire/messages/streams_group_heartbeat.h"
#include "wire/messages/streams_group_topology_description_update.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/messages/unregister_broker.h"
#include "wire/messages/unregister_controller.h"
#include "wire/messages/update_features.h"
#include "wire/messages/update_metadata.h"
#include "wire/messages/update_raft_voter.h"
#include "wire/messages/vote.h"
#include "wire/messages/write_share_group_state.h"
#include "wire/messages/write_txn_markers.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

/// Who is served, and how.
enum Flags : unsigned { brokers = 1, controllers = 2, cluster = 4, forwarded = 8 };

template <class Request, class Response>
constexpr ApiInfo api(std::string_view name, Versions kafka_versions, unsigned flags) {
    return {.key = Request::api_key,
            .name = name,
            .kafka_versions = kafka_versions,
            .for_brokers = (flags & brokers) != 0,
            .for_controllers = (flags & controllers) != 0,
            .cluster_action = (flags & cluster) != 0,
            .forwardable = (flags & forwarded) != 0,
            .request = info_of<Request>(),
            .response = info_of<Response>()};
}

constexpr ApiInfo apis[] = {
    api<ProduceRequest, ProduceResponse>("Produce", {3, 13}, brokers),
    api<FetchRequest, FetchResponse>("Fetch", {4, 18}, brokers | controllers),
    api<ListOffsetsRequest, ListOffsetsResponse>("ListOffsets", {1, 11}, brokers),
    api<MetadataRequest, MetadataResponse>("Metadata", {0, 13}, brokers),
    api<LeaderAndIsrRequest, LeaderAndIsrResponse>("LeaderAndIsr", no_versions, cluster),
    api<StopReplicaRequest, StopReplicaResponse>("StopReplica", no_versions, cluster),
    api<UpdateMetadataRequest, UpdateMetadataResponse>("UpdateMetadata", no_versions, cluster),
    api<ControlledShutdownRequest, ControlledShutdownResponse>("ControlledShutdown", no_versions,
                                                               cluster),
    api<OffsetCommitRequest, OffsetCommitResponse>("OffsetCommit", {2, 10}, brokers),
    api<OffsetFetchRequest, OffsetFetchResponse>("OffsetFetch", {1, 10}, brokers),
    api<FindCoordinatorRequest, FindCoordinatorResponse>("FindCoordinator", {0, 6}, brokers),
    api<JoinGroupRequest, JoinGroupResponse>("JoinGroup", {0, 9}, brokers),
    api<HeartbeatRequest, HeartbeatResponse>("Heartbeat", {0, 4}, brokers),
    api<LeaveGroupRequest, LeaveGroupResponse>("LeaveGroup", {0, 5}, brokers),
    api<SyncGroupRequest, SyncGroupResponse>("SyncGroup", {0, 5}, brokers),
    api<DescribeGroupsRequest, DescribeGroupsResponse>("DescribeGroups", {0, 6}, brokers),
    api<ListGroupsRequest, ListGroupsResponse>("ListGroups", {0, 5}, brokers),
    api<SaslHandshakeRequest, SaslHandshakeResponse>("SaslHandshake", {0, 1},
                                                     brokers | controllers),
    api<ApiVersionsRequest, ApiVersionsResponse>("ApiVersions", {0, 5}, brokers | controllers),
    api<CreateTopicsRequest, CreateTopicsResponse>("CreateTopics", {2, 7},
                                                   brokers | controllers | forwarded),
    api<DeleteTopicsRequest, DeleteTopicsResponse>("DeleteTopics", {1, 6},
                                                   brokers | controllers | forwarded),
    api<DeleteRecordsRequest, DeleteRecordsResponse>("DeleteRecords", {0, 2}, brokers),
    api<InitProducerIdRequest, InitProducerIdResponse>("InitProducerId", {0, 5}, brokers),
    api<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>("OffsetForLeaderEpoch", {2, 4},
                                                                   brokers),
    api<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>("AddPartitionsToTxn", {0, 5},
                                                               brokers),
    api<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>("AddOffsetsToTxn", {0, 4}, brokers),
    api<EndTxnRequest, EndTxnResponse>("EndTxn", {0, 5}, brokers),
    api<WriteTxnMarkersRequest, WriteTxnMarkersResponse>("WriteTxnMarkers", {1, 2},
                                                         brokers | cluster),
    api<TxnOffsetCommitRequest, TxnOffsetCommitResponse>("TxnOffsetCommit", {0, 6}, brokers),
    api<DescribeAclsRequest, DescribeAclsResponse>("DescribeAcls", {1, 3}, brokers | controllers),
    api<CreateAclsRequest, CreateAclsResponse>("CreateAcls", {1, 3},
                                               brokers | controllers | forwarded),
    api<DeleteAclsRequest, DeleteAclsResponse>("DeleteAcls", {1, 3},
                                               brokers | controllers | forwarded),
    api<DescribeConfigsRequest, DescribeConfigsResponse>("DescribeConfigs", {1, 4},
                                                         brokers | controllers),
    api<AlterConfigsRequest, AlterConfigsResponse>("AlterConfigs", {0, 2},
                                                   brokers | controllers | forwarded),
    api<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>("AlterReplicaLogDirs", {1, 2},
                                                                 brokers),
    api<DescribeLogDirsRequest, DescribeLogDirsResponse>("DescribeLogDirs", {1, 5}, brokers),
    api<SaslAuthenticateRequest, SaslAuthenticateResponse>("SaslAuthenticate", {0, 2},
                                                           brokers | controllers),
    api<CreatePartitionsRequest, CreatePartitionsResponse>("CreatePartitions", {0, 3},
                                                           brokers | controllers | forwarded),
    api<CreateDelegationTokenRequest, CreateDelegationTokenResponse>(
        "CreateDelegationToken", {1, 3}, brokers | controllers | forwarded),
    api<RenewDelegationTokenRequest, RenewDelegationTokenResponse>(
        "RenewDelegationToken", {1, 2}, brokers | controllers | forwarded),
    api<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>(
        "ExpireDelegationToken", {1, 2}, brokers | controllers | forwarded),
    api<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>(
        "DescribeDelegationToken", {1, 3}, brokers | controllers),
    api<DeleteGroupsRequest, DeleteGroupsResponse>("DeleteGroups", {0, 3}, brokers),
    api<ElectLeadersRequest, ElectLeadersResponse>("ElectLeaders", {0, 2},
                                                   brokers | controllers | forwarded),
    api<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
        "IncrementalAlterConfigs", {0, 1}, brokers | controllers | forwarded),
    api<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
        "AlterPartitionReassignments", {0, 1}, brokers | controllers | forwarded),
    api<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
        "ListPartitionReassignments", {0, 0}, brokers | controllers | forwarded),
    api<OffsetDeleteRequest, OffsetDeleteResponse>("OffsetDelete", {0, 0}, brokers),
    api<DescribeClientQuotasRequest, DescribeClientQuotasResponse>("DescribeClientQuotas", {0, 1},
                                                                   brokers),
    api<AlterClientQuotasRequest, AlterClientQuotasResponse>("AlterClientQuotas", {0, 1},
                                                             brokers | controllers | forwarded),
    api<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
        "DescribeUserScramCredentials", {0, 0}, brokers | controllers),
    api<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
        "AlterUserScramCredentials", {0, 0}, brokers | controllers | forwarded),
    api<VoteRequest, VoteResponse>("Vote", {0, 2}, controllers | cluster),
    api<BeginQuorumEpochRequest, BeginQuorumEpochResponse>("BeginQuorumEpoch", {0, 1},
                                                           controllers | cluster),
    api<EndQuorumEpochRequest, EndQuorumEpochResponse>("EndQuorumEpoch", {0, 1},
                                                       controllers | cluster),
    api<DescribeQuorumRequest, DescribeQuorumResponse>("DescribeQuorum", {0, 2},
                                                       brokers | controllers | cluster | forwarded),
    api<AlterPartitionRequest, AlterPartitionResponse>("AlterPartition", {2, 3},
                                                       controllers | cluster),
    api<UpdateFeaturesRequest, UpdateFeaturesResponse>("UpdateFeatures", {0, 2},
                                                       brokers | controllers | cluster | forwarded),
    api<EnvelopeRequest, EnvelopeResponse>("Envelope", {0, 0}, controllers | cluster),
    api<FetchSnapshotRequest, FetchSnapshotResponse>("FetchSnapshot", {0, 1}, controllers),
    api<DescribeClusterRequest, DescribeClusterResponse>("DescribeCluster", {0, 2},
                                                         brokers | controllers),
    api<DescribeProducersRequest, DescribeProducersResponse>("DescribeProducers", {0, 0}, brokers),
    api<BrokerRegistrationRequest, BrokerRegistrationResponse>("BrokerRegistration", {0, 4},
                                                               controllers | cluster),
    api<BrokerHeartbeatRequest, BrokerHeartbeatResponse>("BrokerHeartbeat", {0, 2},
                                                         controllers | cluster),
    api<UnregisterBrokerRequest, UnregisterBrokerResponse>("UnregisterBroker", {0, 0},
                                                           brokers | controllers | forwarded),
    api<DescribeTransactionsRequest, DescribeTransactionsResponse>("DescribeTransactions", {0, 0},
                                                                   brokers),
    api<ListTransactionsRequest, ListTransactionsResponse>("ListTransactions", {0, 2}, brokers),
    api<AllocateProducerIdsRequest, AllocateProducerIdsResponse>("AllocateProducerIds", {0, 0},
                                                                 controllers | cluster | forwarded),
    api<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>("ConsumerGroupHeartbeat",
                                                                       {0, 1}, brokers),
    api<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>("ConsumerGroupDescribe",
                                                                     {0, 1}, brokers),
    api<ControllerRegistrationRequest, ControllerRegistrationResponse>("ControllerRegistration",
                                                                       {0, 0}, controllers),
    api<GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse>(
        "GetTelemetrySubscriptions", {0, 0}, brokers),
    api<PushTelemetryRequest, PushTelemetryResponse>("PushTelemetry", {0, 0}, brokers),
    api<AssignReplicasToDirsRequest, AssignReplicasToDirsResponse>("AssignReplicasToDirs", {0, 0},
                                                                   controllers),
    api<ListConfigResourcesRequest, ListConfigResourcesResponse>("ListConfigResources", {0, 1},
                                                                 brokers),
    api<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>("DescribeTopicPartitions",
                                                                         {0, 0}, brokers),
    api<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>("ShareGroupHeartbeat", {1, 1},
                                                                 brokers),
    api<ShareGroupDescribeRequest, ShareGroupDescribeResponse>("ShareGroupDescribe", {1, 1},
                                                               brokers),
    api<ShareFetchRequest, ShareFetchResponse>("ShareFetch", {1, 2}, brokers),
    api<ShareAcknowledgeRequest, ShareAcknowledgeResponse>("ShareAcknowledge", {1, 2}, brokers),
    api<AddRaftVoterRequest, AddRaftVoterResponse>("AddRaftVoter", {0, 1},
                                                   brokers | controllers | forwarded),
    api<RemoveRaftVoterRequest, RemoveRaftVoterResponse>("RemoveRaftVoter", {0, 0},
                                                         brokers | controllers | forwarded),
    api<UpdateRaftVoterRequest, UpdateRaftVoterResponse>("UpdateRaftVoter", {0, 0}, controllers),
    api<InitializeShareGroupStateRequest, InitializeShareGroupStateResponse>(
        "InitializeShareGroupState", {0, 0}, brokers | cluster),
    api<ReadShareGroupStateRequest, ReadShareGroupStateResponse>("ReadShareGroupState", {0, 0},
                                                                 brokers | cluster),
    api<WriteShareGroupStateRequest, WriteShareGroupStateResponse>("WriteShareGroupState", {0, 1},
                                                                   brokers | cluster),
    api<DeleteShareGroupStateRequest, DeleteShareGroupStateResponse>("DeleteShareGroupState",
                                                                     {0, 0}, brokers | cluster),
    api<ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse>(
        "ReadShareGroupStateSummary", {0, 1}, brokers | cluster),
    api<StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse>("StreamsGroupHeartbeat",
                                                                     {0, 1}, brokers),
    api<StreamsGroupDescribeRequest, StreamsGroupDescribeResponse>("StreamsGroupDescribe", {0, 1},
                                                                   brokers),
    api<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse>(
        "DescribeShareGroupOffsets", {0, 1}, brokers),
    api<AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse>("AlterShareGroupOffsets",
                                                                       {0, 0}, brokers),
    api<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse>("DeleteShareGroupOffsets",
                                                                         {0, 0}, brokers),
    api<StreamsGroupTopologyDescriptionUpdateRequest,
        StreamsGroupTopologyDescriptionUpdateResponse>("StreamsGroupTopologyDescriptionUpdate",
                                                       {0, 0}, brokers),
    api<UnregisterControllerRequest, UnregisterControllerResponse>(
        "UnregisterController", {0, 0}, brokers | controllers | forwarded),
};

static_assert(std::ranges::is_sorted(apis, {}, &ApiInfo::key), "find_api() searches by key");

}  // namespace

std::span<const ApiInfo> all_apis() {
    return apis;
}

const ApiInfo* find_api(std::int16_t key) {
    const auto* found = std::ranges::lower_bound(apis, key, {}, &ApiInfo::key);
    return found != std::end(apis) && found->key == key ? found : nullptr;
}

}  // namespace barnabas::wire
