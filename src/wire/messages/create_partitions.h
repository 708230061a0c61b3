#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct CreatePartitionsResponse;

struct CreatePartitionsRequest {
    using Response = CreatePartitionsResponse;
    static constexpr std::int16_t api_key = 37;
    static constexpr std::string_view name = "CreatePartitionsRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Topic {
        struct Assignment {
            std::vector<std::int32_t> broker_ids;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.broker_ids, "brokerIds");
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::int32_t count = 0;
        std::optional<std::vector<Assignment>> assignments{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.count, "count");
            v(m.assignments, "assignments").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    std::int32_t timeout_ms = 0;
    bool validate_only = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.timeout_ms, "timeoutMs");
        v(m.validate_only, "validateOnly");
        v.unknown(m.unknown_tags);
    }
};

struct CreatePartitionsResponse {
    static constexpr std::int16_t api_key = 37;
    static constexpr std::string_view name = "CreatePartitionsResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 2;

    struct Result {
        std::string name;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
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
