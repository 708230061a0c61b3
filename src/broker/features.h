#pragma once

#include <cstdint>
#include <string_view>

namespace barnabas::broker {

/// A feature that clients are told of in ApiVersions (KIP-584): which levels this program knows,
/// and which one counts in the cluster. A level is finalized by the program's version: a broker
/// serves what it knows.
struct Feature {
    std::string_view name;
    std::int16_t level_min = 0;
    std::int16_t level_max = 0;
    std::int16_t finalized = 0;
};

/// By name. Kafka's other features say what its controllers and their log know.
inline constexpr Feature features[] = {
    // 1: the consumer protocol (KIP-848).
    {.name = "group.version", .level_min = 0, .level_max = 1, .finalized = 1},
};

/// Of what is finalized: rises with every change of the table, so that a client that was connected
/// to an older broker believes the newer one.
inline constexpr std::int64_t finalized_features_epoch = 1;

}  // namespace barnabas::broker
