#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct CreateDelegationTokenResponse;

struct CreateDelegationTokenRequest {
    using Response = CreateDelegationTokenResponse;
    static constexpr std::int16_t api_key = 38;
    static constexpr std::string_view name = "CreateDelegationTokenRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Renewer {
        std::string principal_type;
        std::string principal_name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.principal_type, "principalType");
            v(m.principal_name, "principalName");
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::string> owner_principal_type = "";
    std::optional<std::string> owner_principal_name = "";
    std::vector<Renewer> renewers;
    std::int64_t max_lifetime_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.owner_principal_type, "ownerPrincipalType").since(3).nullable();
        v(m.owner_principal_name, "ownerPrincipalName").since(3).nullable();
        v(m.renewers, "renewers");
        v(m.max_lifetime_ms, "maxLifetimeMs");
        v.unknown(m.unknown_tags);
    }
};

struct CreateDelegationTokenResponse {
    static constexpr std::int16_t api_key = 38;
    static constexpr std::string_view name = "CreateDelegationTokenResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    std::int16_t error_code = 0;
    std::string principal_type;
    std::string principal_name;
    std::string token_requester_principal_type;
    std::string token_requester_principal_name;
    std::int64_t issue_timestamp_ms = 0;
    std::int64_t expiry_timestamp_ms = 0;
    std::int64_t max_timestamp_ms = 0;
    std::string token_id;
    ByteView hmac;
    std::int32_t throttle_time_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.principal_type, "principalType");
        v(m.principal_name, "principalName");
        v(m.token_requester_principal_type, "tokenRequesterPrincipalType").since(3);
        v(m.token_requester_principal_name, "tokenRequesterPrincipalName").since(3);
        v(m.issue_timestamp_ms, "issueTimestampMs");
        v(m.expiry_timestamp_ms, "expiryTimestampMs");
        v(m.max_timestamp_ms, "maxTimestampMs");
        v(m.token_id, "tokenId");
        v(m.hmac, "hmac");
        v(m.throttle_time_ms, "throttleTimeMs");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
