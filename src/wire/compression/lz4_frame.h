#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>

namespace barnabas::wire::lz4_frame {

/// The beginning of an LZ4 frame: magic u32 (little-endian) | FLG | BD | content size u64 if FLG
/// says so | header checksum.
inline constexpr std::uint32_t magic = 0x184D2204;
inline constexpr std::size_t flags_at = 4;
inline constexpr std::size_t block_size_at = 5;
inline constexpr std::size_t content_size_at = 6;
inline constexpr std::size_t header_min = 7;
inline constexpr std::size_t header_max = 15;

inline constexpr unsigned block_checksum_bit = 0x10;
inline constexpr unsigned content_size_bit = 0x08;
inline constexpr unsigned content_checksum_bit = 0x04;

/// The header checksum of the frames that Kafka writes (FLG 0x60, BD 0x40: independent blocks of
/// 64 KiB, no checksums), and the one that belongs there in messages of magic 0: over the frame's
/// magic too, which is wrong, but old consumers insist on it (KAFKA-3160).
inline constexpr std::byte kafka_checksum{0x82};
inline constexpr std::byte kafka_checksum_v0{0x1a};

/// The length of the header at the front of `frame`, its checksum included, once it is found to be
/// one that Kafka's consumers take: version 1, independent blocks, no dictionary. CORRUPT_MESSAGE.
[[nodiscard]] Result<std::size_t> header_size(ByteView frame);

}  // namespace barnabas::wire::lz4_frame
