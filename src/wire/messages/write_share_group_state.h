#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct WriteShareGroupStateResponse;

struct WriteShareGroupStateRequest {
    using Response = WriteShareGroupStateResponse;
    static constexpr std::int16_t api_key = 85;
    static constexpr std::string_view name = "WriteShareGroupStateRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
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
            std::int32_t state_epoch = 0;
            std::int32_t leader_epoch = 0;
            std::int64_t start_offset = 0;
            std::int32_t delivery_complete_count = -1;
            std::vector<StateBatch> state_batches;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.state_epoch, "stateEpoch");
                v(m.leader_epoch, "leaderEpoch");
                v(m.start_offset, "startOffset");
                v(m.delivery_complete_count, "deliveryCompleteCount").since(1);
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

struct WriteShareGroupStateResponse {
    static constexpr std::int16_t api_key = 85;
    static constexpr std::string_view name = "WriteShareGroupStateResponse";
    static constexpr Versions versions{0, 1};
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
