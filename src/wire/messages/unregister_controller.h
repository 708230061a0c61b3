#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct UnregisterControllerResponse;

struct UnregisterControllerRequest {
    using Response = UnregisterControllerResponse;
    static constexpr std::int16_t api_key = 94;
    static constexpr std::string_view name = "UnregisterControllerRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t controller_id = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v.unknown(m.unknown_tags);
    }
};

struct UnregisterControllerResponse {
    static constexpr std::int16_t api_key = 94;
    static constexpr std::string_view name = "UnregisterControllerResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
