// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/add_raft_voter.h"
#include "wire/messages/allocate_producer_ids.h"
#include "wire/messages/alter_partition.h"
#include "wire/messages/assign_replicas_to_dirs.h"
#include "wire/messages/begin_quorum_epoch.h"
#include "wire/messages/broker_heartbeat.h"
#include "wire/messages/broker_registration.h"
#include "wire/messages/controlled_shutdown.h"
#include "wire/messages/controller_registration.h"
#include "wire/messages/describe_quorum.h"
#include "wire/messages/end_quorum_epoch.h"
#include "wire/messages/envelope.h"
#include "wire/messages/fetch_snapshot.h"
#include "wire/messages/leader_and_isr.h"
#include "wire/messages/remove_raft_voter.h"
#include "wire/messages/stop_replica.h"
#include "wire/messages/unregister_broker.h"
#include "wire/messages/unregister_controller.h"
#include "wire/messages/update_features.h"
#include "wire/messages/update_metadata.h"
#include "wire/messages/update_raft_voter.h"
#include "wire/messages/vote.h"

namespace barnabas::wire {

template const StructSchema& schema_of<AddRaftVoterRequest>();
template const StructSchema& schema_of<AddRaftVoterResponse>();
template const StructSchema& schema_of<AllocateProducerIdsRequest>();
template const StructSchema& schema_of<AllocateProducerIdsResponse>();
template const StructSchema& schema_of<AlterPartitionRequest>();
template const StructSchema& schema_of<AlterPartitionResponse>();
template const StructSchema& schema_of<AssignReplicasToDirsRequest>();
template const StructSchema& schema_of<AssignReplicasToDirsResponse>();
template const StructSchema& schema_of<BeginQuorumEpochRequest>();
template const StructSchema& schema_of<BeginQuorumEpochResponse>();
template const StructSchema& schema_of<BrokerHeartbeatRequest>();
template const StructSchema& schema_of<BrokerHeartbeatResponse>();
template const StructSchema& schema_of<BrokerRegistrationRequest>();
template const StructSchema& schema_of<BrokerRegistrationResponse>();
template const StructSchema& schema_of<ControlledShutdownRequest>();
template const StructSchema& schema_of<ControlledShutdownResponse>();
template const StructSchema& schema_of<ControllerRegistrationRequest>();
template const StructSchema& schema_of<ControllerRegistrationResponse>();
template const StructSchema& schema_of<DescribeQuorumRequest>();
template const StructSchema& schema_of<DescribeQuorumResponse>();
template const StructSchema& schema_of<EndQuorumEpochRequest>();
template const StructSchema& schema_of<EndQuorumEpochResponse>();
template const StructSchema& schema_of<EnvelopeRequest>();
template const StructSchema& schema_of<EnvelopeResponse>();
template const StructSchema& schema_of<FetchSnapshotRequest>();
template const StructSchema& schema_of<FetchSnapshotResponse>();
template const StructSchema& schema_of<LeaderAndIsrRequest>();
template const StructSchema& schema_of<LeaderAndIsrResponse>();
template const StructSchema& schema_of<RemoveRaftVoterRequest>();
template const StructSchema& schema_of<RemoveRaftVoterResponse>();
template const StructSchema& schema_of<StopReplicaRequest>();
template const StructSchema& schema_of<StopReplicaResponse>();
template const StructSchema& schema_of<UnregisterBrokerRequest>();
template const StructSchema& schema_of<UnregisterBrokerResponse>();
template const StructSchema& schema_of<UnregisterControllerRequest>();
template const StructSchema& schema_of<UnregisterControllerResponse>();
template const StructSchema& schema_of<UpdateFeaturesRequest>();
template const StructSchema& schema_of<UpdateFeaturesResponse>();
template const StructSchema& schema_of<UpdateMetadataRequest>();
template const StructSchema& schema_of<UpdateMetadataResponse>();
template const StructSchema& schema_of<UpdateRaftVoterRequest>();
template const StructSchema& schema_of<UpdateRaftVoterResponse>();
template const StructSchema& schema_of<VoteRequest>();
template const StructSchema& schema_of<VoteResponse>();

}  // namespace barnabas::wire
