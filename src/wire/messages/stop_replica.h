#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct StopReplicaResponse;

struct StopReplicaRequest {
    using Response = StopReplicaResponse;
    static constexpr std::int16_t api_key = 5;
    static constexpr std::string_view name = "StopReplicaRequest";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 2;

    struct TopicState {
        struct PartitionState {
            std::int32_t partition_index = 0;
            std::int32_t leader_epoch = -1;
            bool delete_partition = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").since(3);
                v(m.leader_epoch, "leaderEpoch").since(3);
                v(m.delete_partition, "deletePartition").since(3);
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic_name;
        std::vector<PartitionState> partition_states;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").since(3);
            v(m.partition_states, "partitionStates").since(3);
            v.unknown(m.unknown_tags);
        }
    };

    struct Topic {
        std::string name;
        std::vector<std::int32_t> partition_indexes;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").versions(1, 2);
            v(m.partition_indexes, "partitionIndexes").versions(1, 2);
            v.unknown(m.unknown_tags);
        }
    };

    struct UngroupedPartition {
        std::string topic_name;
        std::int32_t partition_index = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").until(0);
            v(m.partition_index, "partitionIndex").until(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t controller_id = 0;
    bool is_kraft_controller = false;
    std::int32_t controller_epoch = 0;
    std::int64_t broker_epoch = -1;
    std::vector<TopicState> topic_states;
    bool delete_partitions = false;
    std::vector<Topic> topics;
    std::vector<UngroupedPartition> ungrouped_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v(m.is_kraft_controller, "isKRaftController").since(4);
        v(m.controller_epoch, "controllerEpoch");
        v(m.broker_epoch, "brokerEpoch").since(1);
        v(m.topic_states, "topicStates").since(3);
        v(m.delete_partitions, "deletePartitions").until(2);
        v(m.topics, "topics").versions(1, 2);
        v(m.ungrouped_partitions, "ungroupedPartitions").until(0);
        v.unknown(m.unknown_tags);
    }
};

struct StopReplicaResponse {
    static constexpr std::int16_t api_key = 5;
    static constexpr std::string_view name = "StopReplicaResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 2;

    struct PartitionError {
        std::string topic_name;
        std::int32_t partition_index = 0;
        std::int16_t error_code = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v(m.partition_index, "partitionIndex");
            v(m.error_code, "errorCode");
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<PartitionError> partition_errors;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.partition_errors, "partitionErrors");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
