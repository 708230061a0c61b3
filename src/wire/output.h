#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <vector>

namespace barnabas::wire {

/// Bytes that are not in the buffer: `size` of them, from source number `source`, belong before
/// position `position`.
struct Gap {
    std::size_t position = 0;
    std::uint32_t size = 0;
    std::uint32_t source = 0;
};

/// Encoded bytes, with gaps (by rising position) that the sender fills.
struct Output {
    ByteBuffer bytes;
    std::vector<Gap> gaps;

    /// With the gaps filled.
    [[nodiscard]] std::size_t total_size() const {
        std::size_t size = bytes.size();
        for (const auto& gap : gaps) {
            size += gap.size;
        }
        return size;
    }
};

}  // namespace barnabas::wire
