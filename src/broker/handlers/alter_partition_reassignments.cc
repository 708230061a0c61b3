// AlterPartitionReassignments (KIP-455). Versions 0-1; 1 can forbid another number of replicas
// (KIP-860). With one broker a reassignment that is accepted is done.
#include "wire/messages/alter_partition_reassignments.h"

#include "broker/handlers/handlers.h"
#include "broker/leaders_and_replicas.h"

namespace barnabas::broker {

using wire::AlterPartitionReassignmentsRequest;
using wire::AlterPartitionReassignmentsResponse;

AlterPartitionReassignmentsResponse handle_alter_partition_reassignments(
    Call& call, AlterPartitionReassignmentsRequest& request) {
    AlterPartitionReassignmentsResponse response;
    response.allow_replication_factor_change = request.allow_replication_factor_change;
    response.error_message = std::nullopt;
    for (const auto& topic : request.topics) {
        auto& answers = response.responses.emplace_back();
        answers.name = topic.name;
        for (const auto& partition : topic.partitions) {
            auto& answer = answers.partitions.emplace_back();
            answer.partition_index = partition.partition_index;
            answer.error_message = std::nullopt;
            auto checked = check_reassignment(
                *call.home.image, {topic.name, PartitionId{partition.partition_index}},
                {.brokers = partition.replicas,
                 .factor_may_change = request.allow_replication_factor_change});
            if (!checked) {
                call.log_refusal("{}-{} is not reassigned: {}", topic.name,
                                 partition.partition_index, checked.error().message);
                call.refuse(answer, std::move(checked.error()));
            }
        }
    }
    return response;
}

}  // namespace barnabas::broker
