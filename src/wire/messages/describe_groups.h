#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DescribeGroupsResponse;

struct DescribeGroupsRequest {
    using Response = DescribeGroupsResponse;
    static constexpr std::int16_t api_key = 15;
    static constexpr std::string_view name = "DescribeGroupsRequest";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 5;

    std::vector<std::string> groups;
    bool include_authorized_operations = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.groups, "groups");
        v(m.include_authorized_operations, "includeAuthorizedOperations").since(3);
        v.unknown(m.unknown_tags);
    }
};

struct DescribeGroupsResponse {
    static constexpr std::int16_t api_key = 15;
    static constexpr std::string_view name = "DescribeGroupsResponse";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 5;

    struct Group {
        struct Member {
            std::string member_id;
            std::optional<std::string> group_instance_id;
            std::string client_id;
            std::string client_host;
            ByteView member_metadata;
            ByteView member_assignment;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.member_id, "memberId");
                v(m.group_instance_id, "groupInstanceId").since(4).nullable();
                v(m.client_id, "clientId");
                v(m.client_host, "clientHost");
                v(m.member_metadata, "memberMetadata");
                v(m.member_assignment, "memberAssignment");
                v.unknown(m.unknown_tags);
            }
        };

        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        std::string group_id;
        std::string group_state;
        std::string protocol_type;
        std::string protocol_data;
        std::vector<Member> members;
        std::int32_t authorized_operations = std::numeric_limits<std::int32_t>::min();
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").since(6).nullable();
            v(m.group_id, "groupId");
            v(m.group_state, "groupState");
            v(m.protocol_type, "protocolType");
            v(m.protocol_data, "protocolData");
            v(m.members, "members");
            v(m.authorized_operations, "authorizedOperations").since(3);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Group> groups;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.groups, "groups");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
