#pragma once

#include <barnabas/consumer_records.h>
#include <barnabas/producer_record.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// A record as poll() hands it out, of these parts. Texts have less than 64 bytes.
struct RecordParts {
    std::string topic = "orders";
    std::int32_t partition = 2;
    std::int64_t offset = 41;
    std::int32_t leader_epoch = 7;
    std::int64_t timestamp = 1'790'600'093'698;
    TimestampType timestamp_type = TimestampType::create_time;
    std::optional<std::string> key = "k1";
    std::optional<std::string> value = "v1";
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
    std::int16_t delivery_count = 0;
};

namespace detail_of_tests {

inline void add_text(std::string& out, const std::optional<std::string>& text) {
    out += static_cast<char>(text ? text->size() * 2 : 1);  // a zigzag number of one byte
    out += text.value_or("");
}

inline const std::byte* bytes_of(const std::string& text) {
    return reinterpret_cast<const std::byte*>(text.data());
}

inline std::int32_t size_of(const std::optional<std::string>& text) {
    return text ? static_cast<std::int32_t>(text->size()) : -1;
}

}  // namespace detail_of_tests

inline ConsumerRecord record_of(RecordParts parts) {
    struct Kept {
        std::string key;
        std::string value;
        std::string headers;
    };
    auto kept = std::make_shared<Kept>();
    kept->key = parts.key.value_or("");
    kept->value = parts.value.value_or("");
    for (const auto& [key, value] : parts.headers) {
        detail_of_tests::add_text(kept->headers, key);
        detail_of_tests::add_text(kept->headers, value);
    }
    auto chunk = std::make_shared<barnabas::detail::RecordChunk>();
    chunk->partition = {.topic = parts.topic, .partition = PartitionId(parts.partition)};
    barnabas::detail::RecordEntry entry;
    entry.offset = parts.offset;
    entry.timestamp = parts.timestamp;
    entry.timestamp_type = parts.timestamp_type;
    entry.leader_epoch = parts.leader_epoch;
    entry.delivery_count = parts.delivery_count;
    entry.key = detail_of_tests::bytes_of(kept->key);
    entry.key_size = detail_of_tests::size_of(parts.key);
    entry.value = detail_of_tests::bytes_of(kept->value);
    entry.value_size = detail_of_tests::size_of(parts.value);
    entry.headers = detail_of_tests::bytes_of(kept->headers);
    entry.headers_size = static_cast<std::int32_t>(kept->headers.size());
    entry.header_count = static_cast<std::int32_t>(parts.headers.size());
    chunk->entries.push_back(entry);
    chunk->bytes.push_back(std::move(kept));
    const auto* const at = chunk->entries.data();
    return {std::move(chunk), at};
}

}  // namespace barnabas::cli
