#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct WriteTxnMarkersResponse;

struct WriteTxnMarkersRequest {
    using Response = WriteTxnMarkersResponse;
    static constexpr std::int16_t api_key = 27;
    static constexpr std::string_view name = "WriteTxnMarkersRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 1;

    struct Marker {
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

        std::int64_t producer_id = 0;
        std::int16_t producer_epoch = 0;
        bool transaction_result = false;
        std::vector<Topic> topics;
        std::int32_t coordinator_epoch = 0;
        std::int8_t transaction_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.producer_id, "producerId");
            v(m.producer_epoch, "producerEpoch");
            v(m.transaction_result, "transactionResult");
            v(m.topics, "topics");
            v(m.coordinator_epoch, "coordinatorEpoch");
            v(m.transaction_version, "transactionVersion").since(2);
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Marker> markers;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.markers, "markers");
        v.unknown(m.unknown_tags);
    }
};

struct WriteTxnMarkersResponse {
    static constexpr std::int16_t api_key = 27;
    static constexpr std::string_view name = "WriteTxnMarkersResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 1;

    struct Marker {
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

        std::int64_t producer_id = 0;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.producer_id, "producerId");
            v(m.topics, "topics");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Marker> markers;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.markers, "markers");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
