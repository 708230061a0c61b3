#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct DescribeUserScramCredentialsResponse;

struct DescribeUserScramCredentialsRequest {
    using Response = DescribeUserScramCredentialsResponse;
    static constexpr std::int16_t api_key = 50;
    static constexpr std::string_view name = "DescribeUserScramCredentialsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct User {
        std::string name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::vector<User>> users{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.users, "users").nullable();
        v.unknown(m.unknown_tags);
    }
};

struct DescribeUserScramCredentialsResponse {
    static constexpr std::int16_t api_key = 50;
    static constexpr std::string_view name = "DescribeUserScramCredentialsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Result {
        struct CredentialInfo {
            std::int8_t mechanism = 0;
            std::int32_t iterations = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.mechanism, "mechanism");
                v(m.iterations, "iterations");
                v.unknown(m.unknown_tags);
            }
        };

        std::string user;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::vector<CredentialInfo> credential_infos;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.user, "user");
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.credential_infos, "credentialInfos");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
