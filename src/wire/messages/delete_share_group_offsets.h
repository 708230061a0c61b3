#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DeleteShareGroupOffsetsResponse;

struct DeleteShareGroupOffsetsRequest {
    using Response = DeleteShareGroupOffsetsResponse;
    static constexpr std::int16_t api_key = 92;
    static constexpr std::string_view name = "DeleteShareGroupOffsetsRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        std::string topic_name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct DeleteShareGroupOffsetsResponse {
    static constexpr std::int16_t api_key = 92;
    static constexpr std::string_view name = "DeleteShareGroupOffsetsResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Response {
        std::string topic_name;
        Uuid topic_id;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v(m.topic_id, "topicId");
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::vector<Response> responses;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.responses, "responses");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
