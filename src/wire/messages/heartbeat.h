#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct HeartbeatResponse;

struct HeartbeatRequest {
    using Response = HeartbeatResponse;
    static constexpr std::int16_t api_key = 12;
    static constexpr std::string_view name = "HeartbeatRequest";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    std::string group_id;
    std::int32_t generation_id = 0;
    std::string member_id;
    std::optional<std::string> group_instance_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.generation_id, "generationId");
        v(m.member_id, "memberId");
        v(m.group_instance_id, "groupInstanceId").since(3).nullable();
        v.unknown(m.unknown_tags);
    }
};

struct HeartbeatResponse {
    static constexpr std::int16_t api_key = 12;
    static constexpr std::string_view name = "HeartbeatResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.error_code, "errorCode");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
