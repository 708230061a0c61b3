#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct EndQuorumEpochResponse;

struct EndQuorumEpochRequest {
    using Response = EndQuorumEpochResponse;
    static constexpr std::int16_t api_key = 54;
    static constexpr std::string_view name = "EndQuorumEpochRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct Topic {
        struct Partition {
            struct PreferredCandidate {
                std::int32_t candidate_id = 0;
                Uuid candidate_directory_id;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.candidate_id, "candidateId").since(1);
                    v(m.candidate_directory_id, "candidateDirectoryId").since(1);
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = 0;
            std::vector<PreferredCandidate> preferred_candidates;
            std::vector<std::int32_t> preferred_successors;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
                v(m.preferred_candidates, "preferredCandidates").since(1);
                v(m.preferred_successors, "preferredSuccessors").until(0);
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

    struct LeaderEndpoint {
        std::string name;
        std::string host;
        std::uint16_t port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").since(1);
            v(m.host, "host").since(1);
            v(m.port, "port").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::string> cluster_id;
    std::vector<Topic> topics;
    std::vector<LeaderEndpoint> leader_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").nullable();
        v(m.topics, "topics");
        v(m.leader_endpoints, "leaderEndpoints").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct EndQuorumEpochResponse {
    static constexpr std::int16_t api_key = 54;
    static constexpr std::string_view name = "EndQuorumEpochResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
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
