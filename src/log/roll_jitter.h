#pragma once

#include "base/types.h"

#include <cstdint>

namespace barnabas::log {

/// By how many milliseconds, from 0 to `spread_ms` - 1, the segment of `base` is sealed before its
/// time, so that those which began together do not end together (log.roll.jitter.ms). Kafka draws
/// it for each segment it makes or opens (LogConfig.randomSegmentJitter). Here the segment's name
/// decides, evenly: another one for each segment of each partition, which a test can tell before,
/// and a restart does not change.
[[nodiscard]] std::int64_t roll_jitter_ms(const TopicPartition& partition, Offset base,
                                          std::int64_t spread_ms);

}  // namespace barnabas::log
