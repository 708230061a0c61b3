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

struct FetchResponse;

struct FetchRequest {
    using Response = FetchResponse;
    static constexpr std::int16_t api_key = 1;
    static constexpr std::string_view name = "FetchRequest";
    static constexpr Versions versions{0, 18};
    static constexpr std::int16_t flexible_since = 12;

    struct Topic {
        struct Partition {
            std::int32_t partition = 0;
            std::int32_t current_leader_epoch = -1;
            std::int64_t fetch_offset = 0;
            std::int32_t last_fetched_epoch = -1;
            std::int64_t log_start_offset = -1;
            std::int32_t partition_max_bytes = 0;
            Uuid replica_directory_id;
            std::int64_t high_watermark = std::numeric_limits<std::int64_t>::max();
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.current_leader_epoch, "currentLeaderEpoch").since(9);
                v(m.fetch_offset, "fetchOffset");
                v(m.last_fetched_epoch, "lastFetchedEpoch").since(12);
                v(m.log_start_offset, "logStartOffset").since(5);
                v(m.partition_max_bytes, "partitionMaxBytes");
                v(m.replica_directory_id, "replicaDirectoryId").since(17).tag(0);
                v(m.high_watermark, "highWatermark").since(18).tag(1);
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string topic;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(13);
            v(m.topic, "topic").until(12);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct ForgottenTopicsData {
        Uuid topic_id;
        std::string topic;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(13);
            v(m.topic, "topic").versions(7, 12);
            v(m.partitions, "partitions").since(7);
            v.unknown(m.unknown_tags);
        }
    };

    struct ReplicaState {
        std::int32_t replica_id = -1;
        std::int64_t replica_epoch = -1;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.replica_id, "replicaId").since(15);
            v(m.replica_epoch, "replicaEpoch").since(15);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t replica_id = -1;
    std::int32_t max_wait_ms = 0;
    std::int32_t min_bytes = 0;
    std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
    std::int8_t isolation_level = 0;
    std::int32_t session_id = 0;
    std::int32_t session_epoch = -1;
    std::vector<Topic> topics;
    std::vector<ForgottenTopicsData> forgotten_topics_data;
    std::string rack_id;
    std::optional<std::string> cluster_id;
    ReplicaState replica_state;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.replica_id, "replicaId").until(14);
        v(m.max_wait_ms, "maxWaitMs");
        v(m.min_bytes, "minBytes");
        v(m.max_bytes, "maxBytes").since(3);
        v(m.isolation_level, "isolationLevel").since(4);
        v(m.session_id, "sessionId").since(7);
        v(m.session_epoch, "sessionEpoch").since(7);
        v(m.topics, "topics");
        v(m.forgotten_topics_data, "forgottenTopicsData").since(7);
        v(m.rack_id, "rackId").since(11);
        v(m.cluster_id, "clusterId").since(12).nullable().tag(0);
        v(m.replica_state, "replicaState").since(15).tag(1);
        v.unknown(m.unknown_tags);
    }
};

struct FetchResponse {
    static constexpr std::int16_t api_key = 1;
    static constexpr std::string_view name = "FetchResponse";
    static constexpr Versions versions{0, 18};
    static constexpr std::int16_t flexible_since = 12;

    struct Response {
        struct Partition {
            struct AbortedTransaction {
                std::int64_t producer_id = 0;
                std::int64_t first_offset = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.producer_id, "producerId").since(4);
                    v(m.first_offset, "firstOffset").since(4);
                    v.unknown(m.unknown_tags);
                }
            };

            struct DivergingEpoch {
                std::int32_t epoch = -1;
                std::int64_t end_offset = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.epoch, "epoch").since(12);
                    v(m.end_offset, "endOffset").since(12);
                    v.unknown(m.unknown_tags);
                }
            };

            struct CurrentLeader {
                std::int32_t leader_id = -1;
                std::int32_t leader_epoch = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.leader_id, "leaderId").since(12);
                    v(m.leader_epoch, "leaderEpoch").since(12);
                    v.unknown(m.unknown_tags);
                }
            };

            struct SnapshotId {
                std::int64_t end_offset = -1;
                std::int32_t epoch = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.end_offset, "endOffset").since(12);
                    v(m.epoch, "epoch").since(12);
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::int64_t high_watermark = 0;
            std::int64_t last_stable_offset = -1;
            std::int64_t log_start_offset = -1;
            std::optional<std::vector<AbortedTransaction>> aborted_transactions{std::in_place};
            std::int32_t preferred_read_replica = -1;
            Records records;
            DivergingEpoch diverging_epoch;
            CurrentLeader current_leader;
            SnapshotId snapshot_id;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.high_watermark, "highWatermark");
                v(m.last_stable_offset, "lastStableOffset").since(4);
                v(m.log_start_offset, "logStartOffset").since(5);
                v(m.aborted_transactions, "abortedTransactions").since(4).nullable();
                v(m.preferred_read_replica, "preferredReadReplica").since(11);
                v(m.records, "records").nullable();
                v(m.diverging_epoch, "divergingEpoch").since(12).tag(0);
                v(m.current_leader, "currentLeader").since(12).tag(1);
                v(m.snapshot_id, "snapshotId").since(12).tag(2);
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string topic;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(13);
            v(m.topic, "topic").until(12);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct NodeEndpoint {
        std::int32_t node_id = 0;
        std::string host;
        std::int32_t port = 0;
        std::optional<std::string> rack;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId").since(16);
            v(m.host, "host").since(16);
            v(m.port, "port").since(16);
            v(m.rack, "rack").since(16).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int32_t session_id = 0;
    std::vector<Response> responses;
    std::vector<NodeEndpoint> node_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.error_code, "errorCode").since(7);
        v(m.session_id, "sessionId").since(7);
        v(m.responses, "responses");
        v(m.node_endpoints, "nodeEndpoints").since(16).tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
