#pragma once

#include "log/compaction/compaction_source.h"

#include <cstddef>
#include <span>
#include <vector>

namespace barnabas::log {

/// Which segments are compacted into one: neighbours, so that many small ones become few. Together
/// they have at most segment.bytes of records and segment.index.bytes of each index, and their
/// offsets reach at most 2^31 - 1 beyond the first's base (Kafka's Cleaner.groupSegmentsBySize).
/// Answers how many there are in each group, in order; every segment is in one.
[[nodiscard]] std::vector<std::size_t> group_segments(std::span<const SourceSegment> segments,
                                                      const LogConfig& config);

}  // namespace barnabas::log
