#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DescribeTransactionsResponse;

struct DescribeTransactionsRequest {
    using Response = DescribeTransactionsResponse;
    static constexpr std::int16_t api_key = 65;
    static constexpr std::string_view name = "DescribeTransactionsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::string> transactional_ids;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_ids, "transactionalIds");
        v.unknown(m.unknown_tags);
    }
};

struct DescribeTransactionsResponse {
    static constexpr std::int16_t api_key = 65;
    static constexpr std::string_view name = "DescribeTransactionsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TransactionState {
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

        std::int16_t error_code = 0;
        std::string transactional_id;
        std::string transaction_state;
        std::int32_t transaction_timeout_ms = 0;
        std::int64_t transaction_start_time_ms = 0;
        std::int64_t producer_id = 0;
        std::int16_t producer_epoch = 0;
        std::vector<Topic> topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.transactional_id, "transactionalId");
            v(m.transaction_state, "transactionState");
            v(m.transaction_timeout_ms, "transactionTimeoutMs");
            v(m.transaction_start_time_ms, "transactionStartTimeMs");
            v(m.producer_id, "producerId");
            v(m.producer_epoch, "producerEpoch");
            v(m.topics, "topics");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<TransactionState> transaction_states;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.transaction_states, "transactionStates");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
