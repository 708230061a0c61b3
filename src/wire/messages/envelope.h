#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::wire {

struct EnvelopeResponse;

struct EnvelopeRequest {
    using Response = EnvelopeResponse;
    static constexpr std::int16_t api_key = 58;
    static constexpr std::string_view name = "EnvelopeRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    ByteView request_data;
    std::optional<ByteView> request_principal{std::in_place};
    ByteView client_host_address;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.request_data, "requestData");
        v(m.request_principal, "requestPrincipal").nullable();
        v(m.client_host_address, "clientHostAddress");
        v.unknown(m.unknown_tags);
    }
};

struct EnvelopeResponse {
    static constexpr std::int16_t api_key = 58;
    static constexpr std::string_view name = "EnvelopeResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::optional<ByteView> response_data;
    std::int16_t error_code = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.response_data, "responseData").nullable();
        v(m.error_code, "errorCode");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
