#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ListGroupsResponse;

struct ListGroupsRequest {
    using Response = ListGroupsResponse;
    static constexpr std::int16_t api_key = 16;
    static constexpr std::string_view name = "ListGroupsRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    std::vector<std::string> states_filter;
    std::vector<std::string> types_filter;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.states_filter, "statesFilter").since(4);
        v(m.types_filter, "typesFilter").since(5);
        v.unknown(m.unknown_tags);
    }
};

struct ListGroupsResponse {
    static constexpr std::int16_t api_key = 16;
    static constexpr std::string_view name = "ListGroupsResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    struct Group {
        std::string group_id;
        std::string protocol_type;
        std::string group_state;
        std::string group_type;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId");
            v(m.protocol_type, "protocolType");
            v(m.group_state, "groupState").since(4);
            v(m.group_type, "groupType").since(5);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Group> groups;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.error_code, "errorCode");
        v(m.groups, "groups");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
