#include "wire/reader.h"

#include <fmt/format.h>

namespace barnabas::wire {

std::uint32_t Reader::long_varint() {
    std::uint32_t value = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
        if (at_ == end_) {
            too_short(1);
            return 0;
        }
        const auto byte = std::to_integer<std::uint32_t>(*at_++);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    fail("a varint of more than 5 bytes");
    return 0;
}

void Reader::too_short(std::size_t wanted) {
    fail(fmt::format("{} bytes wanted, {} left", wanted, left()));
}

}  // namespace barnabas::wire
