// ListPartitionReassignments (KIP-455). Version 0: what is under way, of all partitions or of those
// that are named; what the cluster does not have is left out, as with Kafka. With one broker a
// reassignment is done when it is accepted (leaders_and_replicas.h), so that there is none to list.
#include "wire/messages/list_partition_reassignments.h"

#include "broker/handlers/handlers.h"

namespace barnabas::broker {

using wire::ListPartitionReassignmentsRequest;
using wire::ListPartitionReassignmentsResponse;

ListPartitionReassignmentsResponse handle_list_partition_reassignments(
    Call& /*call*/, ListPartitionReassignmentsRequest& /*request*/) {
    ListPartitionReassignmentsResponse response;
    response.error_message = std::nullopt;
    return response;
}

}  // namespace barnabas::broker
