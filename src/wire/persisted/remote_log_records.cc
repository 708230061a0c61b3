#include "wire/persisted/remote_log_records.h"

#include "wire/describe.h"

namespace barnabas::wire {

template const StructSchema& schema_of<RemoteLogSegmentMetadataRecord>();
template const StructSchema& schema_of<RemoteLogSegmentMetadataUpdateRecord>();
template const StructSchema& schema_of<RemotePartitionDeleteMetadataRecord>();
template const StructSchema& schema_of<RemoteLogSegmentMetadataSnapshotRecord>();

}  // namespace barnabas::wire
