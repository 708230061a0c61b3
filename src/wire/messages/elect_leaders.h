#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct ElectLeadersResponse;

struct ElectLeadersRequest {
    using Response = ElectLeadersResponse;
    static constexpr std::int16_t api_key = 43;
    static constexpr std::string_view name = "ElectLeadersRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct TopicPartition {
        std::string topic;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int8_t election_type = 0;
    std::optional<std::vector<TopicPartition>> topic_partitions{std::in_place};
    std::int32_t timeout_ms = 60000;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.election_type, "electionType").since(1);
        v(m.topic_partitions, "topicPartitions").nullable();
        v(m.timeout_ms, "timeoutMs");
        v.unknown(m.unknown_tags);
    }
};

struct ElectLeadersResponse {
    static constexpr std::int16_t api_key = 43;
    static constexpr std::string_view name = "ElectLeadersResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct ReplicaElectionResult {
        struct PartitionResult {
            std::int32_t partition_id = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_id, "partitionId");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic;
        std::vector<PartitionResult> partition_result;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
            v(m.partition_result, "partitionResult");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<ReplicaElectionResult> replica_election_results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode").since(1);
        v(m.replica_election_results, "replicaElectionResults");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
