#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteAclsResponse;

struct DeleteAclsRequest {
    using Response = DeleteAclsResponse;
    static constexpr std::int16_t api_key = 31;
    static constexpr std::string_view name = "DeleteAclsRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Filter {
        std::int8_t resource_type_filter = 0;
        std::optional<std::string> resource_name_filter = "";
        std::int8_t pattern_type_filter = 3;
        std::optional<std::string> principal_filter = "";
        std::optional<std::string> host_filter = "";
        std::int8_t operation = 0;
        std::int8_t permission_type = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.resource_type_filter, "resourceTypeFilter");
            v(m.resource_name_filter, "resourceNameFilter").nullable();
            v(m.pattern_type_filter, "patternTypeFilter").since(1);
            v(m.principal_filter, "principalFilter").nullable();
            v(m.host_filter, "hostFilter").nullable();
            v(m.operation, "operation");
            v(m.permission_type, "permissionType");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Filter> filters;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.filters, "filters");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteAclsResponse {
    static constexpr std::int16_t api_key = 31;
    static constexpr std::string_view name = "DeleteAclsResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct FilterResult {
        struct MatchingAcl {
            std::int16_t error_code = 0;
            std::optional<std::string> error_message = "";
            std::int8_t resource_type = 0;
            std::string resource_name;
            std::int8_t pattern_type = 3;
            std::string principal;
            std::string host;
            std::int8_t operation = 0;
            std::int8_t permission_type = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v(m.resource_type, "resourceType");
                v(m.resource_name, "resourceName");
                v(m.pattern_type, "patternType").since(1);
                v(m.principal, "principal");
                v(m.host, "host");
                v(m.operation, "operation");
                v(m.permission_type, "permissionType");
                v.unknown(m.unknown_tags);
            }
        };

        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::vector<MatchingAcl> matching_acls;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.matching_acls, "matchingAcls");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<FilterResult> filter_results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.filter_results, "filterResults");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
