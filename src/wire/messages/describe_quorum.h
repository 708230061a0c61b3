#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DescribeQuorumResponse;

struct DescribeQuorumRequest {
    using Response = DescribeQuorumResponse;
    static constexpr std::int16_t api_key = 55;
    static constexpr std::string_view name = "DescribeQuorumRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic_name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeQuorumResponse {
    static constexpr std::int16_t api_key = 55;
    static constexpr std::string_view name = "DescribeQuorumResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct CurrentVoter {
                std::int32_t replica_id = 0;
                Uuid replica_directory_id;
                std::int64_t log_end_offset = 0;
                std::int64_t last_fetch_timestamp = -1;
                std::int64_t last_caught_up_timestamp = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.replica_id, "replicaId");
                    v(m.replica_directory_id, "replicaDirectoryId").since(2);
                    v(m.log_end_offset, "logEndOffset");
                    v(m.last_fetch_timestamp, "lastFetchTimestamp").since(1);
                    v(m.last_caught_up_timestamp, "lastCaughtUpTimestamp").since(1);
                    v.unknown(m.unknown_tags);
                }
            };

            struct Observer {
                std::int32_t replica_id = 0;
                Uuid replica_directory_id;
                std::int64_t log_end_offset = 0;
                std::int64_t last_fetch_timestamp = -1;
                std::int64_t last_caught_up_timestamp = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.replica_id, "replicaId");
                    v(m.replica_directory_id, "replicaDirectoryId").since(2);
                    v(m.log_end_offset, "logEndOffset");
                    v(m.last_fetch_timestamp, "lastFetchTimestamp").since(1);
                    v(m.last_caught_up_timestamp, "lastCaughtUpTimestamp").since(1);
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message = "";
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = 0;
            std::int64_t high_watermark = 0;
            std::vector<CurrentVoter> current_voters;
            std::vector<Observer> observers;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").since(2).nullable();
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
                v(m.high_watermark, "highWatermark");
                v(m.current_voters, "currentVoters");
                v(m.observers, "observers");
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic_name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct Node {
        struct Listener {
            std::string name;
            std::string host;
            std::uint16_t port = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(2);
                v(m.host, "host").since(2);
                v(m.port, "port").since(2);
                v.unknown(m.unknown_tags);
            }
        };

        std::int32_t node_id = 0;
        std::vector<Listener> listeners;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId").since(2);
            v(m.listeners, "listeners").since(2);
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<Topic> topics;
    std::vector<Node> nodes;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").since(2).nullable();
        v(m.topics, "topics");
        v(m.nodes, "nodes").since(2);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
