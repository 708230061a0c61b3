#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterReplicaLogDirsResponse;

struct AlterReplicaLogDirsRequest {
    using Response = AlterReplicaLogDirsResponse;
    static constexpr std::int16_t api_key = 34;
    static constexpr std::string_view name = "AlterReplicaLogDirsRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Dir {
        struct Topic {
            std::string name;
            std::vector<std::int32_t> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        std::string path;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.path, "path");
            v(m.topics, "topics");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Dir> dirs;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.dirs, "dirs");
        v.unknown(m.unknown_tags);
    }
};

struct AlterReplicaLogDirsResponse {
    static constexpr std::int16_t api_key = 34;
    static constexpr std::string_view name = "AlterReplicaLogDirsResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Result {
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

    std::int32_t throttle_time_ms = 0;
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
