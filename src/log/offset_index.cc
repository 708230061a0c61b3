#include "log/offset_index.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <algorithm>
#include <limits>

namespace barnabas::log {

OffsetPosition OffsetIndex::entry(const std::byte* at) const {
    return {.offset = base_ + load_big_endian<std::int32_t>(at),
            .position = load_big_endian<std::uint32_t>(at + 4)};
}

Result<std::optional<OffsetPosition>> OffsetIndex::found(
    Result<std::optional<IndexFile::Entry>> bytes) const {
    if (!bytes) {
        return fail(std::move(bytes));
    }
    return *bytes ? std::optional(entry((*bytes)->data())) : std::nullopt;
}

void OffsetIndex::append(OffsetPosition added) {
    if (last_appended_) {
        INVARIANT(last_appended_->offset < added.offset, "index entry {} behind {}", added.offset,
                  last_appended_->offset);
        INVARIANT(last_appended_->position < added.position, "index entry at {} behind {}",
                  added.position, last_appended_->position);
    }
    const auto relative = added.offset - base_;
    INVARIANT(relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max(),
              "offset {} in the segment of {}", added.offset, base_);
    std::array<std::byte, entry_size> bytes;
    store_big_endian(bytes.data(), static_cast<std::int32_t>(relative));
    store_big_endian(bytes.data() + 4, added.position);
    file_.append(bytes);
    last_appended_ = added;
}

Result<std::optional<OffsetPosition>> OffsetIndex::last() {
    return found(file_.last());
}

Result<std::optional<OffsetPosition>> OffsetIndex::floor_by_offset(Offset offset) {
    // Relative offsets are compared: that of an entry has 31 bits.
    return found(
        file_.last_where([](const std::byte* at,
                            std::int64_t key) { return load_big_endian<std::int32_t>(at) <= key; },
                         offset - base_));
}

Result<std::optional<OffsetPosition>> OffsetIndex::floor_by_position(std::uint32_t position) {
    return found(file_.last_where(
        [](const std::byte* at, std::int64_t key) {
            return load_big_endian<std::uint32_t>(at + 4) <= key;
        },
        position));
}

Result<void> OffsetIndex::truncate_to(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.grow());
    std::size_t kept = entries.size() / entry_size;
    while (kept > 0 && entry(entries.data() + (kept - 1) * entry_size).offset >= offset) {
        --kept;
    }
    last_appended_.reset();
    return file_.keep(kept);
}

Result<std::optional<OffsetPosition>> OffsetIndex::check(std::uint64_t segment_size) {
    TRY_ASSIGN(const auto count, file_.count());
    TRY_ASSIGN(const auto end, last());
    if (!end) {
        return end;
    }
    const auto entries = static_cast<std::int64_t>(count);
    // Zeros, which a preallocated file is full of, are no entry: no segment's first batch has one.
    if (end->position == 0 || end->position >= segment_size || end->offset - base_ < entries - 1) {
        return fail(ErrorCode::corrupt_message, "{}: its last entry, of {}, is {} at {}",
                    file_.path().string(), count, end->offset, end->position);
    }
    return end;
}

/// Zeros are no entry here either.
Result<std::optional<OffsetPosition>> OffsetIndex::keep_sound(Offset trusted,
                                                              std::uint32_t segment_size) {
    last_appended_.reset();
    const auto sound = [&](const std::byte* at, const std::byte* before) {
        const auto here = entry(at);
        const auto behind =
            before == nullptr ? OffsetPosition{.offset = base_ - 1, .position = 0} : entry(before);
        return here.offset > behind.offset && here.position > behind.position &&
               here.offset < trusted && here.position < segment_size;
    };
    TRY_ASSIGN(const auto entries, file_.grow_sound(sound));
    return entries.empty() ? std::optional<OffsetPosition>()
                           : std::optional(entry(entries.data() + entries.size() - entry_size));
}

}  // namespace barnabas::log
