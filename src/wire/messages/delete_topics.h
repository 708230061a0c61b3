#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteTopicsResponse;

struct DeleteTopicsRequest {
    using Response = DeleteTopicsResponse;
    static constexpr std::int16_t api_key = 20;
    static constexpr std::string_view name = "DeleteTopicsRequest";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 4;

    struct Topic {
        std::optional<std::string> name;
        Uuid topic_id;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").since(6).nullable();
            v(m.topic_id, "topicId").since(6);
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    std::vector<std::string> topic_names;
    std::int32_t timeout_ms = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics").since(6);
        v(m.topic_names, "topicNames").until(5);
        v(m.timeout_ms, "timeoutMs");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteTopicsResponse {
    static constexpr std::int16_t api_key = 20;
    static constexpr std::string_view name = "DeleteTopicsResponse";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 4;

    struct Response {
        std::optional<std::string> name = "";
        Uuid topic_id;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").nullable(6);
            v(m.topic_id, "topicId").since(6);
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").since(5).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Response> responses;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.responses, "responses");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
