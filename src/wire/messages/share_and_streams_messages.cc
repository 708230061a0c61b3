// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/share_acknowledge.h"
#include "wire/messages/share_fetch.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/streams_group_describe.h"
#include "wire/messages/streams_group_heartbeat.h"
#include "wire/messages/streams_group_topology_description_update.h"
#include "wire/messages/write_share_group_state.h"

namespace barnabas::wire {

template const StructSchema& schema_of<AlterShareGroupOffsetsRequest>();
template const StructSchema& schema_of<AlterShareGroupOffsetsResponse>();
template const StructSchema& schema_of<DeleteShareGroupOffsetsRequest>();
template const StructSchema& schema_of<DeleteShareGroupOffsetsResponse>();
template const StructSchema& schema_of<DeleteShareGroupStateRequest>();
template const StructSchema& schema_of<DeleteShareGroupStateResponse>();
template const StructSchema& schema_of<DescribeShareGroupOffsetsRequest>();
template const StructSchema& schema_of<DescribeShareGroupOffsetsResponse>();
template const StructSchema& schema_of<InitializeShareGroupStateRequest>();
template const StructSchema& schema_of<InitializeShareGroupStateResponse>();
template const StructSchema& schema_of<ReadShareGroupStateRequest>();
template const StructSchema& schema_of<ReadShareGroupStateResponse>();
template const StructSchema& schema_of<ReadShareGroupStateSummaryRequest>();
template const StructSchema& schema_of<ReadShareGroupStateSummaryResponse>();
template const StructSchema& schema_of<ShareAcknowledgeRequest>();
template const StructSchema& schema_of<ShareAcknowledgeResponse>();
template const StructSchema& schema_of<ShareFetchRequest>();
template const StructSchema& schema_of<ShareFetchResponse>();
template const StructSchema& schema_of<ShareGroupDescribeRequest>();
template const StructSchema& schema_of<ShareGroupDescribeResponse>();
template const StructSchema& schema_of<ShareGroupHeartbeatRequest>();
template const StructSchema& schema_of<ShareGroupHeartbeatResponse>();
template const StructSchema& schema_of<StreamsGroupDescribeRequest>();
template const StructSchema& schema_of<StreamsGroupDescribeResponse>();
template const StructSchema& schema_of<StreamsGroupHeartbeatRequest>();
template const StructSchema& schema_of<StreamsGroupHeartbeatResponse>();
template const StructSchema& schema_of<StreamsGroupTopologyDescriptionUpdateRequest>();
template const StructSchema& schema_of<StreamsGroupTopologyDescriptionUpdateResponse>();
template const StructSchema& schema_of<WriteShareGroupStateRequest>();
template const StructSchema& schema_of<WriteShareGroupStateResponse>();

}  // namespace barnabas::wire
