#include "log/roll_jitter.h"

#include <functional>

namespace barnabas::log {
namespace {

/// SplitMix64's step: each bit of a number, however small its differences, reaches every bit.
std::uint64_t scatter_bits(std::uint64_t bits) {
    bits += 0x9e3779b97f4a7c15ULL;
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31U);
}

}  // namespace

std::int64_t roll_jitter_ms(const TopicPartition& partition, Offset base, std::int64_t spread_ms) {
    if (spread_ms <= 0) {
        return 0;
    }
    const auto name = scatter_bits(std::hash<TopicPartition>{}(partition));
    const auto bits = scatter_bits(name ^ static_cast<std::uint64_t>(base.get()));
    return static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(spread_ms));
}

}  // namespace barnabas::log
