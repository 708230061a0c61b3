#pragma once

#include "base/time.h"
#include "base/types.h"
#include "log/cold_part.h"
#include "log/transaction_index.h"
#include "runtime/disk.h"
#include "wire/records/append_validation.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace barnabas::log {

using wire::RecordError;

/// Above every offset that a record can have.
inline constexpr Offset offset_max{std::numeric_limits<std::int64_t>::max()};

/// What a log is told of records that are to be appended, and what became of them.
struct AppendRequest {
    wire::AppendOrigin origin = wire::AppendOrigin::client;
    LeaderEpoch epoch{0};
    Now now;
    /// Of a transactional batch: whether it may be its producer's first one here (KIP-890).
    bool may_begin_transaction = true;
    /// Of a marker: as WriteTxnMarkers has it. From 2 on the marker's epoch is a new one.
    std::int16_t transaction_version = 0;
    /// Stays in memory until a flush plan writes it, so that nobody waits for the disk here. Where
    /// something is held everything is.
    bool held = false;
};

struct AppendInfo {
    Offset first = no_offset;
    Offset last = no_offset;
    Timestamp log_append_time = no_timestamp;  // no_timestamp under CreateTime
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    bool duplicate = false;  // was there already: nothing was appended
};

/// How much of a log is read.
struct ReadLimits {
    std::uint32_t max_bytes = 0;
    bool at_least_one_batch = false;
    Offset end;            // nothing at or behind it is read: high watermark or last stable offset
    bool may_wait = true;  // for the medium; else what it would wait for is the answer
};

/// What a read came to: records, or nothing yet, because something has to be brought in first.
struct ReadResult {
    runtime::FileSlice records;
    std::optional<ColdPart> cold;
    Offset end{0};  // no record of `records` is at it or behind it
};

/// What a look for aborted transactions came to, or nothing yet, because the index of a segment has
/// to be brought in first.
struct AbortedLookup {
    std::vector<AbortedTransaction> found;
    std::optional<ColdPart> cold;
};

/// Where a lookup by timestamp ended.
struct FoundOffset {
    Timestamp timestamp = no_timestamp;
    Offset offset = no_offset;
    LeaderEpoch epoch = no_epoch;
};

/// What a lookup came to, or nothing yet, because something has to be brought in first. Nothing of
/// either: there is no such record.
struct TimeLookup {
    std::optional<FoundOffset> found;
    std::optional<ColdPart> cold;
};

}  // namespace barnabas::log
