#include "runtime/random.h"

#include <array>
#include <cstring>

namespace barnabas::runtime {

Uuid Random::uuid() {
    for (;;) {
        std::array<std::uint8_t, 16> bits;
        const std::uint64_t words[] = {next(), next()};
        static_assert(sizeof bits == sizeof words);
        std::memcpy(bits.data(), words, sizeof words);
        // All zeros stands for "no id" (Uuid.ZERO_UUID); version and variant bits rule it out.
        if (const Uuid id = Uuid::from_random(bits); id.to_string().front() != '-') {
            return id;
        }
    }
}

}  // namespace barnabas::runtime
