#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/topics_view.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::coordinator {

/// The protocol type of classic members that speak it.
inline constexpr std::string_view consumer_protocol_type = "consumer";

// What consumers of the classic protocol send through JoinGroup and SyncGroup without a classic
// coordinator caring (org.apache.kafka.clients.consumer.internals.ConsumerProtocol). Topics that do
// not exist are left out. Versions above those that are known are read as the newest known.
// Errors: inconsistent_group_protocol.

struct EmbeddedSubscription {
    std::int16_t version = 0;  // the newest that the member reads
    std::vector<std::string> topics;
    Assignment owned;  // those of eager members: nothing
    std::optional<std::string> rack_id;
};

[[nodiscard]] Result<EmbeddedSubscription> read_embedded_subscription(ByteView metadata,
                                                                      const TopicsView& topics);
/// No bytes: nothing.
[[nodiscard]] Result<Assignment> read_embedded_assignment(ByteView bytes, const TopicsView& topics);
[[nodiscard]] ByteBuffer write_embedded_assignment(const Assignment& assignment,
                                                   const TopicsView& topics, std::int16_t version);

}  // namespace barnabas::coordinator
