#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteRecordsResponse;

struct DeleteRecordsRequest {
    using Response = DeleteRecordsResponse;
    static constexpr std::int16_t api_key = 21;
    static constexpr std::string_view name = "DeleteRecordsRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int64_t offset = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.offset, "offset");
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

    std::vector<Topic> topics;
    std::int32_t timeout_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.timeout_ms, "timeoutMs");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteRecordsResponse {
    static constexpr std::int16_t api_key = 21;
    static constexpr std::string_view name = "DeleteRecordsResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int64_t low_watermark = 0;
            std::int16_t error_code = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.low_watermark, "lowWatermark");
                v(m.error_code, "errorCode");
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
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
