#pragma once

#include "base/types.h"
#include "log/index_file.h"

#include <cstdint>
#include <optional>

namespace barnabas::log {

/// Where a batch is: its last offset, and the position in the segment at which it begins.
struct OffsetPosition {
    Offset offset;
    std::uint32_t position = 0;

    friend bool operator==(const OffsetPosition&, const OffsetPosition&) = default;
};

/// A segment's sparse index from offsets to positions: entries of 8 bytes, the offset relative to
/// the segment's base and the position, both rising (org.apache.kafka.storage.internals.log.
/// OffsetIndex).
class OffsetIndex {
public:
    static constexpr std::size_t entry_size = 8;

    OffsetIndex(runtime::Disk& disk, runtime::Path path, Offset base, std::uint32_t capacity)
        : file_(disk, std::move(path), entry_size, capacity), base_(base) {}

    [[nodiscard]] IndexFile& file() { return file_; }

    /// After a crash: starts empty, whatever the file holds.
    void reset() {
        file_.reset_after_crash();
        last_appended_.reset();
    }
    /// Of a growing index (IndexFile::grow()).
    void append(OffsetPosition entry);
    Result<std::optional<OffsetPosition>> last();
    /// The last entry whose offset is at most `offset`; nothing if there is none.
    Result<std::optional<OffsetPosition>> floor_by_offset(Offset offset);
    /// The last entry whose position is at most `position`; nothing if there is none.
    Result<std::optional<OffsetPosition>> floor_by_position(std::uint32_t position);
    /// Drops entries of offsets at or behind `offset`.
    Result<void> truncate_to(Offset offset);
    /// The last entry. corrupt_message for entries that cannot be of a segment of that size, as far
    /// as the last entry tells.
    Result<std::optional<OffsetPosition>> check(std::uint64_t segment_size);
    /// After a crash: grows with the entries below `trusted` that a segment of that size may have;
    /// the last of them. The others are dropped.
    Result<std::optional<OffsetPosition>> keep_sound(Offset trusted, std::uint32_t segment_size);

private:
    [[nodiscard]] OffsetPosition entry(const std::byte* at) const;
    Result<std::optional<OffsetPosition>> found(
        Result<std::optional<IndexFile::Entry>> bytes) const;

    IndexFile file_;
    Offset base_;
    std::optional<OffsetPosition> last_appended_;
};

}  // namespace barnabas::log
