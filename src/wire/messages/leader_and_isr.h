#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct LeaderAndIsrResponse;

struct LeaderAndIsrRequest {
    using Response = LeaderAndIsrResponse;
    static constexpr std::int16_t api_key = 4;
    static constexpr std::string_view name = "LeaderAndIsrRequest";
    static constexpr Versions versions{0, 7};
    static constexpr std::int16_t flexible_since = 4;

    struct TopicState {
        struct PartitionState {
            std::int32_t partition_index = 0;
            std::int32_t controller_epoch = 0;
            std::int32_t leader = 0;
            std::int32_t leader_epoch = 0;
            std::vector<std::int32_t> isr;
            std::int32_t partition_epoch = 0;
            std::vector<std::int32_t> replicas;
            std::vector<std::int32_t> adding_replicas;
            std::vector<std::int32_t> removing_replicas;
            bool is_new = false;
            std::int8_t leader_recovery_state = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").since(2);
                v(m.controller_epoch, "controllerEpoch").since(2);
                v(m.leader, "leader").since(2);
                v(m.leader_epoch, "leaderEpoch").since(2);
                v(m.isr, "isr").since(2);
                v(m.partition_epoch, "partitionEpoch").since(2);
                v(m.replicas, "replicas").since(2);
                v(m.adding_replicas, "addingReplicas").since(3);
                v(m.removing_replicas, "removingReplicas").since(3);
                v(m.is_new, "isNew").since(2);
                v(m.leader_recovery_state, "leaderRecoveryState").since(6);
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic_name;
        Uuid topic_id;
        std::vector<PartitionState> partition_states;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").since(2);
            v(m.topic_id, "topicId").since(5);
            v(m.partition_states, "partitionStates").since(2);
            v.unknown(m.unknown_tags);
        }
    };

    struct UngroupedPartitionState {
        std::string topic_name;
        std::int32_t partition_index = 0;
        std::int32_t controller_epoch = 0;
        std::int32_t leader = 0;
        std::int32_t leader_epoch = 0;
        std::vector<std::int32_t> isr;
        std::int32_t partition_epoch = 0;
        std::vector<std::int32_t> replicas;
        bool is_new = false;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").until(1);
            v(m.partition_index, "partitionIndex").until(1);
            v(m.controller_epoch, "controllerEpoch").until(1);
            v(m.leader, "leader").until(1);
            v(m.leader_epoch, "leaderEpoch").until(1);
            v(m.isr, "isr").until(1);
            v(m.partition_epoch, "partitionEpoch").until(1);
            v(m.replicas, "replicas").until(1);
            v(m.is_new, "isNew").versions(1, 1);
            v.unknown(m.unknown_tags);
        }
    };

    struct LiveLeader {
        std::int32_t broker_id = 0;
        std::string host_name;
        std::int32_t port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.broker_id, "brokerId");
            v(m.host_name, "hostName");
            v(m.port, "port");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t controller_id = 0;
    bool is_kraft_controller = false;
    std::int32_t controller_epoch = 0;
    std::int64_t broker_epoch = -1;
    std::int8_t type = 0;
    std::vector<TopicState> topic_states;
    std::vector<UngroupedPartitionState> ungrouped_partition_states;
    std::vector<LiveLeader> live_leaders;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v(m.is_kraft_controller, "isKRaftController").since(7);
        v(m.controller_epoch, "controllerEpoch");
        v(m.broker_epoch, "brokerEpoch").since(2);
        v(m.type, "type").since(5);
        v(m.topic_states, "topicStates").since(2);
        v(m.ungrouped_partition_states, "ungroupedPartitionStates").until(1);
        v(m.live_leaders, "liveLeaders");
        v.unknown(m.unknown_tags);
    }
};

struct LeaderAndIsrResponse {
    static constexpr std::int16_t api_key = 4;
    static constexpr std::string_view name = "LeaderAndIsrResponse";
    static constexpr Versions versions{0, 7};
    static constexpr std::int16_t flexible_since = 4;

    struct Topic {
        struct PartitionError {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").since(5);
                v(m.error_code, "errorCode").since(5);
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::vector<PartitionError> partition_errors;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(5);
            v(m.partition_errors, "partitionErrors").since(5);
            v.unknown(m.unknown_tags);
        }
    };

    struct PartitionError {
        std::string topic_name;
        std::int32_t partition_index = 0;
        std::int16_t error_code = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").until(4);
            v(m.partition_index, "partitionIndex").until(4);
            v(m.error_code, "errorCode").until(4);
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<Topic> topics;
    std::vector<PartitionError> partition_errors;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.topics, "topics").since(5);
        v(m.partition_errors, "partitionErrors").until(4);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
