#include "wire/persisted/coordinator_records.h"

#include "wire/describe.h"

namespace barnabas::wire {

template const StructSchema& schema_of<TransactionLogKey>();
template const StructSchema& schema_of<TransactionLogValue>();
template const StructSchema& schema_of<ShareSnapshotKey>();
template const StructSchema& schema_of<ShareSnapshotValue>();
template const StructSchema& schema_of<ShareUpdateKey>();
template const StructSchema& schema_of<ShareUpdateValue>();

}  // namespace barnabas::wire
