#pragma once

#include "base/types.h"

#include <cstdint>
#include <string_view>

namespace barnabas::coordinator {

/// An offset as it was committed (org.apache.kafka.coordinator.group.OffsetAndMetadata).
/// A view: the metadata are somebody else's, valid until the next change of whoever gave it.
struct CommittedOffset {
    std::int64_t offset = 0;  // of the consumed topic; whatever the client said
    std::int32_t leader_epoch = -1;
    std::string_view metadata{};  // never null: a client's null is ""
    Timestamp committed_at{};
    Timestamp expires_at = no_timestamp;  // of commits with a retention of their own (v2 to v4)
    Uuid topic_id{};                      // zero: unknown
    Offset record{};                      // where in __consumer_offsets the commit is stored

    friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
};

}  // namespace barnabas::coordinator
