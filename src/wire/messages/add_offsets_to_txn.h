#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct AddOffsetsToTxnResponse;

struct AddOffsetsToTxnRequest {
    using Response = AddOffsetsToTxnResponse;
    static constexpr std::int16_t api_key = 25;
    static constexpr std::string_view name = "AddOffsetsToTxnRequest";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 3;

    std::string transactional_id;
    std::int64_t producer_id = 0;
    std::int16_t producer_epoch = 0;
    std::string group_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId");
        v(m.producer_id, "producerId");
        v(m.producer_epoch, "producerEpoch");
        v(m.group_id, "groupId");
        v.unknown(m.unknown_tags);
    }
};

struct AddOffsetsToTxnResponse {
    static constexpr std::int16_t api_key = 25;
    static constexpr std::string_view name = "AddOffsetsToTxnResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 3;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
