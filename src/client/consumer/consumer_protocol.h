#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include <barnabas/partition_assignor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// What the members of a classic group tell one another through their coordinator, which does not
/// look into it (org.apache.kafka.clients.consumer.internals.ConsumerProtocol): a version i16 and a
/// body. Versions that are not known yet are read as the highest known one.

/// What JoinGroup and SyncGroup call it.
inline constexpr std::string_view consumer_protocol_type = "consumer";
/// The newest: with owned partitions, their generation and the rack.
inline constexpr std::int16_t consumer_protocol_version = 3;

[[nodiscard]] ByteBuffer encode_subscription(const PartitionAssignor::Member& member);
/// The group instance id is not in it. INVALID_REQUEST with a sentence for what is none.
[[nodiscard]] Result<PartitionAssignor::Member> decode_subscription(ByteView bytes);

[[nodiscard]] ByteBuffer encode_assignment(const PartitionAssignor::Assigned& assigned);
/// No bytes at all assign nothing, as Kafka takes it.
[[nodiscard]] Result<PartitionAssignor::Assigned> decode_assignment(ByteView bytes);

}  // namespace barnabas::client
