#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ListConfigResourcesResponse;

struct ListConfigResourcesRequest {
    using Response = ListConfigResourcesResponse;
    static constexpr std::int16_t api_key = 74;
    static constexpr std::string_view name = "ListConfigResourcesRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::int8_t> resource_types;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.resource_types, "resourceTypes").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct ListConfigResourcesResponse {
    static constexpr std::int16_t api_key = 74;
    static constexpr std::string_view name = "ListConfigResourcesResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct ConfigResource {
        std::string resource_name;
        std::int8_t resource_type = 16;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.resource_name, "resourceName");
            v(m.resource_type, "resourceType").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<ConfigResource> config_resources;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.config_resources, "configResources");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
