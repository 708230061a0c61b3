#pragma once

#include "base/result.h"
#include "base/uuid.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// A partition of a topic as a share group reads it: what a share coordinator keeps a state of
/// (Kafka's SharePartitionKey).
struct ShareStateKey {
    std::string group;
    Uuid topic;
    std::int32_t partition = 0;

    friend auto operator<=>(const ShareStateKey&, const ShareStateKey&) = default;
};

/// "group:topicId:partition". The hash of this text says which partition of __share_group_state
/// the state is in (coordinator_partition_for()).
[[nodiscard]] std::string coordinator_key(const ShareStateKey& key);

/// Reads such a text as a client sends it; the group may have colons. invalid_request, with a
/// sentence, where SharePartitionKey.getInstance refuses it.
[[nodiscard]] Result<ShareStateKey> parse_coordinator_key(std::string_view text);

}  // namespace barnabas::coordinator
