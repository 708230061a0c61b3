#include "wire/describe.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/control_messages.h"
#include "wire/persisted/stored_data.h"

namespace barnabas::wire {

template const StructSchema& schema_of<ConsumerProtocolSubscription>();
template const StructSchema& schema_of<ConsumerProtocolAssignment>();
template const StructSchema& schema_of<EndTxnMarker>();
template const StructSchema& schema_of<LeaderChangeMessage>();
template const StructSchema& schema_of<SnapshotHeaderRecord>();
template const StructSchema& schema_of<SnapshotFooterRecord>();
template const StructSchema& schema_of<KRaftVersionRecord>();
template const StructSchema& schema_of<VotersRecord>();
template const StructSchema& schema_of<DefaultPrincipalData>();
template const StructSchema& schema_of<ProducerSnapshotData>();
template const StructSchema& schema_of<QuorumStateData>();

}  // namespace barnabas::wire
