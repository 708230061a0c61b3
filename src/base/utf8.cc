#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace barnabas {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// One character, or what takes the place of one.
struct Step {
    std::size_t size = 1;
    bool sound = false;
};

bool continues(std::uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

/// What may follow a lead byte of three or four: a narrower range shuts out overlong forms and what
/// lies beyond U+10FFFF. Surrogates are whole but not sound (see step()).
bool may_follow(std::uint8_t lead, std::uint8_t second) {
    switch (lead) {
        case 0xe0:
            return second >= 0xa0 && second <= 0xbf;
        case 0xf0:
            return second >= 0x90 && second <= 0xbf;
        case 0xf4:
            return second >= 0x80 && second <= 0x8f;
        default:
            return continues(second);
    }
}

std::size_t length_of(std::uint8_t lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/// The character at the beginning of `text`, which is not empty. A broken one ends before the first
/// byte that cannot belong to it.
Step step(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::size_t length = length_of(byte(0));
    if (length <= 1) {
        return {.size = 1, .sound = length == 1};
    }
    for (std::size_t i = 1; i < length; ++i) {
        const bool fits =
            i < text.size() && (i == 1 ? may_follow(byte(0), byte(1)) : continues(byte(i)));
        if (!fits) {
            return {.size = std::min(i, text.size()), .sound = false};
        }
    }
    const bool surrogate = byte(0) == 0xed && byte(1) >= 0xa0;
    return {.size = length, .sound = !surrogate};
}

}  // namespace

std::string replace_malformed_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto next = step(text);
        result += next.sound ? text.substr(0, next.size) : replacement;
        text.remove_prefix(next.size);
    }
    return result;
}

}  // namespace barnabas
