#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeConfigsResponse;

struct DescribeConfigsRequest {
    using Response = DescribeConfigsResponse;
    static constexpr std::int16_t api_key = 32;
    static constexpr std::string_view name = "DescribeConfigsRequest";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    struct Resource {
        std::int8_t resource_type = 0;
        std::string resource_name;
        std::optional<std::vector<std::string>> configuration_keys{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.resource_type, "resourceType");
            v(m.resource_name, "resourceName");
            v(m.configuration_keys, "configurationKeys").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Resource> resources;
    bool include_synonyms = false;
    bool include_documentation = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.resources, "resources");
        v(m.include_synonyms, "includeSynonyms").since(1);
        v(m.include_documentation, "includeDocumentation").since(3);
        v.unknown(m.unknown_tags);
    }
};

struct DescribeConfigsResponse {
    static constexpr std::int16_t api_key = 32;
    static constexpr std::string_view name = "DescribeConfigsResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    struct Result {
        struct Config {
            struct Synonym {
                std::string name;
                std::optional<std::string> value = "";
                std::int8_t source = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.name, "name").since(1);
                    v(m.value, "value").since(1).nullable();
                    v(m.source, "source").since(1);
                    v.unknown(m.unknown_tags);
                }
            };

            std::string name;
            std::optional<std::string> value = "";
            bool read_only = false;
            std::int8_t config_source = -1;
            bool is_default = false;
            bool is_sensitive = false;
            std::vector<Synonym> synonyms;
            std::int8_t config_type = 0;
            std::optional<std::string> documentation = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.value, "value").nullable();
                v(m.read_only, "readOnly");
                v(m.config_source, "configSource").since(1);
                v(m.is_default, "isDefault").until(0);
                v(m.is_sensitive, "isSensitive");
                v(m.synonyms, "synonyms").since(1);
                v(m.config_type, "configType").since(3);
                v(m.documentation, "documentation").since(3).nullable();
                v.unknown(m.unknown_tags);
            }
        };

        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::int8_t resource_type = 0;
        std::string resource_name;
        std::vector<Config> configs;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.resource_type, "resourceType");
            v(m.resource_name, "resourceName");
            v(m.configs, "configs");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
