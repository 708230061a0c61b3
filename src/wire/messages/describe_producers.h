#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DescribeProducersResponse;

struct DescribeProducersRequest {
    using Response = DescribeProducersResponse;
    static constexpr std::int16_t api_key = 61;
    static constexpr std::string_view name = "DescribeProducersRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        std::string name;
        std::vector<std::int32_t> partition_indexes;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partition_indexes, "partitionIndexes");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeProducersResponse {
    static constexpr std::int16_t api_key = 61;
    static constexpr std::string_view name = "DescribeProducersResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct ActiveProducer {
                std::int64_t producer_id = 0;
                std::int32_t producer_epoch = 0;
                std::int32_t last_sequence = -1;
                std::int64_t last_timestamp = -1;
                std::int32_t coordinator_epoch = 0;
                std::int64_t current_txn_start_offset = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.producer_id, "producerId");
                    v(m.producer_epoch, "producerEpoch");
                    v(m.last_sequence, "lastSequence");
                    v(m.last_timestamp, "lastTimestamp");
                    v(m.coordinator_epoch, "coordinatorEpoch");
                    v(m.current_txn_start_offset, "currentTxnStartOffset");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message;
            std::vector<ActiveProducer> active_producers;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v(m.active_producers, "activeProducers");
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
