#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// How Java reads and prints the values of configurations.

/// Without the control characters and blanks at both ends (String.trim).
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII only: names and choices have no others.
[[nodiscard]] std::string to_lower(std::string_view text);

/// Words between single blanks, as the rows' tables hold choices.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view words);

/// At each comma, with the blanks around it; no element for an empty text.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

/// Long.parseLong: one sign, then decimal digits only.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// Double.parseDouble: decimal or hexadecimal, with Java's suffixes f and d, NaN, Infinity.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);

/// Double.toString: "0.5", "1.0", "1.0E-4", "1.7976931348623157E308".
[[nodiscard]] std::string java_double_text(double number);

/// Whether Duration.parse takes it and it is not negative: "P1DT2H3M4.5S" with parts left out.
[[nodiscard]] bool is_java_duration(std::string_view text);

}  // namespace barnabas
