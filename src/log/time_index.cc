#include "log/time_index.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <algorithm>
#include <array>

namespace barnabas::log {

TimestampOffset TimeIndex::entry(const std::byte* at) const {
    return {.timestamp = Timestamp{load_big_endian<std::int64_t>(at)},
            .offset = base_ + load_big_endian<std::int32_t>(at + 8)};
}

Result<std::optional<TimestampOffset>> TimeIndex::found(
    Result<std::optional<IndexFile::Entry>> bytes) const {
    if (!bytes) {
        return fail(std::move(bytes));
    }
    return *bytes ? std::optional(entry((*bytes)->data())) : std::nullopt;
}

Result<std::optional<TimestampOffset>> TimeIndex::last() {
    return found(file_.last());
}

Result<void> TimeIndex::maybe_append(TimestampOffset added) {
    TRY_ASSIGN(const auto before, last());
    if (added.timestamp.get() < 0 || (before && added.timestamp <= before->timestamp)) {
        return {};
    }
    INVARIANT(!before || before->offset <= added.offset, "offset {} behind {}", added.offset,
              before->offset);
    INVARIANT(added.offset >= base_, "offset {} in the segment of {}", added.offset, base_);
    TRY(file_.grow());
    std::array<std::byte, entry_size> bytes;
    store_big_endian(bytes.data(), added.timestamp.get());
    store_big_endian(bytes.data() + 8, static_cast<std::int32_t>(added.offset - base_));
    file_.append(bytes);
    return {};
}

Result<std::optional<TimestampOffset>> TimeIndex::floor(Timestamp timestamp) {
    return found(
        file_.last_where([](const std::byte* at,
                            std::int64_t key) { return load_big_endian<std::int64_t>(at) <= key; },
                         timestamp.get()));
}

Result<void> TimeIndex::truncate_to(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.grow());
    std::size_t kept = entries.size() / entry_size;
    while (kept > 0 && entry(entries.data() + (kept - 1) * entry_size).offset >= offset) {
        --kept;
    }
    return file_.keep(kept);
}

/// Zeros, which a preallocated file is full of, are no entry where one would be the first; a record
/// of 1970 costs a longer look at the segment.
Result<std::optional<TimestampOffset>> TimeIndex::keep_sound(Offset trusted) {
    const auto sound = [&](const std::byte* at, const std::byte* before) {
        const auto here = entry(at);
        const auto behind = before == nullptr
                                ? TimestampOffset{.timestamp = Timestamp{0}, .offset = base_}
                                : entry(before);
        return here.timestamp > behind.timestamp && here.offset >= behind.offset &&
               here.offset < trusted;
    };
    TRY_ASSIGN(const auto entries, file_.grow_sound(sound));
    return entries.empty() ? std::optional<TimestampOffset>()
                           : std::optional(entry(entries.data() + entries.size() - entry_size));
}

Result<void> TimeIndex::check(const std::optional<TimestampOffset>& newest, Offset end) {
    TRY_ASSIGN(const auto count, file_.count());
    if (!newest) {
        return {};
    }
    // Each entry has an offset of its own: so many lie below the last one's.
    const auto entries = static_cast<std::int64_t>(count);
    if (newest->offset - base_ < entries - 1 || newest->offset >= end ||
        newest->timestamp.get() < 0) {
        return fail(ErrorCode::corrupt_message, "{}: its last entry, of {}, is timestamp {} at {}",
                    file_.path().string(), count, newest->timestamp, newest->offset);
    }
    return {};
}

}  // namespace barnabas::log
