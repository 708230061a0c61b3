#pragma once

#include <barnabas/isolation_level.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>

namespace barnabas::admin {

/// Which offset of a partition is looked for: an end of its log, or the first record that is not
/// older than a time. Comparable by what goes over the wire.
class OffsetSpec {
public:
    static constexpr OffsetSpec latest() { return OffsetSpec(-1); }
    static constexpr OffsetSpec earliest() { return OffsetSpec(-2); }
    /// The record with the highest timestamp (brokers since 3.0).
    static constexpr OffsetSpec max_timestamp() { return OffsetSpec(-3); }
    /// The first offset that is on the broker's own disk (KIP-405; brokers since 3.8).
    static constexpr OffsetSpec earliest_local() { return OffsetSpec(-4); }
    /// The last offset in tiered storage (brokers since 3.9).
    static constexpr OffsetSpec latest_tiered() { return OffsetSpec(-5); }
    /// The first offset that is not yet in tiered storage (brokers since 4.2).
    static constexpr OffsetSpec earliest_pending_upload() { return OffsetSpec(-6); }
    static constexpr OffsetSpec for_timestamp(Timestamp at) { return OffsetSpec(at.get()); }

    /// ListOffsets' number: a timestamp, or one of the negative words above.
    [[nodiscard]] constexpr std::int64_t wire_value() const { return value_; }

    friend constexpr bool operator==(OffsetSpec, OffsetSpec) = default;

private:
    constexpr explicit OffsetSpec(std::int64_t value) : value_(value) {}

    std::int64_t value_;
};

/// Of list_offsets(): read_committed takes the last stable offset for the end.
struct ListOffsetsOptions {
    std::optional<Duration> timeout{};
    IsolationLevel isolation_level = IsolationLevel::read_uncommitted;
};

/// Where no record matches (a time behind the last one) offset and timestamp are -1, as in Kafka.
struct ListedOffset {
    Offset offset = no_offset;
    Timestamp timestamp = no_timestamp;
    std::optional<LeaderEpoch> leader_epoch{};
};

/// As offset to delete up to: everything below the high watermark.
inline constexpr Offset delete_all_records{-1};

/// What delete_records() left of a partition.
struct DeletedRecords {
    Offset low_watermark = no_offset;  ///< the first offset that is left
};

}  // namespace barnabas::admin
