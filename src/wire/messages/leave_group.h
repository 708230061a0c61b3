#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct LeaveGroupResponse;

struct LeaveGroupRequest {
    using Response = LeaveGroupResponse;
    static constexpr std::int16_t api_key = 13;
    static constexpr std::string_view name = "LeaveGroupRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 4;

    struct Member {
        std::string member_id;
        std::optional<std::string> group_instance_id;
        std::optional<std::string> reason;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.member_id, "memberId").since(3);
            v(m.group_instance_id, "groupInstanceId").since(3).nullable();
            v(m.reason, "reason").since(5).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::vector<Member> members;
    std::string member_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.members, "members").since(3);
        v(m.member_id, "memberId").until(2);
        v.unknown(m.unknown_tags);
    }
};

struct LeaveGroupResponse {
    static constexpr std::int16_t api_key = 13;
    static constexpr std::string_view name = "LeaveGroupResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 4;

    struct Member {
        std::string member_id;
        std::optional<std::string> group_instance_id = "";
        std::int16_t error_code = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.member_id, "memberId").since(3);
            v(m.group_instance_id, "groupInstanceId").since(3).nullable();
            v(m.error_code, "errorCode").since(3);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Member> members;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.error_code, "errorCode");
        v(m.members, "members").since(3);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
