#pragma once

#include <barnabas/consumer_records.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// A record that is to be printed. Looks into whoever has its bytes.
struct ShownRecord {
    using ShownHeader = std::pair<std::string_view, std::optional<std::string_view>>;

    std::string_view topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::int64_t timestamp = -1;
    TimestampType timestamp_type = TimestampType::create_time;
    std::optional<std::string_view> key{};
    std::optional<std::string_view> value{};
    std::vector<ShownHeader> headers{};
};

[[nodiscard]] ShownRecord shown_record(const ConsumerRecord& record);

/// A record that was read from the input and is to be sent. What is not there the command line
/// says, or nobody.
struct ReadRecord {
    using ReadHeader = std::pair<std::string, std::optional<std::string>>;

    std::optional<std::string> topic{};
    std::optional<std::int32_t> partition{};
    std::optional<std::int64_t> timestamp{};
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    std::vector<ReadHeader> headers{};

    friend bool operator==(const ReadRecord&, const ReadRecord&) = default;
};

}  // namespace barnabas::cli
