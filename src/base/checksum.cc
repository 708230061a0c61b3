#include "base/checksum.h"

#include <isa-l/crc.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace barnabas {

std::uint32_t crc32c(ByteView bytes, std::uint32_t crc) {
    // ISA-L takes an int length and neither inverts on the way in nor on the way out.
    crc = ~crc;
    while (!bytes.empty()) {
        const auto part = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
        auto* data = const_cast<unsigned char*>(
            reinterpret_cast<const unsigned char*>(bytes.data()));  // ISA-L only reads it
        crc = crc32_iscsi(data, static_cast<int>(part), crc);
        bytes = bytes.subspan(part);
    }
    return ~crc;
}

std::uint32_t crc32(ByteView bytes, std::uint32_t crc) {
    return static_cast<std::uint32_t>(
        ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace barnabas
