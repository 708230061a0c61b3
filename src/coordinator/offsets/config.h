#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>

namespace barnabas::coordinator {

/// What is configured of committed offsets. May change while the broker runs: it is read each time.
struct OffsetsConfig {
    /// offset.metadata.max.bytes. Kafka counts UTF-16 code units, not bytes, and so is it here.
    std::int32_t metadata_length_max = 4096;
    Duration retention = 7 * 24h;  // offsets.retention.minutes
};

}  // namespace barnabas::coordinator
