#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ListPartitionReassignmentsResponse;

struct ListPartitionReassignmentsRequest {
    using Response = ListPartitionReassignmentsResponse;
    static constexpr std::int16_t api_key = 46;
    static constexpr std::string_view name = "ListPartitionReassignmentsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        std::string name;
        std::vector<std::int32_t> partition_indexes;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partition_indexes, "partitionIndexes");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t timeout_ms = 60000;
    std::optional<std::vector<Topic>> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.timeout_ms, "timeoutMs");
        v(m.topics, "topics").nullable();
        v.unknown(m.unknown_tags);
    }
};

struct ListPartitionReassignmentsResponse {
    static constexpr std::int16_t api_key = 46;
    static constexpr std::string_view name = "ListPartitionReassignmentsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::vector<std::int32_t> replicas;
            std::vector<std::int32_t> adding_replicas;
            std::vector<std::int32_t> removing_replicas;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.replicas, "replicas");
                v(m.adding_replicas, "addingReplicas");
                v(m.removing_replicas, "removingReplicas");
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
