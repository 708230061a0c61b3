#include "client/retry/retry_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace barnabas::client {
namespace {

constexpr std::array<std::string_view, 10> header_names{
    "topic",          "partition", "offset",  "timestamp", "group",
    "delivery.count", "error",     "message", "failed.at", "retry.at"};

constexpr std::size_t message_bytes_max = 1000;

/// The first bytes, whole UTF-8 characters only.
std::string_view beginning(std::string_view text) {
    if (text.size() <= message_bytes_max) {
        return text;
    }
    std::size_t size = message_bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

}  // namespace

bool RetryHeaders::is_ours(std::string_view key) const {
    return key.starts_with(prefix_) &&
           std::ranges::find(header_names, key.substr(prefix_.size())) != header_names.end();
}

/// The last one counts, as with ConsumerRecord::header().
std::optional<std::string_view> RetryHeaders::text(const HeaderRange& headers,
                                                   std::string_view name) const {
    std::optional<std::string_view> found;
    for (const HeaderView& header : headers) {
        if (header.value && header.key.size() == prefix_.size() + name.size() &&
            header.key.starts_with(prefix_) && header.key.ends_with(name)) {
            found = as_text(*header.value);
        }
    }
    return found;
}

std::optional<std::int64_t> RetryHeaders::number(const HeaderRange& headers,
                                                 std::string_view name) const {
    const auto digits = text(headers, name);
    std::int64_t value = 0;
    if (!digits || digits->empty()) {
        return std::nullopt;
    }
    const auto* const end = digits->data() + digits->size();
    const auto [at, error] = std::from_chars(digits->data(), end, value);
    return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

RecordOrigin RetryHeaders::origin(const HeaderRange& headers, RecordOrigin own) const {
    const auto topic = text(headers, "topic");
    const auto partition = number(headers, "partition");
    const auto offset = number(headers, "offset");
    const bool whole = topic && !topic->empty() && partition && *partition >= 0 &&
                       *partition <= std::numeric_limits<std::int32_t>::max() && offset &&
                       *offset >= 0;
    if (!whole) {
        return own;
    }
    return {.where = {std::string(*topic), PartitionId{static_cast<std::int32_t>(*partition)}},
            .offset = Offset{*offset},
            .timestamp = Timestamp{number(headers, "timestamp").value_or(no_timestamp.get())}};
}

std::optional<Timestamp> RetryHeaders::due(const HeaderRange& headers) const {
    const auto at = number(headers, "retry.at");
    return at ? std::optional(Timestamp{*at}) : std::nullopt;
}

std::vector<Header> RetryHeaders::of_failure(const HeaderRange& headers,
                                             const RecordFailure& failure) const {
    std::vector<Header> all;
    for (const HeaderView& header : headers) {
        if (!is_ours(header.key)) {
            all.push_back(
                {.key = std::string(header.key),
                 .value = header.value ? std::optional(to_bytes(*header.value)) : std::nullopt});
        }
    }
    const auto add = [&](std::string_view name, std::string_view value) {
        all.push_back({.key = prefix_ + std::string(name), .value = to_bytes(value)});
    };
    add("topic", failure.origin.where.topic);
    add("partition", fmt::format("{}", failure.origin.where.partition));
    add("offset", fmt::format("{}", failure.origin.offset));
    add("timestamp", fmt::format("{}", failure.origin.timestamp));
    add("group", failure.group);
    add("delivery.count", fmt::format("{}", failure.deliveries));
    add("error", error_name(failure.error.code));
    add("message", beginning(failure.error.message));
    add("failed.at", fmt::format("{}", failure.at));
    if (failure.retry_at) {
        add("retry.at", fmt::format("{}", *failure.retry_at));
    }
    return all;
}

}  // namespace barnabas::client
