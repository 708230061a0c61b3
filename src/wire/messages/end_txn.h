#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct EndTxnResponse;

struct EndTxnRequest {
    using Response = EndTxnResponse;
    static constexpr std::int16_t api_key = 26;
    static constexpr std::string_view name = "EndTxnRequest";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    std::string transactional_id;
    std::int64_t producer_id = 0;
    std::int16_t producer_epoch = 0;
    bool committed = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId");
        v(m.producer_id, "producerId");
        v(m.producer_epoch, "producerEpoch");
        v(m.committed, "committed");
        v.unknown(m.unknown_tags);
    }
};

struct EndTxnResponse {
    static constexpr std::int16_t api_key = 26;
    static constexpr std::string_view name = "EndTxnResponse";
    static constexpr Versions versions{0, 5};
    static constexpr std::int16_t flexible_since = 3;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int64_t producer_id = -1;
    std::int16_t producer_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.producer_id, "producerId").since(5);
        v(m.producer_epoch, "producerEpoch").since(5);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
