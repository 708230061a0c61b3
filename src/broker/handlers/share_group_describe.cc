// ShareGroupDescribe (KIP-932). Versions 0-1; 0 is that of Kafka 4.0's early access, alike in all
// its fields.
#include "wire/messages/share_group_describe.h"

#include "broker/handlers/answer_group.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {

awaitable<wire::ShareGroupDescribeResponse> handle_share_group_describe(
    Call& call, wire::ShareGroupDescribeRequest& request) {
    const auto describe = [](GroupPartition& partition, const std::string& id) {
        return partition.describe_share(id);
    };
    return describe_groups<wire::ShareGroupDescribeResponse>(
        call, request, {.served = check_share_groups(call), .name = "share"}, describe);
}

}  // namespace barnabas::broker
