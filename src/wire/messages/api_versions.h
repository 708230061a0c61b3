#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ApiVersionsResponse;

struct ApiVersionsRequest {
    using Response = ApiVersionsResponse;
    static constexpr std::int16_t api_key = 18;
    static constexpr std::string_view name = "ApiVersionsRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    std::string client_software_name;
    std::string client_software_version;
    std::optional<std::string> cluster_id;
    std::int32_t node_id = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.client_software_name, "clientSoftwareName").since(3);
        v(m.client_software_version, "clientSoftwareVersion").since(3);
        v(m.cluster_id, "clusterId").since(5).nullable();
        v(m.node_id, "nodeId").since(5);
        v.unknown(m.unknown_tags);
    }
};

struct ApiVersionsResponse {
    static constexpr std::int16_t api_key = 18;
    static constexpr std::string_view name = "ApiVersionsResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    struct ApiKey {
        std::int16_t api_key = 0;
        std::int16_t min_version = 0;
        std::int16_t max_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.api_key, "apiKey");
            v(m.min_version, "minVersion");
            v(m.max_version, "maxVersion");
            v.unknown(m.unknown_tags);
        }
    };

    struct SupportedFeature {
        std::string name;
        std::int16_t min_version = 0;
        std::int16_t max_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").since(3);
            v(m.min_version, "minVersion").since(3);
            v(m.max_version, "maxVersion").since(3);
            v.unknown(m.unknown_tags);
        }
    };

    struct FinalizedFeature {
        std::string name;
        std::int16_t max_version_level = 0;
        std::int16_t min_version_level = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").since(3);
            v(m.max_version_level, "maxVersionLevel").since(3);
            v(m.min_version_level, "minVersionLevel").since(3);
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<ApiKey> api_keys;
    std::int32_t throttle_time_ms = 0;
    std::vector<SupportedFeature> supported_features;
    std::int64_t finalized_features_epoch = -1;
    std::vector<FinalizedFeature> finalized_features;
    bool zk_migration_ready = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.api_keys, "apiKeys");
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.supported_features, "supportedFeatures").since(3).tag(0);
        v(m.finalized_features_epoch, "finalizedFeaturesEpoch").since(3).tag(1);
        v(m.finalized_features, "finalizedFeatures").since(3).tag(2);
        v(m.zk_migration_ready, "zkMigrationReady").since(3).tag(3);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
