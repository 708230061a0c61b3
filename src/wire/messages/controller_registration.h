#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ControllerRegistrationResponse;

struct ControllerRegistrationRequest {
    using Response = ControllerRegistrationResponse;
    static constexpr std::int16_t api_key = 70;
    static constexpr std::string_view name = "ControllerRegistrationRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Listener {
        std::string name;
        std::string host;
        std::uint16_t port = 0;
        std::int16_t security_protocol = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.host, "host");
            v(m.port, "port");
            v(m.security_protocol, "securityProtocol");
            v.unknown(m.unknown_tags);
        }
    };

    struct Feature {
        std::string name;
        std::int16_t min_supported_version = 0;
        std::int16_t max_supported_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.min_supported_version, "minSupportedVersion");
            v(m.max_supported_version, "maxSupportedVersion");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t controller_id = 0;
    Uuid incarnation_id;
    bool zk_migration_ready = false;
    std::vector<Listener> listeners;
    std::vector<Feature> features;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v(m.incarnation_id, "incarnationId");
        v(m.zk_migration_ready, "zkMigrationReady");
        v(m.listeners, "listeners");
        v(m.features, "features");
        v.unknown(m.unknown_tags);
    }
};

struct ControllerRegistrationResponse {
    static constexpr std::int16_t api_key = 70;
    static constexpr std::string_view name = "ControllerRegistrationResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
