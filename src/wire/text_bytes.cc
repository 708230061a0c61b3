#include "wire/text_bytes.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace barnabas::wire {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr int no_digit = -1;

/// For each character its digit or no_digit.
using Digits = std::array<std::int8_t, 256>;

constexpr Digits digits_of(std::string_view characters) {
    Digits digits{};
    digits.fill(no_digit);
    for (std::size_t i = 0; i < characters.size(); ++i) {
        digits[static_cast<unsigned char>(characters[i])] = static_cast<std::int8_t>(i);
    }
    return digits;
}

constexpr Digits base64_values = digits_of(alphabet);
constexpr Digits hex_values = [] {
    Digits digits = digits_of(hex_digits);
    for (std::size_t i = 10; i < 16; ++i) {
        digits['A' + i - 10] = static_cast<std::int8_t>(i);
    }
    return digits;
}();

int digit(const Digits& digits, char c) {
    return digits[static_cast<unsigned char>(c)];
}

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto group = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits = (bits << 8) | (k < group.size() ? std::to_integer<std::uint32_t>(group[k]) : 0);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += k <= group.size() ? alphabet[(bits >> (18 - 6 * k)) & 63] : '=';
        }
    }
    return text;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        text.remove_suffix(1);
    }
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const int value = digit(base64_values, c);
        if (value == no_digit) {
            return std::nullopt;
        }
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<std::byte>(bits >> held));
        }
    }
    return bytes;
}

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += hex_digits[std::to_integer<std::size_t>(byte) >> 4];
        text += hex_digits[std::to_integer<std::size_t>(byte) & 15];
    }
    return text;
}

std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(hex_values, text[i]);
        const int low = digit(hex_values, text[i + 1]);
        if (high == no_digit || low == no_digit) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return bytes;
}

}  // namespace barnabas::wire
