// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/sync_group.h"

namespace barnabas::wire {

template const StructSchema& schema_of<ConsumerGroupDescribeRequest>();
template const StructSchema& schema_of<ConsumerGroupDescribeResponse>();
template const StructSchema& schema_of<ConsumerGroupHeartbeatRequest>();
template const StructSchema& schema_of<ConsumerGroupHeartbeatResponse>();
template const StructSchema& schema_of<DeleteGroupsRequest>();
template const StructSchema& schema_of<DeleteGroupsResponse>();
template const StructSchema& schema_of<DescribeGroupsRequest>();
template const StructSchema& schema_of<DescribeGroupsResponse>();
template const StructSchema& schema_of<FindCoordinatorRequest>();
template const StructSchema& schema_of<FindCoordinatorResponse>();
template const StructSchema& schema_of<HeartbeatRequest>();
template const StructSchema& schema_of<HeartbeatResponse>();
template const StructSchema& schema_of<JoinGroupRequest>();
template const StructSchema& schema_of<JoinGroupResponse>();
template const StructSchema& schema_of<LeaveGroupRequest>();
template const StructSchema& schema_of<LeaveGroupResponse>();
template const StructSchema& schema_of<ListGroupsRequest>();
template const StructSchema& schema_of<ListGroupsResponse>();
template const StructSchema& schema_of<OffsetCommitRequest>();
template const StructSchema& schema_of<OffsetCommitResponse>();
template const StructSchema& schema_of<OffsetDeleteRequest>();
template const StructSchema& schema_of<OffsetDeleteResponse>();
template const StructSchema& schema_of<OffsetFetchRequest>();
template const StructSchema& schema_of<OffsetFetchResponse>();
template const StructSchema& schema_of<SyncGroupRequest>();
template const StructSchema& schema_of<SyncGroupResponse>();

}  // namespace barnabas::wire
