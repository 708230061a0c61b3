#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct SaslAuthenticateResponse;

struct SaslAuthenticateRequest {
    using Response = SaslAuthenticateResponse;
    static constexpr std::int16_t api_key = 36;
    static constexpr std::string_view name = "SaslAuthenticateRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    ByteView auth_bytes;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.auth_bytes, "authBytes");
        v.unknown(m.unknown_tags);
    }
};

struct SaslAuthenticateResponse {
    static constexpr std::int16_t api_key = 36;
    static constexpr std::string_view name = "SaslAuthenticateResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    ByteView auth_bytes;
    std::int64_t session_lifetime_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.auth_bytes, "authBytes");
        v(m.session_lifetime_ms, "sessionLifetimeMs").since(1);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
