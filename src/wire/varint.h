#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace barnabas::wire {

/// Kafka's variable-length integers (org.apache.kafka.common.utils.ByteUtils): 7 bits a byte, the
/// lowest first. Unsigned ones give lengths and tags in messages; varint (32 bits) and varlong are
/// zigzag and stand in records. Each read returns where the number ends, or nullptr where it is cut
/// or longer than 5 (32 bits) or 10 bytes; bits beyond the type's width are dropped, as Kafka does.
/// Each write needs room for the number and returns where it ends.

inline constexpr std::size_t varint_size_max = 5;
inline constexpr std::size_t varlong_size_max = 10;

/// The general case of all reads.
[[nodiscard]] inline const std::byte* read_base128(const std::byte* p, const std::byte* end,
                                                   std::size_t bytes_max, std::uint64_t& value) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes_max && p != end; ++i) {
        const auto byte = static_cast<std::uint64_t>(*p++);
        sum |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            value = sum;
            return p;
        }
    }
    return nullptr;
}

inline std::byte* write_base128(std::byte* to, std::uint64_t value) {
    while (value >= 0x80) {
        *to++ = static_cast<std::byte>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<std::byte>(value);
    return to;
}

[[nodiscard]] inline std::size_t base128_size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

[[nodiscard]] inline const std::byte* read_unsigned_varint(const std::byte* p, const std::byte* end,
                                                           std::uint32_t& value) {
    std::uint64_t raw = 0;
    if (p != end && static_cast<std::int8_t>(*p) >= 0) [[likely]] {
        value = static_cast<std::uint32_t>(*p);
        return p + 1;
    }
    p = read_base128(p, end, varint_size_max, raw);
    value = static_cast<std::uint32_t>(raw);
    return p;
}

[[nodiscard]] inline const std::byte* read_varint(const std::byte* p, const std::byte* end,
                                                  std::int32_t& value) {
    std::uint64_t raw = 0;
    if (p != end && static_cast<std::int8_t>(*p) >= 0) [[likely]] {
        raw = static_cast<std::uint64_t>(*p++);
    } else if (!(p = read_base128(p, end, varint_size_max, raw))) [[unlikely]] {
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
    } else if (!(p = read_base128(p, end, varlong_size_max, raw))) [[unlikely]] {
        return nullptr;
    }
    value = static_cast<std::int64_t>((raw >> 1) ^ (0ULL - (raw & 1ULL)));
    return p;
}

[[nodiscard]] inline std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

/// The size of a varint and of a varlong: of the same number they are the same bytes.
[[nodiscard]] inline std::size_t varlong_size(std::int64_t value) {
    return base128_size(zigzag(value));
}

inline std::byte* write_varlong(std::byte* to, std::int64_t value) {
    return write_base128(to, zigzag(value));
}

}  // namespace barnabas::wire
