#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct GetTelemetrySubscriptionsResponse;

struct GetTelemetrySubscriptionsRequest {
    using Response = GetTelemetrySubscriptionsResponse;
    static constexpr std::int16_t api_key = 71;
    static constexpr std::string_view name = "GetTelemetrySubscriptionsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    Uuid client_instance_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.client_instance_id, "clientInstanceId");
        v.unknown(m.unknown_tags);
    }
};

struct GetTelemetrySubscriptionsResponse {
    static constexpr std::int16_t api_key = 71;
    static constexpr std::string_view name = "GetTelemetrySubscriptionsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    Uuid client_instance_id;
    std::int32_t subscription_id = 0;
    std::vector<std::int8_t> accepted_compression_types;
    std::int32_t push_interval_ms = 0;
    std::int32_t telemetry_max_bytes = 0;
    bool delta_temporality = false;
    std::vector<std::string> requested_metrics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.client_instance_id, "clientInstanceId");
        v(m.subscription_id, "subscriptionId");
        v(m.accepted_compression_types, "acceptedCompressionTypes");
        v(m.push_interval_ms, "pushIntervalMs");
        v(m.telemetry_max_bytes, "telemetryMaxBytes");
        v(m.delta_temporality, "deltaTemporality");
        v(m.requested_metrics, "requestedMetrics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
