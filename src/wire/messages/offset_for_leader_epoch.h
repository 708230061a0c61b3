#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct OffsetForLeaderEpochResponse;

struct OffsetForLeaderEpochRequest {
    using Response = OffsetForLeaderEpochResponse;
    static constexpr std::int16_t api_key = 23;
    static constexpr std::string_view name = "OffsetForLeaderEpochRequest";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    struct Topic {
        struct Partition {
            std::int32_t partition = 0;
            std::int32_t current_leader_epoch = -1;
            std::int32_t leader_epoch = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.current_leader_epoch, "currentLeaderEpoch").since(2);
                v(m.leader_epoch, "leaderEpoch");
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t replica_id = -2;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.replica_id, "replicaId").since(3);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct OffsetForLeaderEpochResponse {
    static constexpr std::int16_t api_key = 23;
    static constexpr std::string_view name = "OffsetForLeaderEpochResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    struct Topic {
        struct Partition {
            std::int16_t error_code = 0;
            std::int32_t partition = 0;
            std::int32_t leader_epoch = -1;
            std::int64_t end_offset = -1;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.error_code, "errorCode");
                v(m.partition, "partition");
                v(m.leader_epoch, "leaderEpoch").since(1);
                v(m.end_offset, "endOffset");
                v.unknown(m.unknown_tags);
            }
        };

        std::string topic;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
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
