#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterUserScramCredentialsResponse;

struct AlterUserScramCredentialsRequest {
    using Response = AlterUserScramCredentialsResponse;
    static constexpr std::int16_t api_key = 51;
    static constexpr std::string_view name = "AlterUserScramCredentialsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Deletion {
        std::string name;
        std::int8_t mechanism = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.mechanism, "mechanism");
            v.unknown(m.unknown_tags);
        }
    };

    struct Upsertion {
        std::string name;
        std::int8_t mechanism = 0;
        std::int32_t iterations = 0;
        ByteView salt;
        ByteView salted_password;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.mechanism, "mechanism");
            v(m.iterations, "iterations");
            v(m.salt, "salt");
            v(m.salted_password, "saltedPassword");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Deletion> deletions;
    std::vector<Upsertion> upsertions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.deletions, "deletions");
        v(m.upsertions, "upsertions");
        v.unknown(m.unknown_tags);
    }
};

struct AlterUserScramCredentialsResponse {
    static constexpr std::int16_t api_key = 51;
    static constexpr std::string_view name = "AlterUserScramCredentialsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Result {
        std::string user;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.user, "user");
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Result> results;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.results, "results");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
