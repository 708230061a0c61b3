#include "wire/describe.h"
#include "wire/persisted/consumer_group_assignment_records.h"
#include "wire/persisted/consumer_group_records.h"
#include "wire/persisted/offset_records.h"
#include "wire/persisted/share_group_records.h"
#include "wire/persisted/streams_group_assignment_records.h"
#include "wire/persisted/streams_group_records.h"

namespace barnabas::wire {

template const StructSchema& schema_of<LegacyOffsetCommitKey>();
template const StructSchema& schema_of<LegacyOffsetCommitValue>();
template const StructSchema& schema_of<OffsetCommitKey>();
template const StructSchema& schema_of<OffsetCommitValue>();
template const StructSchema& schema_of<GroupMetadataKey>();
template const StructSchema& schema_of<GroupMetadataValue>();
template const StructSchema& schema_of<ConsumerGroupMetadataKey>();
template const StructSchema& schema_of<ConsumerGroupMetadataValue>();
template const StructSchema& schema_of<ConsumerGroupPartitionMetadataKey>();
template const StructSchema& schema_of<ConsumerGroupPartitionMetadataValue>();
template const StructSchema& schema_of<ConsumerGroupMemberMetadataKey>();
template const StructSchema& schema_of<ConsumerGroupMemberMetadataValue>();
template const StructSchema& schema_of<ConsumerGroupRegularExpressionKey>();
template const StructSchema& schema_of<ConsumerGroupRegularExpressionValue>();
template const StructSchema& schema_of<ConsumerGroupTargetAssignmentMetadataKey>();
template const StructSchema& schema_of<ConsumerGroupTargetAssignmentMetadataValue>();
template const StructSchema& schema_of<ConsumerGroupTargetAssignmentMemberKey>();
template const StructSchema& schema_of<ConsumerGroupTargetAssignmentMemberValue>();
template const StructSchema& schema_of<ConsumerGroupCurrentMemberAssignmentKey>();
template const StructSchema& schema_of<ConsumerGroupCurrentMemberAssignmentValue>();
template const StructSchema& schema_of<ShareGroupMemberMetadataKey>();
template const StructSchema& schema_of<ShareGroupMemberMetadataValue>();
template const StructSchema& schema_of<ShareGroupMetadataKey>();
template const StructSchema& schema_of<ShareGroupMetadataValue>();
template const StructSchema& schema_of<ShareGroupTargetAssignmentMetadataKey>();
template const StructSchema& schema_of<ShareGroupTargetAssignmentMetadataValue>();
template const StructSchema& schema_of<ShareGroupTargetAssignmentMemberKey>();
template const StructSchema& schema_of<ShareGroupTargetAssignmentMemberValue>();
template const StructSchema& schema_of<ShareGroupCurrentMemberAssignmentKey>();
template const StructSchema& schema_of<ShareGroupCurrentMemberAssignmentValue>();
template const StructSchema& schema_of<ShareGroupStatePartitionMetadataKey>();
template const StructSchema& schema_of<ShareGroupStatePartitionMetadataValue>();
template const StructSchema& schema_of<StreamsGroupMetadataKey>();
template const StructSchema& schema_of<StreamsGroupMetadataValue>();
template const StructSchema& schema_of<StreamsGroupMemberMetadataKey>();
template const StructSchema& schema_of<StreamsGroupMemberMetadataValue>();
template const StructSchema& schema_of<StreamsGroupTopologyKey>();
template const StructSchema& schema_of<StreamsGroupTopologyValue>();
template const StructSchema& schema_of<StreamsGroupTargetAssignmentMetadataKey>();
template const StructSchema& schema_of<StreamsGroupTargetAssignmentMetadataValue>();
template const StructSchema& schema_of<StreamsGroupTargetAssignmentMemberKey>();
template const StructSchema& schema_of<StreamsGroupTargetAssignmentMemberValue>();
template const StructSchema& schema_of<StreamsGroupCurrentMemberAssignmentKey>();
template const StructSchema& schema_of<StreamsGroupCurrentMemberAssignmentValue>();

}  // namespace barnabas::wire
