#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeLogDirsResponse;

struct DescribeLogDirsRequest {
    using Response = DescribeLogDirsResponse;
    static constexpr std::int16_t api_key = 35;
    static constexpr std::string_view name = "DescribeLogDirsRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 2;

    struct Topic {
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

    std::optional<std::vector<Topic>> topics{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics").nullable();
        v.unknown(m.unknown_tags);
    }
};

struct DescribeLogDirsResponse {
    static constexpr std::int16_t api_key = 35;
    static constexpr std::string_view name = "DescribeLogDirsResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 2;

    struct Result {
        struct Topic {
            struct Partition {
                std::int32_t partition_index = 0;
                std::int64_t partition_size = 0;
                std::int64_t offset_lag = 0;
                bool is_future_key = false;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.partition_index, "partitionIndex");
                    v(m.partition_size, "partitionSize");
                    v(m.offset_lag, "offsetLag");
                    v(m.is_future_key, "isFutureKey");
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

        std::int16_t error_code = 0;
        std::string log_dir;
        std::vector<Topic> topics;
        std::int64_t total_bytes = -1;
        std::int64_t usable_bytes = -1;
        bool is_cordoned = false;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.log_dir, "logDir");
            v(m.topics, "topics");
            v(m.total_bytes, "totalBytes").since(4);
            v(m.usable_bytes, "usableBytes").since(4);
            v(m.is_cordoned, "isCordoned").since(5);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode").since(3);
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
