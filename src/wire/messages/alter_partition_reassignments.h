#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterPartitionReassignmentsResponse;

struct AlterPartitionReassignmentsRequest {
    using Response = AlterPartitionReassignmentsResponse;
    static constexpr std::int16_t api_key = 45;
    static constexpr std::string_view name = "AlterPartitionReassignmentsRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::optional<std::vector<std::int32_t>> replicas;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.replicas, "replicas").nullable();
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

    std::int32_t timeout_ms = 60000;
    bool allow_replication_factor_change = true;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.timeout_ms, "timeoutMs");
        v(m.allow_replication_factor_change, "allowReplicationFactorChange").since(1);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct AlterPartitionReassignmentsResponse {
    static constexpr std::int16_t api_key = 45;
    static constexpr std::string_view name = "AlterPartitionReassignmentsResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Response {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
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
    bool allow_replication_factor_change = true;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<Response> responses;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.allow_replication_factor_change, "allowReplicationFactorChange").since(1);
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.responses, "responses");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
