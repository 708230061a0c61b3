#pragma once

#include "base/types.h"
#include "log/log_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::log {

/// What of a segment decides whether it is to be compacted.
struct SegmentAge {
    Offset base;
    std::uint32_t size = 0;
    /// Of its newest record, or when the file was last written where no record has a time; only
    /// asked for with min.compaction.lag.ms.
    Timestamp newest = no_timestamp;
    /// Of its first batch; only asked for with max.compaction.lag.ms.
    Timestamp first = no_timestamp;
};

/// One log at one moment, as the choice of what to compact sees it. Always: at least one segment,
/// the last is the active one.
struct LogFacts {
    Offset log_start;
    Offset log_end;
    Offset last_stable;
    std::vector<SegmentAge> segments;
    /// The lowest offset that was cut since this was last asked: nothing from there on is clean.
    std::optional<Offset> cut_to;
};

/// What of a log can be compacted (Kafka's LogToClean and LogCleanerManager.cleanableOffsets()):
///     [clean........)[dirty, cleanable......)[not yet.......
///     ^              ^ first_dirty           ^ end: the base of the first segment that is not:
///                                              the active one, one with offsets at or behind the
///                                              last stable offset, or of records that are too
///                                              young
struct Cleanable {
    Offset first_dirty;
    Offset end;
    std::uint64_t clean_bytes = 0;
    std::uint64_t dirty_bytes = 0;  // cleanable ones
    /// How long max.compaction.lag.ms has been overrun; 0: it is kept.
    std::int64_t overdue_ms = 0;
    /// The checkpoint's offset is not of this log as it is: a sentence.
    std::string invalid;

    [[nodiscard]] std::uint64_t total_bytes() const { return clean_bytes + dirty_bytes; }
    [[nodiscard]] double ratio() const;
};

/// `checkpoint`: up to where earlier compactions came. Pure.
[[nodiscard]] Cleanable find_cleanable(const LogFacts& facts, const LogConfig& config,
                                       std::optional<Offset> checkpoint, Timestamp now);

}  // namespace barnabas::log
