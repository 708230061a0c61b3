#pragma once

#include <barnabas/records.h>

#include <memory>
#include <optional>
#include <string>

namespace barnabas::cli {

/// What a consumer might read from partition 1 of "t", without headers.
struct ReadRecord {
    std::int64_t offset = 0;
    std::optional<std::string> key = "";
    std::optional<std::string> value = "";
};

inline ConsumerRecord record_of(const ReadRecord& read) {
    const auto kept = std::make_shared<const ReadRecord>(read);
    auto chunk = std::make_shared<detail::RecordChunk>();
    chunk->partition = {.topic = "t", .partition = PartitionId(1)};
    chunk->bytes.push_back(kept);
    auto& entry = chunk->entries.emplace_back();
    entry.offset = kept->offset;
    const auto place = [](const std::optional<std::string>& text, const std::byte*& at,
                          std::int32_t& size) {
        if (text) {
            at = as_bytes(*text).data();
            size = static_cast<std::int32_t>(text->size());
        }
    };
    place(kept->key, entry.key, entry.key_size);
    place(kept->value, entry.value, entry.value_size);
    const auto* first = chunk->entries.data();
    return {std::move(chunk), first};
}

}  // namespace barnabas::cli
