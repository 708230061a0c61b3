#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AddPartitionsToTxnResponse;

struct AddPartitionsToTxnRequest {
    using Response = AddPartitionsToTxnResponse;
    static constexpr std::int16_t api_key = 24;
    static constexpr std::string_view name = "AddPartitionsToTxnRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    struct Transaction {
        struct Topic {
            std::string name;
            std::vector<std::int32_t> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(4);
                v(m.partitions, "partitions").since(4);
                v.unknown(m.unknown_tags);
            }
        };

        std::string transactional_id;
        std::int64_t producer_id = 0;
        std::int16_t producer_epoch = 0;
        bool verify_only = false;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.transactional_id, "transactionalId").since(4);
            v(m.producer_id, "producerId").since(4);
            v(m.producer_epoch, "producerEpoch").since(4);
            v(m.verify_only, "verifyOnly").since(4);
            v(m.topics, "topics").since(4);
            v.unknown(m.unknown_tags);
        }
    };

    struct V3AndBelowTopic {
        std::string name;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").until(3);
            v(m.partitions, "partitions").until(3);
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Transaction> transactions;
    std::string v3_and_below_transactional_id;
    std::int64_t v3_and_below_producer_id = 0;
    std::int16_t v3_and_below_producer_epoch = 0;
    std::vector<V3AndBelowTopic> v3_and_below_topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactions, "transactions").since(4);
        v(m.v3_and_below_transactional_id, "v3AndBelowTransactionalId").until(3);
        v(m.v3_and_below_producer_id, "v3AndBelowProducerId").until(3);
        v(m.v3_and_below_producer_epoch, "v3AndBelowProducerEpoch").until(3);
        v(m.v3_and_below_topics, "v3AndBelowTopics").until(3);
        v.unknown(m.unknown_tags);
    }
};

struct AddPartitionsToTxnResponse {
    static constexpr std::int16_t api_key = 24;
    static constexpr std::string_view name = "AddPartitionsToTxnResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    struct ResultsByTransaction {
        struct TopicResult {
            struct ResultsByPartition {
                std::int32_t partition_index = 0;
                std::int16_t partition_error_code = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.partition_index, "partitionIndex").since(4);
                    v(m.partition_error_code, "partitionErrorCode").since(4);
                    v.unknown(m.unknown_tags);
                }
            };

            std::string name;
            std::vector<ResultsByPartition> results_by_partition;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(4);
                v(m.results_by_partition, "resultsByPartition").since(4);
                v.unknown(m.unknown_tags);
            }
        };

        std::string transactional_id;
        std::vector<TopicResult> topic_results;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.transactional_id, "transactionalId").since(4);
            v(m.topic_results, "topicResults").since(4);
            v.unknown(m.unknown_tags);
        }
    };

    struct ResultsByTopicV3AndBelow {
        struct ResultsByPartition {
            std::int32_t partition_index = 0;
            std::int16_t partition_error_code = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").until(3);
                v(m.partition_error_code, "partitionErrorCode").until(3);
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::vector<ResultsByPartition> results_by_partition;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").until(3);
            v(m.results_by_partition, "resultsByPartition").until(3);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<ResultsByTransaction> results_by_transaction;
    std::vector<ResultsByTopicV3AndBelow> results_by_topic_v3_and_below;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode").since(4);
        v(m.results_by_transaction, "resultsByTransaction").since(4);
        v(m.results_by_topic_v3_and_below, "resultsByTopicV3AndBelow").until(3);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
