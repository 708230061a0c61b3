#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct MetadataResponse;

struct MetadataRequest {
    using Response = MetadataResponse;
    static constexpr std::int16_t api_key = 3;
    static constexpr std::string_view name = "MetadataRequest";
    static constexpr Versions versions{0, 13};
    static constexpr std::int16_t flexible_since = 9;

    struct Topic {
        Uuid topic_id;
        std::optional<std::string> name = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(10);
            v(m.name, "name").nullable(10);
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::vector<Topic>> topics{std::in_place};
    bool allow_auto_topic_creation = true;
    bool include_cluster_authorized_operations = false;
    bool include_topic_authorized_operations = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics").nullable(1);
        v(m.allow_auto_topic_creation, "allowAutoTopicCreation").since(4);
        v(m.include_cluster_authorized_operations, "includeClusterAuthorizedOperations")
            .versions(8, 10);
        v(m.include_topic_authorized_operations, "includeTopicAuthorizedOperations").since(8);
        v.unknown(m.unknown_tags);
    }
};

struct MetadataResponse {
    static constexpr std::int16_t api_key = 3;
    static constexpr std::string_view name = "MetadataResponse";
    static constexpr Versions versions{0, 13};
    static constexpr std::int16_t flexible_since = 9;

    struct Broker {
        std::int32_t node_id = 0;
        std::string host;
        std::int32_t port = 0;
        std::optional<std::string> rack;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId");
            v(m.host, "host");
            v(m.port, "port");
            v(m.rack, "rack").since(1).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    struct Topic {
        struct Partition {
            std::int16_t error_code = 0;
            std::int32_t partition_index = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = -1;
            std::vector<std::int32_t> replica_nodes;
            std::vector<std::int32_t> isr_nodes;
            std::vector<std::int32_t> offline_replicas;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.error_code, "errorCode");
                v(m.partition_index, "partitionIndex");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch").since(7);
                v(m.replica_nodes, "replicaNodes");
                v(m.isr_nodes, "isrNodes");
                v(m.offline_replicas, "offlineReplicas").since(5);
                v.unknown(m.unknown_tags);
            }
        };

        std::int16_t error_code = 0;
        std::optional<std::string> name = "";
        Uuid topic_id;
        bool is_internal = false;
        std::vector<Partition> partitions;
        std::int32_t topic_authorized_operations = std::numeric_limits<std::int32_t>::min();
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.name, "name").nullable(12);
            v(m.topic_id, "topicId").since(10);
            v(m.is_internal, "isInternal").since(1);
            v(m.partitions, "partitions");
            v(m.topic_authorized_operations, "topicAuthorizedOperations").since(8);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Broker> brokers;
    std::optional<std::string> cluster_id;
    std::int32_t controller_id = -1;
    std::vector<Topic> topics;
    std::int16_t error_code = 0;
    std::int32_t cluster_authorized_operations = std::numeric_limits<std::int32_t>::min();
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(3);
        v(m.brokers, "brokers");
        v(m.cluster_id, "clusterId").since(2).nullable();
        v(m.controller_id, "controllerId").since(1);
        v(m.topics, "topics");
        v(m.error_code, "errorCode").since(13);
        v(m.cluster_authorized_operations, "clusterAuthorizedOperations").versions(8, 10);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
