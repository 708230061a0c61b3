#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace barnabas::wire {

/// Zigzag varints of records. Each returns where the number ends, or nullptr where it is cut or
/// longer than 5 (varint) or 10 (varlong) bytes; bits beyond the type's width are dropped, as
/// Kafka's ByteUtils does.
[[nodiscard]] inline const std::byte* read_unsigned_varlong(const std::byte* p,
                                                            const std::byte* end, int bytes_max,
                                                            std::uint64_t& value) {
    std::uint64_t sum = 0;
    for (int i = 0; i < bytes_max && p != end; ++i) {
        const auto byte = static_cast<std::uint64_t>(*p++);
        sum |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            value = sum;
            return p;
        }
    }
    return nullptr;
}

[[nodiscard]] inline const std::byte* read_varint(const std::byte* p, const std::byte* end,
                                                  std::int32_t& value) {
    std::uint64_t raw = 0;
    if (p != end && static_cast<std::int8_t>(*p) >= 0) [[likely]] {
        raw = static_cast<std::uint64_t>(*p++);
    } else if (!(p = read_unsigned_varlong(p, end, 5, raw))) [[unlikely]] {
        return nullptr;
    }
    const auto bits = static_cast<std::uint32_t>(raw);
    value = static_cast<std::int32_t>((bits >> 1) ^ (0U - (bits & 1U)));
    return p;
}

[[nodiscard]] inline const std::byte* read_varlong(const std::byte* p, const std::byte* end,
                                                   std::int64_t& value) {
    std::uint64_t raw = 0;
    if (p != end && static_cast<std::int8_t>(*p) >= 0) [[likely]] {
        raw = static_cast<std::uint64_t>(*p++);
    } else if (!(p = read_unsigned_varlong(p, end, 10, raw))) [[unlikely]] {
        return nullptr;
    }
    value = static_cast<std::int64_t>((raw >> 1) ^ (0ULL - (raw & 1ULL)));
    return p;
}

inline constexpr std::size_t varint_size_max = 5;
inline constexpr std::size_t varlong_size_max = 10;

[[nodiscard]] inline std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

/// Bytes of a zigzag varint; a varint of an int32 and a varlong of the same value are alike.
[[nodiscard]] inline std::size_t varlong_size(std::int64_t value) {
    const auto bits = static_cast<std::size_t>(std::bit_width(zigzag(value) | 1));
    return (bits + 6) / 7;
}

/// Writes at `to` and returns where the number ends.
inline std::byte* write_varlong(std::byte* to, std::int64_t value) {
    std::uint64_t left = zigzag(value);
    while (left >= 0x80) {
        *to++ = static_cast<std::byte>(left | 0x80);
        left >>= 7;
    }
    *to++ = static_cast<std::byte>(left);
    return to;
}

}  // namespace barnabas::wire
