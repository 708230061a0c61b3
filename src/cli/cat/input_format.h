#pragma once

#include "base/result.h"
#include "cli/cat/cat_record.h"
#include "cli/cat/record_format.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// A format string read the other way: records are taken out of text that it could have printed.
/// %t %p %T %k %s %h give the record; %o is read and dropped; %K, %S and %R say how long the key or
/// value behind them is (-1: null), which then may hold anything. What has no length ends where the
/// literal behind it begins.
class InputFormat {
public:
    /// invalid_request where text could not be read by it: a part without a length with no literal
    /// behind it, a part that comes twice, a length behind what it measures.
    static Result<InputFormat> parse(std::string_view format);

    /// The record at the beginning of `text`, and how many bytes it takes. Nothing: the text is too
    /// short to tell. invalid_request says where the text is not of the format.
    struct Taken {
        ReadRecord record;
        std::size_t size = 0;
    };
    [[nodiscard]] Result<std::optional<Taken>> take(std::string_view text) const;

private:
    explicit InputFormat(std::vector<FormatToken> tokens) : tokens_(std::move(tokens)) {}

    std::vector<FormatToken> tokens_;
};

/// "name=value,name=NULL,name" as %h prints it; a value cannot hold a comma.
[[nodiscard]] std::vector<ReadRecord::ReadHeader> parse_headers_text(std::string_view text);

}  // namespace barnabas::cli
