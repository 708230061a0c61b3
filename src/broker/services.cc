#include "broker/services.h"

namespace barnabas::broker {

Error BrokerShard::why_not_here(const TopicId& topic, PartitionId number) const {
    const auto* known = image->partition(topic, number);
    if (known != nullptr && known->why_offline) {
        return {.code = ErrorCode::kafka_storage_error, .message = *known->why_offline};
    }
    return {.code = ErrorCode::not_leader_or_follower, .message = "its log is not open here"};
}

}  // namespace barnabas::broker
