#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct DescribeClusterResponse;

struct DescribeClusterRequest {
    using Response = DescribeClusterResponse;
    static constexpr std::int16_t api_key = 60;
    static constexpr std::string_view name = "DescribeClusterRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    bool include_cluster_authorized_operations = false;
    std::int8_t endpoint_type = 1;
    bool include_fenced_brokers = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.include_cluster_authorized_operations, "includeClusterAuthorizedOperations");
        v(m.endpoint_type, "endpointType").since(1);
        v(m.include_fenced_brokers, "includeFencedBrokers").since(2);
        v.unknown(m.unknown_tags);
    }
};

struct DescribeClusterResponse {
    static constexpr std::int16_t api_key = 60;
    static constexpr std::string_view name = "DescribeClusterResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Broker {
        std::int32_t broker_id = 0;
        std::string host;
        std::int32_t port = 0;
        std::optional<std::string> rack;
        bool is_fenced = false;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.broker_id, "brokerId");
            v(m.host, "host");
            v(m.port, "port");
            v(m.rack, "rack").nullable();
            v(m.is_fenced, "isFenced").since(2);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::int8_t endpoint_type = 1;
    std::string cluster_id;
    std::int32_t controller_id = -1;
    std::vector<Broker> brokers;
    std::int32_t cluster_authorized_operations = std::numeric_limits<std::int32_t>::min();
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.endpoint_type, "endpointType").since(1);
        v(m.cluster_id, "clusterId");
        v(m.controller_id, "controllerId");
        v(m.brokers, "brokers");
        v(m.cluster_authorized_operations, "clusterAuthorizedOperations");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
