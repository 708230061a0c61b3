#pragma once

#include <string>
#include <string_view>

namespace barnabas::cli {

/// kcat's escapes: \n, \t, \r, \xNN (one or two hex digits), \NNN (up to three decimal digits, or
/// octal ones behind a 0); any other character behind a backslash is itself.
[[nodiscard]] std::string unescaped(std::string_view text);

/// Those of delimiters (-D, -K): \n, \t, \r and \xNN; any other backslash is one.
[[nodiscard]] std::string unescaped_delimiter(std::string_view text);

}  // namespace barnabas::cli
