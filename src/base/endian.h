#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace barnabas {

/// Big-endian integers at any address, as everything of Kafka's is.
template <std::integral T>
[[nodiscard]] inline T load_big_endian(const std::byte* from) {
    std::make_unsigned_t<T> raw;
    std::memcpy(&raw, from, sizeof raw);
    if constexpr (sizeof(T) > 1) {
        raw = std::byteswap(raw);
    }
    return static_cast<T>(raw);
}

template <std::integral T>
inline void store_big_endian(std::byte* to, T value) {
    auto raw = static_cast<std::make_unsigned_t<T>>(value);
    if constexpr (sizeof(T) > 1) {
        raw = std::byteswap(raw);
    }
    std::memcpy(to, &raw, sizeof raw);
}

static_assert(std::endian::native == std::endian::little, "byteswap above assumes it");

}  // namespace barnabas
