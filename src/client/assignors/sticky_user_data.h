#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "client/assignors/group.h"

#include <cstdint>
#include <vector>

namespace barnabas::client {

/// What a member of a `sticky` group says of itself in its subscription: for an eager protocol it
/// gives up its partitions before it joins, so they stand here (StickyAssignor).
struct StickyUserData {
    std::vector<TopicPartition> owned;
    std::int32_t generation = no_generation;

    friend bool operator==(const StickyUserData&, const StickyUserData&) = default;
};

/// Version 1: an array of topic and array of partitions, then the generation. Topics in the order
/// in which they first appear; Kafka writes them in the order of a hash map.
[[nodiscard]] ByteBuffer encode_sticky_user_data(const StickyUserData& data);
/// Reads version 1, or version 0, which has no generation. Bytes left over are ignored, as Kafka
/// does. Fails on anything else; Kafka then takes the member for one that owns nothing.
[[nodiscard]] Result<StickyUserData> decode_sticky_user_data(ByteView bytes);

/// `cooperative-sticky` puts the generation there alone: what is owned has a field of its own.
[[nodiscard]] ByteBuffer encode_cooperative_user_data(std::int32_t generation);
[[nodiscard]] Result<std::int32_t> decode_cooperative_user_data(ByteView bytes);

}  // namespace barnabas::client
