#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct BrokerRegistrationResponse;

struct BrokerRegistrationRequest {
    using Response = BrokerRegistrationResponse;
    static constexpr std::int16_t api_key = 62;
    static constexpr std::string_view name = "BrokerRegistrationRequest";
    static constexpr Versions versions{0, 4};
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

    std::int32_t broker_id = 0;
    std::string cluster_id;
    Uuid incarnation_id;
    std::vector<Listener> listeners;
    std::vector<Feature> features;
    std::optional<std::string> rack = "";
    bool is_migrating_zk_broker = false;
    std::vector<Uuid> log_dirs;
    std::int64_t previous_broker_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.cluster_id, "clusterId");
        v(m.incarnation_id, "incarnationId");
        v(m.listeners, "listeners");
        v(m.features, "features");
        v(m.rack, "rack").nullable();
        v(m.is_migrating_zk_broker, "isMigratingZkBroker").since(1);
        v(m.log_dirs, "logDirs").since(2);
        v(m.previous_broker_epoch, "previousBrokerEpoch").since(3);
        v.unknown(m.unknown_tags);
    }
};

struct BrokerRegistrationResponse {
    static constexpr std::int16_t api_key = 62;
    static constexpr std::string_view name = "BrokerRegistrationResponse";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::int64_t broker_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.broker_epoch, "brokerEpoch");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
