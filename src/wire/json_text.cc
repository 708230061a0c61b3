#include "base/json_text.h"

#include "wire/json.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace barnabas::wire {
namespace {

namespace json = boost::json;

/// Java's Double.toString: the shortest digits, at least one behind the point, an exponent below
/// 10^-3 and from 10^7 on.
std::string java_double(double value) {
    if (!std::isfinite(value)) {
        return std::isnan(value) ? R"("NaN")" : value > 0 ? R"("Infinity")" : R"("-Infinity")";
    }
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-3 && size < 1e7);
    std::array<char, 400> digits;
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    const auto exponent_at = text.find('e');
    std::string result(text.substr(0, exponent_at));
    if (result.find('.') == std::string::npos) {
        result += ".0";
    }
    if (exponent_at != std::string_view::npos) {
        int exponent = 0;
        const auto from = exponent_at + (text[exponent_at + 1] == '+' ? 2 : 1);
        std::from_chars(text.data() + from, text.data() + text.size(), exponent);
        result += fmt::format("E{}", exponent);
    }
    return result;
}

void append(std::string& out, const json::value& value);

void append_object(std::string& out, const json::object& object) {
    out += '{';
    bool first = true;
    for (const auto& member : object) {
        if (member.key() == unknown_tags_member) {
            continue;
        }
        if (!std::exchange(first, false)) {
            out += ',';
        }
        append_json_string(out, member.key());
        out += ':';
        append(out, member.value());
    }
    out += '}';
}

void append_array(std::string& out, const json::array& array) {
    out += '[';
    bool first = true;
    for (const auto& element : array) {
        if (!std::exchange(first, false)) {
            out += ',';
        }
        append(out, element);
    }
    out += ']';
}

void append(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            return;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            return;
        case json::kind::uint64:
            out += std::to_string(value.get_uint64());
            return;
        case json::kind::double_:
            out += java_double(value.get_double());
            return;
        case json::kind::string:
            append_json_string(out, value.get_string());
            return;
        case json::kind::array:
            append_array(out, value.get_array());
            return;
        case json::kind::object:
            append_object(out, value.get_object());
            return;
    }
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

}  // namespace barnabas::wire
