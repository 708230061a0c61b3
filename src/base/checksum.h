#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace barnabas {

/// CRC-32C (Castagnoli), of magic 2 batches and producer snapshots. `crc` continues an earlier one.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t crc = 0);

/// CRC-32 (IEEE), of magic 0 and 1 messages and of gzip.
[[nodiscard]] std::uint32_t crc32(ByteView bytes, std::uint32_t crc = 0);

}  // namespace barnabas
