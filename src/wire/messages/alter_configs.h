#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterConfigsResponse;

struct AlterConfigsRequest {
    using Response = AlterConfigsResponse;
    static constexpr std::int16_t api_key = 33;
    static constexpr std::string_view name = "AlterConfigsRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Resource {
        struct Config {
            std::string name;
            std::optional<std::string> value = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.value, "value").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        std::int8_t resource_type = 0;
        std::string resource_name;
        std::vector<Config> configs;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.resource_type, "resourceType");
            v(m.resource_name, "resourceName");
            v(m.configs, "configs");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Resource> resources;
    bool validate_only = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.resources, "resources");
        v(m.validate_only, "validateOnly");
        v.unknown(m.unknown_tags);
    }
};

struct AlterConfigsResponse {
    static constexpr std::int16_t api_key = 33;
    static constexpr std::string_view name = "AlterConfigsResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Response {
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::int8_t resource_type = 0;
        std::string resource_name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.resource_type, "resourceType");
            v(m.resource_name, "resourceName");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Response> responses;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.responses, "responses");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
