#pragma once

#include "base/result.h"
#include "metadata/features.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::broker {

/// A feature that clients are told of in ApiVersions (KIP-584): the levels that this program knows.
struct Feature {
    std::string_view name;
    std::int16_t level_min = 0;
    std::int16_t level_max = 0;
};

inline constexpr std::string_view group_version = "group.version";
inline constexpr std::string_view share_version = "share.version";
inline constexpr std::string_view transaction_version = "transaction.version";

/// By name. Kafka's other features say what its controllers and their log know.
inline constexpr Feature features[] = {
    // 1: the consumer protocol (KIP-848).
    {.name = group_version, .level_min = 0, .level_max = 1},
    // 1: share groups (KIP-932). 2: their dead letter queues (KIP-1191).
    {.name = share_version, .level_min = 0, .level_max = 2},
    // 1: records of transactions have tagged fields. 2: each end of one raises its producer's epoch
    // (KIP-890).
    {.name = transaction_version, .level_min = 0, .level_max = 2},
};
/// nullptr if there is none of that name.
[[nodiscard]] const Feature* find_feature(std::string_view name);

/// Which levels count in the cluster. One that was never set counts with the highest level that
/// this program knows.
struct FinalizedFeatures {
    metadata::FeatureLevels levels{};
    std::int64_t epoch = 1;  // rises with each change, so that clients believe the newest

    /// INVARIANT: there is such a feature.
    [[nodiscard]] std::int16_t level(std::string_view feature) const;
};
/// Whether the cluster has share groups (KIP-932): share.version is at least 1.
[[nodiscard]] bool has_share_groups(const FinalizedFeatures& finalized);
/// Levels that this program does not know, of a newer one's, count as its highest.
[[nodiscard]] FinalizedFeatures finalized_features(const metadata::StoredFeatures& stored);

/// One change of UpdateFeatures.
struct FeatureUpdate {
    enum class Kind : std::int8_t { unknown = 0, upgrade = 1, safe_downgrade = 2, downgrade = 3 };
    std::string feature;
    std::int16_t level = 0;
    Kind kind = Kind::upgrade;
};
/// invalid_update_version, as FeatureControlManager judges it.
[[nodiscard]] Result<void> check_update(const FinalizedFeatures& now, const FeatureUpdate& update);

}  // namespace barnabas::broker
