#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AssignReplicasToDirsResponse;

struct AssignReplicasToDirsRequest {
    using Response = AssignReplicasToDirsResponse;
    static constexpr std::int16_t api_key = 73;
    static constexpr std::string_view name = "AssignReplicasToDirsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Directory {
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

            Uuid topic_id;
            std::vector<Partition> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_id, "topicId");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid id;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.id, "id");
            v(m.topics, "topics");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    std::vector<Directory> directories;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.directories, "directories");
        v.unknown(m.unknown_tags);
    }
};

struct AssignReplicasToDirsResponse {
    static constexpr std::int16_t api_key = 73;
    static constexpr std::string_view name = "AssignReplicasToDirsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Directory {
        struct Topic {
            struct Partition {
                std::int32_t partition_index = 0;
                std::int16_t error_code = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.partition_index, "partitionIndex");
                    v(m.error_code, "errorCode");
                    v.unknown(m.unknown_tags);
                }
            };

            Uuid topic_id;
            std::vector<Partition> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_id, "topicId");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid id;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.id, "id");
            v(m.topics, "topics");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Directory> directories;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.directories, "directories");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
