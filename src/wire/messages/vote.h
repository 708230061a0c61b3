#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct VoteResponse;

struct VoteRequest {
    using Response = VoteResponse;
    static constexpr std::int16_t api_key = 52;
    static constexpr std::string_view name = "VoteRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int32_t replica_epoch = 0;
            std::int32_t replica_id = 0;
            Uuid replica_directory_id;
            Uuid voter_directory_id;
            std::int32_t last_offset_epoch = 0;
            std::int64_t last_offset = 0;
            bool pre_vote = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.replica_epoch, "replicaEpoch");
                v(m.replica_id, "replicaId");
                v(m.replica_directory_id, "replicaDirectoryId").since(1);
                v(m.voter_directory_id, "voterDirectoryId").since(1);
                v(m.last_offset_epoch, "lastOffsetEpoch");
                v(m.last_offset, "lastOffset");
                v(m.pre_vote, "preVote").since(2);
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

    std::optional<std::string> cluster_id;
    std::int32_t voter_id = -1;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").nullable();
        v(m.voter_id, "voterId").since(1);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct VoteResponse {
    static constexpr std::int16_t api_key = 52;
    static constexpr std::string_view name = "VoteResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = 0;
            bool vote_granted = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
                v(m.vote_granted, "voteGranted");
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

    struct NodeEndpoint {
        std::int32_t node_id = 0;
        std::string host;
        std::uint16_t port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId").since(1);
            v(m.host, "host").since(1);
            v(m.port, "port").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<Topic> topics;
    std::vector<NodeEndpoint> node_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.topics, "topics");
        v(m.node_endpoints, "nodeEndpoints").since(1).tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
