#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct IncrementalAlterConfigsResponse;

struct IncrementalAlterConfigsRequest {
    using Response = IncrementalAlterConfigsResponse;
    static constexpr std::int16_t api_key = 44;
    static constexpr std::string_view name = "IncrementalAlterConfigsRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct Resource {
        struct Config {
            std::string name;
            std::int8_t config_operation = 0;
            std::optional<std::string> value = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.config_operation, "configOperation");
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

struct IncrementalAlterConfigsResponse {
    static constexpr std::int16_t api_key = 44;
    static constexpr std::string_view name = "IncrementalAlterConfigsResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

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
