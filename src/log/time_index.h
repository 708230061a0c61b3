#pragma once

#include "base/types.h"
#include "log/index_file.h"

#include <cstdint>
#include <optional>

namespace barnabas::log {

/// A timestamp and the offset that has it: no record before that offset has a larger one.
struct TimestampOffset {
    Timestamp timestamp;
    Offset offset;

    friend bool operator==(const TimestampOffset&, const TimestampOffset&) = default;
};

/// A segment's sparse index from timestamps to offsets: entries of 12 bytes, the timestamp and the
/// offset relative to the segment's base, timestamps rising, offsets not falling
/// (org.apache.kafka.storage.internals.log.TimeIndex).
class TimeIndex {
public:
    static constexpr std::size_t entry_size = 12;

    TimeIndex(runtime::Disk& disk, runtime::Path path, Offset base, std::uint32_t capacity)
        : file_(disk, std::move(path), entry_size, capacity), base_(base) {}

    [[nodiscard]] IndexFile& file() { return file_; }

    Result<std::size_t> count();
    /// Does nothing unless the timestamp is larger than the last one's.
    Result<void> maybe_append(TimestampOffset entry);
    Result<std::optional<TimestampOffset>> last();
    /// The last entry whose timestamp is at most `timestamp`; nothing if there is none.
    Result<std::optional<TimestampOffset>> floor(Timestamp timestamp);
    /// Drops entries of offsets at or behind `offset`.
    Result<void> truncate_to(Offset offset);
    /// corrupt_message unless timestamps rise and offsets do not fall.
    Result<void> check();

private:
    [[nodiscard]] TimestampOffset entry(ByteView entries, std::size_t index) const;

    IndexFile file_;
    Offset base_;
};

}  // namespace barnabas::log
