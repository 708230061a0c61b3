#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct ExpireDelegationTokenResponse;

struct ExpireDelegationTokenRequest {
    using Response = ExpireDelegationTokenResponse;
    static constexpr std::int16_t api_key = 40;
    static constexpr std::string_view name = "ExpireDelegationTokenRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    ByteView hmac;
    std::int64_t expiry_time_period_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.hmac, "hmac");
        v(m.expiry_time_period_ms, "expiryTimePeriodMs");
        v.unknown(m.unknown_tags);
    }
};

struct ExpireDelegationTokenResponse {
    static constexpr std::int16_t api_key = 40;
    static constexpr std::string_view name = "ExpireDelegationTokenResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    std::int16_t error_code = 0;
    std::int64_t expiry_timestamp_ms = 0;
    std::int32_t throttle_time_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.expiry_timestamp_ms, "expiryTimestampMs");
        v(m.throttle_time_ms, "throttleTimeMs");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
