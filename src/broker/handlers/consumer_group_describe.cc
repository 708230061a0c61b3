// ConsumerGroupDescribe (KIP-848). Versions 0-1; 1 tells which protocol each member speaks.
#include "wire/messages/consumer_group_describe.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::ConsumerGroupDescribeResponse> handle_consumer_group_describe(
    Call& call, wire::ConsumerGroupDescribeRequest& request) {
    const auto describe = [](GroupPartition& partition, const std::string& id) {
        return partition.describe_consumer(id);
    };
    return describe_groups<wire::ConsumerGroupDescribeResponse>(
        call, request, {.served = check_consumer_protocol(call), .name = "consumer"}, describe);
}

}  // namespace barnabas::broker
