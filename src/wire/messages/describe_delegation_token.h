#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeDelegationTokenResponse;

struct DescribeDelegationTokenRequest {
    using Response = DescribeDelegationTokenResponse;
    static constexpr std::int16_t api_key = 41;
    static constexpr std::string_view name = "DescribeDelegationTokenRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Owner {
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

    std::optional<std::vector<Owner>> owners{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.owners, "owners").nullable();
        v.unknown(m.unknown_tags);
    }
};

struct DescribeDelegationTokenResponse {
    static constexpr std::int16_t api_key = 41;
    static constexpr std::string_view name = "DescribeDelegationTokenResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Token {
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

        std::string principal_type;
        std::string principal_name;
        std::string token_requester_principal_type;
        std::string token_requester_principal_name;
        std::int64_t issue_timestamp = 0;
        std::int64_t expiry_timestamp = 0;
        std::int64_t max_timestamp = 0;
        std::string token_id;
        ByteView hmac;
        std::vector<Renewer> renewers;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.principal_type, "principalType");
            v(m.principal_name, "principalName");
            v(m.token_requester_principal_type, "tokenRequesterPrincipalType").since(3);
            v(m.token_requester_principal_name, "tokenRequesterPrincipalName").since(3);
            v(m.issue_timestamp, "issueTimestamp");
            v(m.expiry_timestamp, "expiryTimestamp");
            v(m.max_timestamp, "maxTimestamp");
            v(m.token_id, "tokenId");
            v(m.hmac, "hmac");
            v(m.renewers, "renewers");
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<Token> tokens;
    std::int32_t throttle_time_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.tokens, "tokens");
        v(m.throttle_time_ms, "throttleTimeMs");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
