#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct InitProducerIdResponse;

struct InitProducerIdRequest {
    using Response = InitProducerIdResponse;
    static constexpr std::int16_t api_key = 22;
    static constexpr std::string_view name = "InitProducerIdRequest";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 2;

    std::optional<std::string> transactional_id = "";
    std::int32_t transaction_timeout_ms = 0;
    std::int64_t producer_id = -1;
    std::int16_t producer_epoch = -1;
    bool enable2_pc = false;
    bool keep_prepared_txn = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId").nullable();
        v(m.transaction_timeout_ms, "transactionTimeoutMs");
        v(m.producer_id, "producerId").since(3);
        v(m.producer_epoch, "producerEpoch").since(3);
        v(m.enable2_pc, "enable2Pc").since(6);
        v(m.keep_prepared_txn, "keepPreparedTxn").since(6);
        v.unknown(m.unknown_tags);
    }
};

struct InitProducerIdResponse {
    static constexpr std::int16_t api_key = 22;
    static constexpr std::string_view name = "InitProducerIdResponse";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 2;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int64_t producer_id = -1;
    std::int16_t producer_epoch = 0;
    std::int64_t ongoing_txn_producer_id = -1;
    std::int16_t ongoing_txn_producer_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.producer_id, "producerId");
        v(m.producer_epoch, "producerEpoch");
        v(m.ongoing_txn_producer_id, "ongoingTxnProducerId").since(6);
        v(m.ongoing_txn_producer_epoch, "ongoingTxnProducerEpoch").since(6);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
