#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ReadShareGroupStateResponse;

struct ReadShareGroupStateRequest {
    using Response = ReadShareGroupStateResponse;
    static constexpr std::int16_t api_key = 84;
    static constexpr std::string_view name = "ReadShareGroupStateRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition = 0;
            std::int32_t leader_epoch = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.leader_epoch, "leaderEpoch");
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

struct ReadShareGroupStateResponse {
    static constexpr std::int16_t api_key = 84;
    static constexpr std::string_view name = "ReadShareGroupStateResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Result {
        struct Partition {
            struct StateBatch {
                std::int64_t first_offset = 0;
                std::int64_t last_offset = 0;
                std::int8_t delivery_state = 0;
                std::int16_t delivery_count = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.first_offset, "firstOffset");
                    v(m.last_offset, "lastOffset");
                    v(m.delivery_state, "deliveryState");
                    v(m.delivery_count, "deliveryCount");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message;
            std::int32_t state_epoch = 0;
            std::int64_t start_offset = 0;
            std::vector<StateBatch> state_batches;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v(m.state_epoch, "stateEpoch");
                v(m.start_offset, "startOffset");
                v(m.state_batches, "stateBatches");
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
