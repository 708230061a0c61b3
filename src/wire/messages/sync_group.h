#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct SyncGroupResponse;

struct SyncGroupRequest {
    using Response = SyncGroupResponse;
    static constexpr std::int16_t api_key = 14;
    static constexpr std::string_view name = "SyncGroupRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 4;

    struct Assignment {
        std::string member_id;
        ByteView assignment;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.member_id, "memberId");
            v(m.assignment, "assignment");
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::int32_t generation_id = 0;
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> protocol_type;
    std::optional<std::string> protocol_name;
    std::vector<Assignment> assignments;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.generation_id, "generationId");
        v(m.member_id, "memberId");
        v(m.group_instance_id, "groupInstanceId").since(3).nullable();
        v(m.protocol_type, "protocolType").since(5).nullable();
        v(m.protocol_name, "protocolName").since(5).nullable();
        v(m.assignments, "assignments");
        v.unknown(m.unknown_tags);
    }
};

struct SyncGroupResponse {
    static constexpr std::int16_t api_key = 14;
    static constexpr std::string_view name = "SyncGroupResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 4;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> protocol_type;
    std::optional<std::string> protocol_name;
    ByteView assignment;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.error_code, "errorCode");
        v(m.protocol_type, "protocolType").since(5).nullable();
        v(m.protocol_name, "protocolName").since(5).nullable();
        v(m.assignment, "assignment");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
