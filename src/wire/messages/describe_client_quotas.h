#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeClientQuotasResponse;

struct DescribeClientQuotasRequest {
    using Response = DescribeClientQuotasResponse;
    static constexpr std::int16_t api_key = 48;
    static constexpr std::string_view name = "DescribeClientQuotasRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct Component {
        std::string entity_type;
        std::int8_t match_type = 0;
        std::optional<std::string> match = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.entity_type, "entityType");
            v(m.match_type, "matchType");
            v(m.match, "match").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Component> components;
    bool strict = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.components, "components");
        v(m.strict, "strict");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeClientQuotasResponse {
    static constexpr std::int16_t api_key = 48;
    static constexpr std::string_view name = "DescribeClientQuotasResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct Entry {
        struct Entity {
            std::string entity_type;
            std::optional<std::string> entity_name = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.entity_type, "entityType");
                v(m.entity_name, "entityName").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        struct Value {
            std::string key;
            double value = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.key, "key");
                v(m.value, "value");
                v.unknown(m.unknown_tags);
            }
        };

        std::vector<Entity> entity;
        std::vector<Value> values;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.entity, "entity");
            v(m.values, "values");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::optional<std::vector<Entry>> entries{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.entries, "entries").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
