#pragma once

#include "base/result.h"
#include "cli/cat/cat_record.h"
#include "cli/cat/packing.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// What stands in a format string for a part of a record.
enum class FormatPart : std::int8_t {
    literal,
    topic,              ///< %t
    partition,          ///< %p
    offset,             ///< %o
    timestamp,          ///< %T, milliseconds since 1970; -1 where there is none
    key,                ///< %k
    key_size,           ///< %K, -1 for a null key
    value,              ///< %s
    value_size,         ///< %S, -1 for a null value
    value_size_binary,  ///< %R, the same as four bytes, big-endian
    headers,            ///< %h, "name=value,name=NULL"
};

struct FormatToken {
    FormatPart part = FormatPart::literal;
    std::string text{};  ///< of a literal

    friend bool operator==(const FormatToken&, const FormatToken&) = default;
};

/// kcat's -f: a text with % before a letter for each part of a record, and escapes (escapes.h).
[[nodiscard]] Result<std::vector<FormatToken>> parse_record_format(std::string_view format);

/// What kcat prints without -f: the key and its delimiter where there is one, the value, and the
/// delimiter of records.
[[nodiscard]] std::vector<FormatToken> default_record_format(
    const std::optional<std::string>& key_delimiter, const std::string& delimiter);

struct RecordTextOptions {
    std::optional<PackFormat> key_pack{};
    std::optional<PackFormat> value_pack{};
    /// -Z: what stands for keys and values that are null; and, as in kcat, empty.
    std::string_view null_text{};
};

/// Appends a record as text. Where a key or value is not of its pack-format (the error says so)
/// what stands before it was appended, and nothing behind, as in kcat.
Result<void> append_record_text(std::span<const FormatToken> format, const ShownRecord& record,
                                const RecordTextOptions& options, std::string& out);

}  // namespace barnabas::cli
