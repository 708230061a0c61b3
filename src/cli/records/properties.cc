#include "cli/records/properties.h"

#include <algorithm>
#include <cctype>

namespace barnabas::cli {
namespace {

bool is_true(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return false;
    }
    text = text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
    return std::ranges::equal(text, std::string_view("true"), [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    });
}

}  // namespace

std::optional<std::string> text_property(const ClientConfig& properties, std::string_view name) {
    const auto found = properties.find(name);
    return found == properties.end() ? std::nullopt : std::optional(found->second);
}

std::optional<bool> flag_property(const ClientConfig& properties, std::string_view name) {
    const auto found = properties.find(name);
    return found == properties.end() ? std::nullopt : std::optional(is_true(found->second));
}

}  // namespace barnabas::cli
