#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct SaslHandshakeResponse;

struct SaslHandshakeRequest {
    using Response = SaslHandshakeResponse;
    static constexpr std::int16_t api_key = 17;
    static constexpr std::string_view name = "SaslHandshakeRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string mechanism;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.mechanism, "mechanism");
    }
};

struct SaslHandshakeResponse {
    static constexpr std::int16_t api_key = 17;
    static constexpr std::string_view name = "SaslHandshakeResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::int16_t error_code = 0;
    std::vector<std::string> mechanisms;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.mechanisms, "mechanisms");
    }
};

}  // namespace barnabas::wire
