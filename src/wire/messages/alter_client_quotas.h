#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterClientQuotasResponse;

struct AlterClientQuotasRequest {
    using Response = AlterClientQuotasResponse;
    static constexpr std::int16_t api_key = 49;
    static constexpr std::string_view name = "AlterClientQuotasRequest";
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

        struct Op {
            std::string key;
            double value = 0;
            bool remove = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.key, "key");
                v(m.value, "value");
                v(m.remove, "remove");
                v.unknown(m.unknown_tags);
            }
        };

        std::vector<Entity> entity;
        std::vector<Op> ops;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.entity, "entity");
            v(m.ops, "ops");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Entry> entries;
    bool validate_only = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.entries, "entries");
        v(m.validate_only, "validateOnly");
        v.unknown(m.unknown_tags);
    }
};

struct AlterClientQuotasResponse {
    static constexpr std::int16_t api_key = 49;
    static constexpr std::string_view name = "AlterClientQuotasResponse";
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

        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::vector<Entity> entity;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.entity, "entity");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Entry> entries;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.entries, "entries");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
