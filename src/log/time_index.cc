#include "log/time_index.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <algorithm>
#include <array>
#include <ranges>

namespace barnabas::log {

TimestampOffset TimeIndex::entry(ByteView entries, std::size_t index) const {
    const std::byte* at = entries.data() + index * entry_size;
    return {.timestamp = Timestamp{load_big_endian<std::int64_t>(at)},
            .offset = base_ + load_big_endian<std::int32_t>(at + 8)};
}

Result<std::size_t> TimeIndex::count() {
    TRY_ASSIGN(const auto entries, file_.entries());
    return entries.size() / entry_size;
}

Result<std::optional<TimestampOffset>> TimeIndex::last() {
    TRY_ASSIGN(const auto entries, file_.entries());
    if (entries.empty()) {
        return std::optional<TimestampOffset>();
    }
    return std::optional(entry(entries, entries.size() / entry_size - 1));
}

Result<void> TimeIndex::maybe_append(TimestampOffset added) {
    TRY_ASSIGN(const auto before, last());
    if (added.timestamp.get() < 0 || (before && added.timestamp <= before->timestamp)) {
        return {};
    }
    INVARIANT(!before || before->offset <= added.offset, "offset {} behind {}", added.offset,
              before->offset);
    std::array<std::byte, entry_size> bytes;
    store_big_endian(bytes.data(), added.timestamp.get());
    store_big_endian(bytes.data() + 8, static_cast<std::int32_t>(added.offset - base_));
    return file_.append(bytes);
}

Result<std::optional<TimestampOffset>> TimeIndex::floor(Timestamp timestamp) {
    TRY_ASSIGN(const auto entries, file_.entries());
    const auto indexes = std::views::iota(std::size_t{0}, entries.size() / entry_size);
    const auto behind = std::ranges::upper_bound(
        indexes, timestamp, {}, [&](std::size_t i) { return entry(entries, i).timestamp; });
    if (behind == indexes.begin()) {
        return std::optional<TimestampOffset>();
    }
    return std::optional(entry(entries, *behind - 1));
}

Result<void> TimeIndex::truncate_to(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.entries());
    std::size_t kept = entries.size() / entry_size;
    while (kept > 0 && entry(entries, kept - 1).offset >= offset) {
        --kept;
    }
    return file_.keep(kept);
}

Result<void> TimeIndex::check() {
    TRY_ASSIGN(const auto entries, file_.entries());
    std::optional<TimestampOffset> before;
    for (std::size_t i = 0; i < entries.size() / entry_size; ++i) {
        const auto now = entry(entries, i);
        if (now.offset < base_ ||
            (before && (now.timestamp <= before->timestamp || now.offset < before->offset))) {
            return fail(ErrorCode::corrupt_message, "{}: entry {} ({} at {}) is out of order",
                        file_.path().string(), i, now.timestamp, now.offset);
        }
        before = now;
    }
    return {};
}

}  // namespace barnabas::log
