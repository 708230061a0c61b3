#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

/// Outside its message: std::optional wants the type complete.
struct DescribeTopicPartitionsRequestCursor {
    std::string topic_name;
    std::int32_t partition_index = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_name, "topicName");
        v(m.partition_index, "partitionIndex");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeTopicPartitionsResponse;

struct DescribeTopicPartitionsRequest {
    using Response = DescribeTopicPartitionsResponse;
    static constexpr std::int16_t api_key = 75;
    static constexpr std::string_view name = "DescribeTopicPartitionsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        std::string name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v.unknown(m.unknown_tags);
        }
    };

    using Cursor = DescribeTopicPartitionsRequestCursor;

    std::vector<Topic> topics;
    std::int32_t response_partition_limit = 2000;
    std::optional<Cursor> cursor;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.response_partition_limit, "responsePartitionLimit");
        v(m.cursor, "cursor").nullable();
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct DescribeTopicPartitionsResponseNextCursor {
    std::string topic_name;
    std::int32_t partition_index = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_name, "topicName");
        v(m.partition_index, "partitionIndex");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeTopicPartitionsResponse {
    static constexpr std::int16_t api_key = 75;
    static constexpr std::string_view name = "DescribeTopicPartitionsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int16_t error_code = 0;
            std::int32_t partition_index = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = -1;
            std::vector<std::int32_t> replica_nodes;
            std::vector<std::int32_t> isr_nodes;
            std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
            std::optional<std::vector<std::int32_t>> last_known_elr;
            std::vector<std::int32_t> offline_replicas;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.error_code, "errorCode");
                v(m.partition_index, "partitionIndex");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
                v(m.replica_nodes, "replicaNodes");
                v(m.isr_nodes, "isrNodes");
                v(m.eligible_leader_replicas, "eligibleLeaderReplicas").nullable();
                v(m.last_known_elr, "lastKnownElr").nullable();
                v(m.offline_replicas, "offlineReplicas");
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
            v(m.name, "name").nullable();
            v(m.topic_id, "topicId");
            v(m.is_internal, "isInternal");
            v(m.partitions, "partitions");
            v(m.topic_authorized_operations, "topicAuthorizedOperations");
            v.unknown(m.unknown_tags);
        }
    };

    using NextCursor = DescribeTopicPartitionsResponseNextCursor;

    std::int32_t throttle_time_ms = 0;
    std::vector<Topic> topics;
    std::optional<NextCursor> next_cursor;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.topics, "topics");
        v(m.next_cursor, "nextCursor").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
