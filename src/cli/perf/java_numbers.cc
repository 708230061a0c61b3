#include "cli/perf/java_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace barnabas::cli {
namespace {

std::string_view no_number(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    return value > 0 ? "Infinity" : "-Infinity";
}

/// The fewest digits that read back as the same number.
std::string shortest(double value, std::chars_format format) {
    std::array<char, 64> digits{};
    const auto done = std::to_chars(digits.data(), digits.data() + digits.size(), value, format);
    return {digits.data(), done.ptr};
}

std::string with_fraction(std::string digits) {
    return digits.find('.') == std::string::npos ? digits + ".0" : digits;
}

}  // namespace

std::string java_fixed(double value, int digits) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits)
                                : std::string(no_number(value));
}

std::string java_double(double value) {
    constexpr double least_plain = 1e-3;
    constexpr double least_exponent = 1e7;
    if (!std::isfinite(value)) {
        return std::string(no_number(value));
    }
    const double size = std::abs(value);
    if (size == 0 || (size >= least_plain && size < least_exponent)) {
        return with_fraction(shortest(value, std::chars_format::fixed));
    }
    const auto text = shortest(value, std::chars_format::scientific);  // 9.5e-05
    const auto e = text.find('e');
    return fmt::format("{}E{}", with_fraction(text.substr(0, e)), std::stoi(text.substr(e + 1)));
}

std::string json_number(double value) {
    return std::isfinite(value) ? java_double(value) : "null";
}

std::string metrics_table(const std::map<std::string, double>& metrics) {
    std::size_t width = 0;
    for (const auto& [name, value] : metrics) {
        width = std::max(width, name.size());
    }
    auto text = fmt::format("\n{:<{}}   {}\n", "Metric Name", width, "Value");
    for (const auto& [name, value] : metrics) {
        text += fmt::format("{:<{}} : {}\n", name, width, java_fixed(value, 3));
    }
    return text;
}

}  // namespace barnabas::cli
