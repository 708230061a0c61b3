#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeShareGroupOffsetsResponse;

struct DescribeShareGroupOffsetsRequest {
    using Response = DescribeShareGroupOffsetsResponse;
    static constexpr std::int16_t api_key = 90;
    static constexpr std::string_view name = "DescribeShareGroupOffsetsRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Group {
        struct Topic {
            std::string topic_name;
            std::vector<std::int32_t> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_name, "topicName");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        std::string group_id;
        std::optional<std::vector<Topic>> topics{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId");
            v(m.topics, "topics").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Group> groups;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.groups, "groups");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeShareGroupOffsetsResponse {
    static constexpr std::int16_t api_key = 90;
    static constexpr std::string_view name = "DescribeShareGroupOffsetsResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Group {
        struct Topic {
            struct Partition {
                std::int32_t partition_index = 0;
                std::int64_t start_offset = 0;
                std::int32_t leader_epoch = 0;
                std::int64_t lag = -1;
                std::int16_t error_code = 0;
                std::optional<std::string> error_message;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.partition_index, "partitionIndex");
                    v(m.start_offset, "startOffset");
                    v(m.leader_epoch, "leaderEpoch");
                    v(m.lag, "lag").since(1);
                    v(m.error_code, "errorCode");
                    v(m.error_message, "errorMessage").nullable();
                    v.unknown(m.unknown_tags);
                }
            };

            std::string topic_name;
            Uuid topic_id;
            std::vector<Partition> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_name, "topicName");
                v(m.topic_id, "topicId");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        std::string group_id;
        std::vector<Topic> topics;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId");
            v(m.topics, "topics");
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Group> groups;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.groups, "groups");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
