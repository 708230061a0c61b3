#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct OffsetDeleteResponse;

struct OffsetDeleteRequest {
    using Response = OffsetDeleteResponse;
    static constexpr std::int16_t api_key = 47;
    static constexpr std::string_view name = "OffsetDeleteRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
            }
        };

        std::string name;
        std::vector<Partition> partitions;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partitions, "partitions");
        }
    };

    std::string group_id;
    std::vector<Topic> topics;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.topics, "topics");
    }
};

struct OffsetDeleteResponse {
    static constexpr std::int16_t api_key = 47;
    static constexpr std::string_view name = "OffsetDeleteResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
            }
        };

        std::string name;
        std::vector<Partition> partitions;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partitions, "partitions");
        }
    };

    std::int16_t error_code = 0;
    std::int32_t throttle_time_ms = 0;
    std::vector<Topic> topics;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.topics, "topics");
    }
};

}  // namespace barnabas::wire
