#include "log/offset_index.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <algorithm>
#include <array>
#include <limits>
#include <ranges>

namespace barnabas::log {

OffsetPosition OffsetIndex::entry(ByteView entries, std::size_t index) const {
    const std::byte* at = entries.data() + index * entry_size;
    return {.offset = base_ + load_big_endian<std::int32_t>(at),
            .position = load_big_endian<std::uint32_t>(at + 4)};
}

Result<std::size_t> OffsetIndex::count() {
    TRY_ASSIGN(const auto entries, file_.entries());
    return entries.size() / entry_size;
}

Result<void> OffsetIndex::append(OffsetPosition added) {
    TRY_ASSIGN(const auto entries, file_.entries());
    if (!entries.empty()) {
        const auto last = entry(entries, entries.size() / entry_size - 1);
        INVARIANT(last.offset < added.offset && last.position < added.position,
                  "index entry {}@{} behind {}@{}", added.offset, added.position, last.offset,
                  last.position);
    }
    const auto relative = added.offset - base_;
    INVARIANT(relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max(),
              "offset {} in the segment of {}", added.offset, base_);
    std::array<std::byte, entry_size> bytes;
    store_big_endian(bytes.data(), static_cast<std::int32_t>(relative));
    store_big_endian(bytes.data() + 4, added.position);
    return file_.append(bytes);
}

Result<std::optional<OffsetPosition>> OffsetIndex::floor_by_offset(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.entries());
    const auto indexes = std::views::iota(std::size_t{0}, entries.size() / entry_size);
    const auto behind = std::ranges::upper_bound(
        indexes, offset, {}, [&](std::size_t i) { return entry(entries, i).offset; });
    if (behind == indexes.begin()) {
        return std::optional<OffsetPosition>();
    }
    return std::optional(entry(entries, *behind - 1));
}

Result<std::optional<OffsetPosition>> OffsetIndex::floor_by_position(std::uint32_t position) {
    TRY_ASSIGN(const auto entries, file_.entries());
    const auto indexes = std::views::iota(std::size_t{0}, entries.size() / entry_size);
    const auto behind = std::ranges::upper_bound(
        indexes, position, {}, [&](std::size_t i) { return entry(entries, i).position; });
    if (behind == indexes.begin()) {
        return std::optional<OffsetPosition>();
    }
    return std::optional(entry(entries, *behind - 1));
}

Result<void> OffsetIndex::truncate_to(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.entries());
    std::size_t kept = entries.size() / entry_size;
    while (kept > 0 && entry(entries, kept - 1).offset >= offset) {
        --kept;
    }
    return file_.keep(kept);
}

Result<void> OffsetIndex::check(std::uint64_t segment_size) {
    TRY_ASSIGN(const auto entries, file_.entries());
    std::optional<OffsetPosition> before;
    for (std::size_t i = 0; i < entries.size() / entry_size; ++i) {
        const auto now = entry(entries, i);
        if (now.offset < base_ || now.position >= segment_size ||
            (before && (now.offset <= before->offset || now.position <= before->position))) {
            return fail(ErrorCode::corrupt_message, "{}: entry {} ({}@{}) is out of order",
                        file_.path().string(), i, now.offset, now.position);
        }
        before = now;
    }
    return {};
}

}  // namespace barnabas::log
