#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ListTransactionsResponse;

struct ListTransactionsRequest {
    using Response = ListTransactionsResponse;
    static constexpr std::int16_t api_key = 66;
    static constexpr std::string_view name = "ListTransactionsRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::string> state_filters;
    std::vector<std::int64_t> producer_id_filters;
    std::int64_t duration_filter = -1;
    std::optional<std::string> transactional_id_pattern;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.state_filters, "stateFilters");
        v(m.producer_id_filters, "producerIdFilters");
        v(m.duration_filter, "durationFilter").since(1);
        v(m.transactional_id_pattern, "transactionalIdPattern").since(2).nullable();
        v.unknown(m.unknown_tags);
    }
};

struct ListTransactionsResponse {
    static constexpr std::int16_t api_key = 66;
    static constexpr std::string_view name = "ListTransactionsResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct TransactionState {
        std::string transactional_id;
        std::int64_t producer_id = 0;
        std::string transaction_state;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.transactional_id, "transactionalId");
            v(m.producer_id, "producerId");
            v(m.transaction_state, "transactionState");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<std::string> unknown_state_filters;
    std::vector<TransactionState> transaction_states;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.unknown_state_filters, "unknownStateFilters");
        v(m.transaction_states, "transactionStates");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
