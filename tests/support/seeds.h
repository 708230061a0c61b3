#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace barnabas::testing {

/// A number from the environment.
inline std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The seed that BARNABAS_SEED asks for, or `otherwise`; it is printed.
inline std::uint64_t first_seed(std::uint64_t otherwise) {
    const auto seed = number_of("BARNABAS_SEED", otherwise);
    fmt::print("from seed {}; repeat with BARNABAS_SEED={}\n", seed, seed);
    return seed;
}

}  // namespace barnabas::testing
