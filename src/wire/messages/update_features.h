#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct UpdateFeaturesResponse;

struct UpdateFeaturesRequest {
    using Response = UpdateFeaturesResponse;
    static constexpr std::int16_t api_key = 57;
    static constexpr std::string_view name = "UpdateFeaturesRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct FeatureUpdate {
        std::string feature;
        std::int16_t max_version_level = 0;
        std::int8_t upgrade_type = 1;
        bool allow_downgrade = false;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.feature, "feature");
            v(m.max_version_level, "maxVersionLevel");
            v(m.upgrade_type, "upgradeType").since(1);
            v(m.allow_downgrade, "allowDowngrade").until(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t timeout_ms = 60000;
    std::vector<FeatureUpdate> feature_updates;
    bool validate_only = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.timeout_ms, "timeoutMs");
        v(m.feature_updates, "featureUpdates");
        v(m.validate_only, "validateOnly").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct UpdateFeaturesResponse {
    static constexpr std::int16_t api_key = 57;
    static constexpr std::string_view name = "UpdateFeaturesResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Result {
        std::string feature;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.feature, "feature").until(1);
            v(m.error_code, "errorCode").until(1);
            v(m.error_message, "errorMessage").until(1).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.results, "results").until(1);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
