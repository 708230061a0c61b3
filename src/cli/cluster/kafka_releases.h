#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// What Kafka's tools know of Kafka's releases: the levels of metadata.version and of the other
/// features by which they are named (org.apache.kafka.server.common.MetadataVersion, Feature).
/// Tables alone: no broker is asked.

/// "metadata.version=5".
struct FeatureLevel {
    std::string name;
    std::int16_t level = 0;

    friend bool operator==(const FeatureLevel&, const FeatureLevel&) = default;
};

/// "4.0-IV3"; "UNKNOWN 99" for a level that no release has.
[[nodiscard]] std::string release_of_level(int level);

/// The level of metadata.version of "4.0-IV3", "4.0" or "4.0.1". Errors in Kafka's words, with the
/// releases that there are: those to come too, unless they have to be `released`.
[[nodiscard]] Result<std::int16_t> level_of_release(std::string_view release, bool released);
/// Of the newest that is released.
[[nodiscard]] std::string_view newest_release();

/// The features other than metadata.version as a cluster of that level begins with them, in Kafka's
/// order.
[[nodiscard]] std::vector<FeatureLevel> features_of_release(std::int16_t metadata_level);

/// What `version-mapping` prints, as text and, a line for each feature, as JSON.
[[nodiscard]] Result<std::string> version_mapping_text(std::string_view release);
[[nodiscard]] Result<std::string> version_mapping_json(std::string_view release);

/// The level of metadata.version that a feature's level needs; nothing for most. No feature needs
/// another one. `unsupported` is what is said of a level that the feature does not have, with {}
/// for its name and {} for the level.
[[nodiscard]] Result<std::optional<std::int16_t>> needed_metadata_level(
    const FeatureLevel& feature, std::string_view unsupported);
/// What `feature-dependencies` prints of one, as text and as JSON.
[[nodiscard]] std::string dependencies_text(const FeatureLevel& feature,
                                            std::optional<std::int16_t> needed);
[[nodiscard]] std::string dependencies_json(const FeatureLevel& feature,
                                            std::optional<std::int16_t> needed);

}  // namespace barnabas::cli
