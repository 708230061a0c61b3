#include "broker/features.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::broker {

const Feature* find_feature(std::string_view name) {
    const auto* const found = std::ranges::find(features, name, &Feature::name);
    return found == std::end(features) ? nullptr : found;
}

std::int16_t FinalizedFeatures::level(std::string_view feature) const {
    const auto* const known = find_feature(feature);
    INVARIANT(known != nullptr, "there is no feature {}", feature);
    const auto set = levels.find(feature);
    return set == levels.end() ? known->level_max : std::min(set->second, known->level_max);
}

bool has_share_groups(const FinalizedFeatures& finalized) {
    return finalized.level(share_version) >= 1;
}

FinalizedFeatures finalized_features(const metadata::StoredFeatures& stored) {
    constexpr std::int64_t never_set = 1;
    return {.levels = stored.levels, .epoch = never_set + 1 + stored.version.get()};
}

Result<void> check_update(const FinalizedFeatures& now, const FeatureUpdate& update) {
    const auto refuse = [&update](std::string_view why) {
        return fail(ErrorCode::invalid_update_version,
                    "Invalid update version {} for feature {}. {}", update.level, update.feature,
                    why);
    };
    const auto* const known = find_feature(update.feature);
    if (known == nullptr) {
        return refuse("The cluster has no such feature.");
    }
    if (update.kind < FeatureUpdate::Kind::upgrade ||
        update.kind > FeatureUpdate::Kind::downgrade) {
        return refuse(
            fmt::format("The upgrade type {} is none of 1 (upgrade), 2 (safe downgrade) "
                        "and 3 (unsafe downgrade).",
                        static_cast<int>(update.kind)));
    }
    if (update.level < known->level_min || update.level > known->level_max) {
        return refuse(
            fmt::format("The brokers know levels {} to {}.", known->level_min, known->level_max));
    }
    const auto level = now.level(update.feature);
    if (update.level < level && update.kind == FeatureUpdate::Kind::upgrade) {
        return refuse(
            fmt::format("The level is {} now: a lower one needs the upgrade type safe or "
                        "unsafe downgrade.",
                        level));
    }
    if (update.level > level && update.kind != FeatureUpdate::Kind::upgrade) {
        return refuse(fmt::format("The level is {} now: that is no downgrade.", level));
    }
    return {};
}

}  // namespace barnabas::broker
