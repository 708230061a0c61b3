#include "clients/keys.h"

#include "clients/payload.h"

#include <fmt/format.h>

#include <algorithm>

namespace rdkafka_bench {
namespace {

/// So that keys do not follow from payloads, which take mix(counter) and its neighbour.
constexpr std::uint64_t key_stream = 0x5851f42d4c957f2d;

}  // namespace

std::uint64_t OwnKeys::number_of(std::uint64_t counter) const {
    return mix(counter ^ key_stream) % keys_;
}

std::string OwnKeys::of(std::uint64_t counter) const {
    return keys_ == 0 ? std::string() : fmt::format("key-{:08}", number_of(counter));
}

bool OwnKeys::matches(std::uint64_t counter, std::span<const std::uint8_t> key) const {
    const std::string wanted = of(counter);
    return std::ranges::equal(key, wanted, {}, {},
                              [](char letter) { return static_cast<std::uint8_t>(letter); });
}

std::vector<bool> OwnKeys::gone(std::int64_t cleaned_to) const {
    std::vector<bool> gone(static_cast<std::size_t>(cleaned_to));
    std::vector<bool> seen(static_cast<std::size_t>(keys_));
    for (auto n = static_cast<std::size_t>(cleaned_to); n-- > 0;) {
        const auto key = static_cast<std::size_t>(number_of(n));
        gone[n] = seen[key];
        seen[key] = true;
    }
    return gone;
}

}  // namespace rdkafka_bench
