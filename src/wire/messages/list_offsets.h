#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ListOffsetsResponse;

struct ListOffsetsRequest {
    using Response = ListOffsetsResponse;
    static constexpr std::int16_t api_key = 2;
    static constexpr std::string_view name = "ListOffsetsRequest";
    static constexpr Versions versions{0, 11};
    static constexpr std::int16_t flexible_since = 6;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int32_t current_leader_epoch = -1;
            std::int64_t timestamp = 0;
            std::int32_t max_num_offsets = 1;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.current_leader_epoch, "currentLeaderEpoch").since(4);
                v(m.timestamp, "timestamp");
                v(m.max_num_offsets, "maxNumOffsets").until(0);
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

    std::int32_t replica_id = 0;
    std::int8_t isolation_level = 0;
    std::vector<Topic> topics;
    std::int32_t timeout_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.replica_id, "replicaId");
        v(m.isolation_level, "isolationLevel").since(2);
        v(m.topics, "topics");
        v(m.timeout_ms, "timeoutMs").since(10);
        v.unknown(m.unknown_tags);
    }
};

struct ListOffsetsResponse {
    static constexpr std::int16_t api_key = 2;
    static constexpr std::string_view name = "ListOffsetsResponse";
    static constexpr Versions versions{0, 11};
    static constexpr std::int16_t flexible_since = 6;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::int64_t timestamp = -1;
            std::int64_t offset = -1;
            std::int32_t leader_epoch = -1;
            std::vector<std::int64_t> old_style_offsets;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.timestamp, "timestamp").since(1);
                v(m.offset, "offset").since(1);
                v(m.leader_epoch, "leaderEpoch").since(4);
                v(m.old_style_offsets, "oldStyleOffsets").until(0);
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
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(2);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
