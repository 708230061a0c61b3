#include "base/config_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace barnabas {
namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// "<digits>[.<digits>]p<exponent>" after the 0x.
std::optional<double> parse_hexadecimal(std::string_view text) {
    if (text.find_first_of("pP") == std::string_view::npos) {
        return std::nullopt;
    }
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::hex);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

/// Too large or too small for a double is infinity or zero in Java, not an error.
std::optional<double> parse_decimal(std::string_view text) {
    if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9'))) {
        return std::nullopt;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
        return std::nullopt;
    }
    if (error == std::errc::result_out_of_range) {
        const bool small =
            text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
        return small ? 0.0 : std::numeric_limits<double>::infinity();
    }
    return number;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return lower;
}

std::vector<std::string_view> split_words(std::string_view words) {
    std::vector<std::string_view> all;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        all.push_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return all;
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> elements;
    text = trim(text);
    if (text.empty()) {
        return elements;
    }
    for (;;) {
        const std::size_t comma = text.find(',');
        elements.emplace_back(trim_blanks(text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return elements;
        }
        text.remove_prefix(comma + 1);
    }
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return std::nullopt;
        }
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

std::optional<double> parse_double(std::string_view text) {
    text = trim(text);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    std::optional<double> number;
    if (text == "NaN") {
        number = std::numeric_limits<double>::quiet_NaN();
    } else if (text == "Infinity") {
        number = std::numeric_limits<double>::infinity();
    } else {
        const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
        if (!text.empty() && std::string_view("fFdD").contains(text.back())) {
            text.remove_suffix(1);
        }
        number = hexadecimal ? parse_hexadecimal(text.substr(2)) : parse_decimal(text);
    }
    return number && negative ? -*number : number;
}

std::string java_double_text(double number) {
    if (std::isnan(number)) {
        return "NaN";
    }
    if (std::isinf(number)) {
        return number < 0 ? "-Infinity" : "Infinity";
    }
    const double size = std::abs(number);
    if (size == 0 || (size >= 1e-3 && size < 1e7)) {
        std::string text = fmt::format("{}", number);
        return text.find('.') == std::string::npos ? text + ".0" : text;
    }
    // The shortest digits that read back, as "d.dddE<exponent>".
    char digits[64];
    const auto [end, error] =
        std::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific);
    const std::string text(digits, error == std::errc{} ? end : digits);
    const std::size_t e = text.find('e');
    std::string mantissa = text.substr(0, e);
    if (mantissa.find('.') == std::string::npos) {
        mantissa += ".0";
    }
    const auto exponent = parse_integer(std::string_view(text).substr(e + 1));
    return fmt::format("{}E{}", mantissa, exponent.value_or(0));
}

namespace {

/// Drops "<digits><unit>" from the front of `text`; whether it was there. Seconds may have a
/// fraction.
bool take_part(std::string_view& text, char unit) {
    const std::size_t end = text.find(unit);
    const std::string_view digits = text.substr(0, end);
    const std::string_view allowed = unit == 's' ? "0123456789." : "0123456789";
    if (end == std::string_view::npos || digits.empty() || digits.front() == '.' ||
        digits.find_first_not_of(allowed) != std::string_view::npos ||
        std::ranges::count(digits, '.') > 1) {
        return false;
    }
    text.remove_prefix(end + 1);
    return true;
}

}  // namespace

bool is_java_duration(std::string_view text) {
    const std::string lower = to_lower(text);
    std::string_view rest = lower;
    if (rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    if (!rest.starts_with('p') || rest.size() < 2) {
        return false;
    }
    rest.remove_prefix(1);
    take_part(rest, 'd');
    if (rest.empty()) {
        return true;
    }
    if (!rest.starts_with('t') || rest.size() < 2) {
        return false;
    }
    rest.remove_prefix(1);
    for (const char unit : {'h', 'm', 's'}) {
        take_part(rest, unit);
    }
    return rest.empty();
}

}  // namespace barnabas
