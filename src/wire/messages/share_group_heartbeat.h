#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ShareGroupHeartbeatResponse;

struct ShareGroupHeartbeatRequest {
    using Response = ShareGroupHeartbeatResponse;
    static constexpr std::int16_t api_key = 76;
    static constexpr std::string_view name = "ShareGroupHeartbeatRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    std::string group_id;
    std::string member_id;
    std::int32_t member_epoch = 0;
    std::optional<std::string> rack_id;
    std::optional<std::vector<std::string>> subscribed_topic_names;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
        v(m.member_epoch, "memberEpoch");
        v(m.rack_id, "rackId").nullable();
        v(m.subscribed_topic_names, "subscribedTopicNames").nullable();
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct ShareGroupHeartbeatResponseAssignment {
    struct TopicPartition {
        Uuid topic_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<TopicPartition> topic_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_partitions, "topicPartitions");
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupHeartbeatResponse {
    static constexpr std::int16_t api_key = 76;
    static constexpr std::string_view name = "ShareGroupHeartbeatResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    using Assignment = ShareGroupHeartbeatResponseAssignment;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = 0;
    std::int32_t heartbeat_interval_ms = 0;
    std::optional<Assignment> assignment;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.member_id, "memberId").nullable();
        v(m.member_epoch, "memberEpoch");
        v(m.heartbeat_interval_ms, "heartbeatIntervalMs");
        v(m.assignment, "assignment").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
