#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct CreateAclsResponse;

struct CreateAclsRequest {
    using Response = CreateAclsResponse;
    static constexpr std::int16_t api_key = 30;
    static constexpr std::string_view name = "CreateAclsRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Creation {
        std::int8_t resource_type = 0;
        std::string resource_name;
        std::int8_t resource_pattern_type = 3;
        std::string principal;
        std::string host;
        std::int8_t operation = 0;
        std::int8_t permission_type = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.resource_type, "resourceType");
            v(m.resource_name, "resourceName");
            v(m.resource_pattern_type, "resourcePatternType").since(1);
            v(m.principal, "principal");
            v(m.host, "host");
            v(m.operation, "operation");
            v(m.permission_type, "permissionType");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Creation> creations;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.creations, "creations");
        v.unknown(m.unknown_tags);
    }
};

struct CreateAclsResponse {
    static constexpr std::int16_t api_key = 30;
    static constexpr std::string_view name = "CreateAclsResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Result {
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
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
