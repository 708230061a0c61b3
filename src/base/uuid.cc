#include "base/uuid.h"

#include <cstring>

namespace barnabas {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t text_size = 22;

}  // namespace

std::string Uuid::to_string() const {
    std::string text;
    text.reserve(text_size);
    std::uint32_t bits = 0;
    int held = 0;
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8) | byte;
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += alphabet[(bits >> held) & 63];
        }
    }
    text += alphabet[(bits << (6 - held)) & 63];
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != text_size) {
        return std::nullopt;
    }
    Uuid id;
    std::size_t at = 0;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8 && at < id.bytes.size()) {
            held -= 8;
            id.bytes[at++] = static_cast<std::uint8_t>(bits >> held);
        }
    }
    return id;
}

Uuid Uuid::from_random(std::array<std::uint8_t, 16> random) {
    random[6] = static_cast<std::uint8_t>((random[6] & 0x0f) | 0x40);
    random[8] = static_cast<std::uint8_t>((random[8] & 0x3f) | 0x80);
    return Uuid{random};
}

}  // namespace barnabas

std::size_t std::hash<barnabas::Uuid>::operator()(const barnabas::Uuid& id) const noexcept {
    std::size_t low = 0;
    std::memcpy(&low, id.bytes.data() + 8, sizeof low);
    return low;
}
