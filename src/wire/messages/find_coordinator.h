#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct FindCoordinatorResponse;

struct FindCoordinatorRequest {
    using Response = FindCoordinatorResponse;
    static constexpr std::int16_t api_key = 10;
    static constexpr std::string_view name = "FindCoordinatorRequest";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 3;

    std::string key;
    std::int8_t key_type = 0;
    std::vector<std::string> coordinator_keys;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.key, "key").until(3);
        v(m.key_type, "keyType").since(1);
        v(m.coordinator_keys, "coordinatorKeys").since(4);
        v.unknown(m.unknown_tags);
    }
};

struct FindCoordinatorResponse {
    static constexpr std::int16_t api_key = 10;
    static constexpr std::string_view name = "FindCoordinatorResponse";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 3;

    struct Coordinator {
        std::string key;
        std::int32_t node_id = 0;
        std::string host;
        std::int32_t port = 0;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.key, "key").since(4);
            v(m.node_id, "nodeId").since(4);
            v(m.host, "host").since(4);
            v(m.port, "port").since(4);
            v(m.error_code, "errorCode").since(4);
            v(m.error_message, "errorMessage").since(4).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Coordinator> coordinators;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.coordinators, "coordinators").since(4);
        v(m.error_code, "errorCode").until(3);
        v(m.error_message, "errorMessage").versions(1, 3).nullable();
        v(m.node_id, "nodeId").until(3);
        v(m.host, "host").until(3);
        v(m.port, "port").until(3);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
