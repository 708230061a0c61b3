#pragma once

#include <fmt/format.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas {

/// 16 bytes, most significant first, as on the wire. As text: 22 characters of URL-safe base64
/// without padding (org.apache.kafka.common.Uuid).
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] bool is_zero() const { return *this == Uuid{}; }
    [[nodiscard]] std::string to_string() const;

    /// Nothing if the text is not 22 characters of that alphabet.
    static std::optional<Uuid> parse(std::string_view text);

    /// A version 4 UUID from 16 random bytes. Like Kafka's, callers draw again while the text
    /// begins with '-', which command lines would take for a flag.
    static Uuid from_random(std::array<std::uint8_t, 16> random);

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace barnabas

template <>
struct std::hash<barnabas::Uuid> {
    std::size_t operator()(const barnabas::Uuid& id) const noexcept;
};

template <>
struct fmt::formatter<barnabas::Uuid> : fmt::formatter<std::string_view> {
    auto format(const barnabas::Uuid& id, fmt::format_context& ctx) const {
        return fmt::formatter<std::string_view>::format(id.to_string(), ctx);
    }
};
