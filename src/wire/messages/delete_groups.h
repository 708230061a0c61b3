#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteGroupsResponse;

struct DeleteGroupsRequest {
    using Response = DeleteGroupsResponse;
    static constexpr std::int16_t api_key = 42;
    static constexpr std::string_view name = "DeleteGroupsRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    std::vector<std::string> groups_names;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.groups_names, "groupsNames");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteGroupsResponse {
    static constexpr std::int16_t api_key = 42;
    static constexpr std::string_view name = "DeleteGroupsResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Result {
        std::string group_id;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId");
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").since(3).nullable();
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
