#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct PushTelemetryResponse;

struct PushTelemetryRequest {
    using Response = PushTelemetryResponse;
    static constexpr std::int16_t api_key = 72;
    static constexpr std::string_view name = "PushTelemetryRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    Uuid client_instance_id;
    std::int32_t subscription_id = 0;
    bool terminating = false;
    std::int8_t compression_type = 0;
    ByteView metrics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.client_instance_id, "clientInstanceId");
        v(m.subscription_id, "subscriptionId");
        v(m.terminating, "terminating");
        v(m.compression_type, "compressionType");
        v(m.metrics, "metrics");
        v.unknown(m.unknown_tags);
    }
};

struct PushTelemetryResponse {
    static constexpr std::int16_t api_key = 72;
    static constexpr std::string_view name = "PushTelemetryResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

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
