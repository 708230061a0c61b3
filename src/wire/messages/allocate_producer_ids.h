#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct AllocateProducerIdsResponse;

struct AllocateProducerIdsRequest {
    using Response = AllocateProducerIdsResponse;
    static constexpr std::int16_t api_key = 67;
    static constexpr std::string_view name = "AllocateProducerIdsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v.unknown(m.unknown_tags);
    }
};

struct AllocateProducerIdsResponse {
    static constexpr std::int16_t api_key = 67;
    static constexpr std::string_view name = "AllocateProducerIdsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int64_t producer_id_start = 0;
    std::int32_t producer_id_len = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.producer_id_start, "producerIdStart");
        v(m.producer_id_len, "producerIdLen");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
