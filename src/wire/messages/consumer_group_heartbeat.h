#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ConsumerGroupHeartbeatResponse;

struct ConsumerGroupHeartbeatRequest {
    using Response = ConsumerGroupHeartbeatResponse;
    static constexpr std::int16_t api_key = 68;
    static constexpr std::string_view name = "ConsumerGroupHeartbeatRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

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

    std::string group_id;
    std::string member_id;
    std::int32_t member_epoch = 0;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::int32_t rebalance_timeout_ms = -1;
    std::optional<std::vector<std::string>> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    std::optional<std::string> server_assignor;
    std::optional<std::vector<TopicPartition>> topic_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
        v(m.member_epoch, "memberEpoch");
        v(m.instance_id, "instanceId").nullable();
        v(m.rack_id, "rackId").nullable();
        v(m.rebalance_timeout_ms, "rebalanceTimeoutMs");
        v(m.subscribed_topic_names, "subscribedTopicNames").nullable();
        v(m.subscribed_topic_regex, "subscribedTopicRegex").since(1).nullable();
        v(m.server_assignor, "serverAssignor").nullable();
        v(m.topic_partitions, "topicPartitions").nullable();
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct ConsumerGroupHeartbeatResponseAssignment {
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

struct ConsumerGroupHeartbeatResponse {
    static constexpr std::int16_t api_key = 68;
    static constexpr std::string_view name = "ConsumerGroupHeartbeatResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    using Assignment = ConsumerGroupHeartbeatResponseAssignment;

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
