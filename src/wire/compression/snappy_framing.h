#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace barnabas::wire::snappy_framing {

/// snappy-java's stream, which Kafka uses: this header, then blocks of size i32 (big-endian) |
/// raw snappy. The header is a magic, the version and the least version that reads it.
inline constexpr std::array<std::uint8_t, 16> header = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                                        0,    0,   0,   1,   0,   0,   0,   1};
inline constexpr std::size_t magic_size = 8;
inline constexpr std::size_t version_at = 8;
inline constexpr std::size_t block_head = 4;
/// What snappy-java puts into a block.
inline constexpr std::size_t block_bytes = 32 * 1024;

}  // namespace barnabas::wire::snappy_framing
