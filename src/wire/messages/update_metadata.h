#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct UpdateMetadataResponse;

struct UpdateMetadataRequest {
    using Response = UpdateMetadataResponse;
    static constexpr std::int16_t api_key = 6;
    static constexpr std::string_view name = "UpdateMetadataRequest";
    static constexpr Versions versions{0, 8};
    static constexpr std::int16_t flexible_since = 6;

    struct TopicState {
        struct PartitionState {
            std::int32_t partition_index = 0;
            std::int32_t controller_epoch = 0;
            std::int32_t leader = 0;
            std::int32_t leader_epoch = 0;
            std::vector<std::int32_t> isr;
            std::int32_t zk_version = 0;
            std::vector<std::int32_t> replicas;
            std::vector<std::int32_t> offline_replicas;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").since(5);
                v(m.controller_epoch, "controllerEpoch").since(5);
                v(m.leader, "leader").since(5);
                v(m.leader_epoch, "leaderEpoch").since(5);
                v(m.isr, "isr").since(5);
                v(m.zk_version, "zkVersion").since(5);
                v(m.replicas, "replicas").since(5);
                v(m.offline_replicas, "offlineReplicas").since(5);
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic_name;
        Uuid topic_id;
        std::vector<PartitionState> partition_states;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").since(5);
            v(m.topic_id, "topicId").since(7);
            v(m.partition_states, "partitionStates").since(5);
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
        std::int32_t zk_version = 0;
        std::vector<std::int32_t> replicas;
        std::vector<std::int32_t> offline_replicas;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName").until(4);
            v(m.partition_index, "partitionIndex").until(4);
            v(m.controller_epoch, "controllerEpoch").until(4);
            v(m.leader, "leader").until(4);
            v(m.leader_epoch, "leaderEpoch").until(4);
            v(m.isr, "isr").until(4);
            v(m.zk_version, "zkVersion").until(4);
            v(m.replicas, "replicas").until(4);
            v(m.offline_replicas, "offlineReplicas").versions(4, 4);
            v.unknown(m.unknown_tags);
        }
    };

    struct LiveBroker {
        struct Endpoint {
            std::int32_t port = 0;
            std::string host;
            std::string listener;
            std::int16_t security_protocol = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.port, "port").since(1);
                v(m.host, "host").since(1);
                v(m.listener, "listener").since(3);
                v(m.security_protocol, "securityProtocol").since(1);
                v.unknown(m.unknown_tags);
            }
        };

        std::int32_t id = 0;
        std::vector<Endpoint> endpoints;
        std::optional<std::string> rack = "";
        std::string v0_host;
        std::int32_t v0_port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.id, "id");
            v(m.endpoints, "endpoints").since(1);
            v(m.rack, "rack").since(2).nullable();
            v(m.v0_host, "v0Host").until(0);
            v(m.v0_port, "v0Port").until(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t controller_id = 0;
    bool is_kraft_controller = false;
    std::int32_t controller_epoch = 0;
    std::int64_t broker_epoch = -1;
    std::vector<TopicState> topic_states;
    std::vector<UngroupedPartitionState> ungrouped_partition_states;
    std::vector<LiveBroker> live_brokers;
    std::int8_t type = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v(m.is_kraft_controller, "isKRaftController").since(8);
        v(m.controller_epoch, "controllerEpoch");
        v(m.broker_epoch, "brokerEpoch").since(5);
        v(m.topic_states, "topicStates").since(5);
        v(m.ungrouped_partition_states, "ungroupedPartitionStates").until(4);
        v(m.live_brokers, "liveBrokers");
        v(m.type, "type").since(8).tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct UpdateMetadataResponse {
    static constexpr std::int16_t api_key = 6;
    static constexpr std::string_view name = "UpdateMetadataResponse";
    static constexpr Versions versions{0, 8};
    static constexpr std::int16_t flexible_since = 6;

    std::int16_t error_code = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
