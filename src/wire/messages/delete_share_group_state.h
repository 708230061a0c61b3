#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteShareGroupStateResponse;

struct DeleteShareGroupStateRequest {
    using Response = DeleteShareGroupStateResponse;
    static constexpr std::int16_t api_key = 86;
    static constexpr std::string_view name = "DeleteShareGroupStateRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
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

    std::string group_id;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteShareGroupStateResponse {
    static constexpr std::int16_t api_key = 86;
    static constexpr std::string_view name = "DeleteShareGroupStateResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Result {
        struct Partition {
            std::int32_t partition = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
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

    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
