#include "cli/cat/escapes.h"

#include <charconv>
#include <optional>
#include <system_error>

namespace barnabas::cli {
namespace {

/// A byte of at most `digits_max` digits; `used` says how many there were. Nothing if there are
/// none, or if it is no byte.
std::optional<char> byte_of_digits(std::string_view text, std::size_t digits_max, int base,
                                   std::size_t& used) {
    const auto digits = text.substr(0, digits_max);
    unsigned value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (read.ec != std::errc() || value > 0xff) {
        return std::nullopt;
    }
    used = static_cast<std::size_t>(read.ptr - digits.data());
    return static_cast<char>(static_cast<unsigned char>(value));
}

/// What stands for the `text` behind a backslash, and how much of it that is. Nothing: no escape.
struct Escape {
    char byte;
    std::size_t size;
};
std::optional<Escape> short_or_hex_escape(std::string_view text) {
    switch (text.empty() ? '\0' : text.front()) {
        case 'n':
            return Escape{.byte = '\n', .size = 1};
        case 't':
            return Escape{.byte = '\t', .size = 1};
        case 'r':
            return Escape{.byte = '\r', .size = 1};
        case 'x': {
            std::size_t used = 0;
            const auto byte = byte_of_digits(text.substr(1), 2, 16, used);
            return byte ? std::optional(Escape{.byte = *byte, .size = 1 + used}) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

std::optional<Escape> any_escape(std::string_view text) {
    if (const auto escape = short_or_hex_escape(text); escape || text.empty()) {
        return escape;
    }
    std::size_t used = 0;
    const auto byte = byte_of_digits(text, 3, text.front() == '0' ? 8 : 10, used);
    return byte ? Escape{.byte = *byte, .size = used} : Escape{.byte = text.front(), .size = 1};
}

template <class Read>
std::string with_escapes(std::string_view text, Read read) {
    std::string out;
    while (!text.empty()) {
        const auto escape = text.front() == '\\' ? read(text.substr(1)) : std::nullopt;
        out += escape ? escape->byte : text.front();
        text.remove_prefix(1 + (escape ? escape->size : 0));
    }
    return out;
}

}  // namespace

std::string unescaped(std::string_view text) {
    return with_escapes(text, any_escape);
}

std::string unescaped_delimiter(std::string_view text) {
    return with_escapes(text, short_or_hex_escape);
}

}  // namespace barnabas::cli
