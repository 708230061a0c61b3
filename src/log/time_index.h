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

    /// Does nothing unless the timestamp is larger than the last one's.
    Result<void> maybe_append(TimestampOffset entry);
    Result<std::optional<TimestampOffset>> last();
    /// The last entry whose timestamp is at most `timestamp`; nothing if there is none.
    Result<std::optional<TimestampOffset>> floor(Timestamp timestamp);
    /// Drops entries of offsets at or behind `offset`.
    Result<void> truncate_to(Offset offset);
    /// corrupt_message for entries that cannot be of a segment whose offsets end before `end`, as
    /// far as the last entry, which is `newest`, tells. One of zeros may be a record of 1970.
    Result<void> check(const std::optional<TimestampOffset>& newest, Offset end);
    /// After a crash: grows with the entries below `trusted` that can be; the last of them. The
    /// others are dropped.
    Result<std::optional<TimestampOffset>> keep_sound(Offset trusted);

private:
    [[nodiscard]] TimestampOffset entry(const std::byte* at) const;
    Result<std::optional<TimestampOffset>> found(
        Result<std::optional<IndexFile::Entry>> bytes) const;

    IndexFile file_;
    Offset base_;
};

}  // namespace barnabas::log
