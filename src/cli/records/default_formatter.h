#pragma once

#include "cli/records/deserializers.h"
#include "cli/records/record_formatter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// A column of what is printed, in its order: each a bit.
enum class RecordColumn : std::uint8_t {
    timestamp = 1 << 0,
    partition = 1 << 1,
    offset = 1 << 2,
    delivery = 1 << 3,
    epoch = 1 << 4,
    headers = 1 << 5,
    key = 1 << 6,
    value = 1 << 7,
};

/// What the properties of DefaultMessageFormatter say.
struct RecordLayout {
    std::uint8_t columns = static_cast<std::uint8_t>(RecordColumn::value);
    std::string key_separator = "\t";  ///< between all columns
    std::string line_separator = "\n";
    std::string headers_separator = ",";
    std::string null_literal = "null";
    std::optional<Deserializer> key_deserializer = std::nullopt;
    std::optional<Deserializer> value_deserializer = std::nullopt;
    std::optional<Deserializer> headers_deserializer = std::nullopt;

    [[nodiscard]] bool has(RecordColumn column) const {
        return (columns & static_cast<std::uint8_t>(column)) != 0;
    }
};

/// A layout, and complaints about deserializers that there are not: they count as not named.
struct ReadLayout {
    RecordLayout layout;
    std::vector<std::string> complaints;
};
[[nodiscard]] ReadLayout read_layout(const ClientConfig& properties);

/// org.apache.kafka.tools.consumer.DefaultMessageFormatter, or LoggingMessageFormatter, which also
/// logs a line.
class DefaultFormatter final : public RecordFormatter {
public:
    DefaultFormatter(RecordLayout layout, bool logs) : layout_(std::move(layout)), logs_(logs) {}

    Result<void> append(const ConsumerRecord& record, std::string& out) const override;
    Result<void> append_json(const ConsumerRecord& record, std::string& out) const override;
    [[nodiscard]] std::string log_line(const ConsumerRecord& record) const override;

private:
    [[nodiscard]] Result<void> append_columns(const ConsumerRecord& record, std::string& out) const;
    [[nodiscard]] Result<void> append_column(RecordColumn column, const ConsumerRecord& record,
                                             std::string& out) const;
    [[nodiscard]] Result<void> append_headers(const ConsumerRecord& record, std::string& out) const;
    [[nodiscard]] Result<void> append_field(const std::optional<Deserializer>& deserializer,
                                            std::optional<ByteView> bytes, std::string& out) const;

    RecordLayout layout_;
    bool logs_;
};

}  // namespace barnabas::cli
