#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct BrokerHeartbeatResponse;

struct BrokerHeartbeatRequest {
    using Response = BrokerHeartbeatResponse;
    static constexpr std::int16_t api_key = 63;
    static constexpr std::string_view name = "BrokerHeartbeatRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    std::int64_t current_metadata_offset = 0;
    bool want_fence = false;
    bool want_shut_down = false;
    std::vector<Uuid> offline_log_dirs;
    std::optional<std::vector<Uuid>> cordoned_log_dirs;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.current_metadata_offset, "currentMetadataOffset");
        v(m.want_fence, "wantFence");
        v(m.want_shut_down, "wantShutDown");
        v(m.offline_log_dirs, "offlineLogDirs").since(1).tag(0);
        v(m.cordoned_log_dirs, "cordonedLogDirs").since(2).nullable().tag(1);
        v.unknown(m.unknown_tags);
    }
};

struct BrokerHeartbeatResponse {
    static constexpr std::int16_t api_key = 63;
    static constexpr std::string_view name = "BrokerHeartbeatResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    bool is_caught_up = false;
    bool is_fenced = true;
    bool should_shut_down = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.is_caught_up, "isCaughtUp");
        v(m.is_fenced, "isFenced");
        v(m.should_shut_down, "shouldShutDown");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
