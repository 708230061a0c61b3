#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct JoinGroupResponse;

struct JoinGroupRequest {
    using Response = JoinGroupResponse;
    static constexpr std::int16_t api_key = 11;
    static constexpr std::string_view name = "JoinGroupRequest";
    static constexpr Versions versions{0, 9};
    static constexpr std::int16_t flexible_since = 6;

    struct Protocol {
        std::string name;
        ByteView metadata;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.metadata, "metadata");
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::int32_t session_timeout_ms = 0;
    std::int32_t rebalance_timeout_ms = -1;
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string protocol_type;
    std::vector<Protocol> protocols;
    std::optional<std::string> reason;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.session_timeout_ms, "sessionTimeoutMs");
        v(m.rebalance_timeout_ms, "rebalanceTimeoutMs").since(1);
        v(m.member_id, "memberId");
        v(m.group_instance_id, "groupInstanceId").since(5).nullable();
        v(m.protocol_type, "protocolType");
        v(m.protocols, "protocols");
        v(m.reason, "reason").since(8).nullable();
        v.unknown(m.unknown_tags);
    }
};

struct JoinGroupResponse {
    static constexpr std::int16_t api_key = 11;
    static constexpr std::string_view name = "JoinGroupResponse";
    static constexpr Versions versions{0, 9};
    static constexpr std::int16_t flexible_since = 6;

    struct Member {
        std::string member_id;
        std::optional<std::string> group_instance_id;
        ByteView metadata;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.member_id, "memberId");
            v(m.group_instance_id, "groupInstanceId").since(5).nullable();
            v(m.metadata, "metadata");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int32_t generation_id = -1;
    std::optional<std::string> protocol_type;
    std::optional<std::string> protocol_name = "";
    std::string leader;
    bool skip_assignment = false;
    std::string member_id;
    std::vector<Member> members;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(2);
        v(m.error_code, "errorCode");
        v(m.generation_id, "generationId");
        v(m.protocol_type, "protocolType").since(7).nullable();
        v(m.protocol_name, "protocolName").nullable(7);
        v(m.leader, "leader");
        v(m.skip_assignment, "skipAssignment").since(9);
        v(m.member_id, "memberId");
        v(m.members, "members");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
