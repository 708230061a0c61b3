#pragma once

#include "base/config_definition.h"
#include "base/time.h"
#include "runtime/network.h"

#include <string>
#include <vector>

namespace barnabas::client {

/// What every client needs to reach a cluster: the parsed values of the rows that all have.
struct CommonConfig {
    std::vector<runtime::Endpoint> bootstrap;  ///< at least one
    std::string client_id;
    Duration request_timeout{30s};
    Duration retry_backoff{100ms};
    Duration retry_backoff_max{1s};
    Duration reconnect_backoff{50ms};
    Duration reconnect_backoff_max{1s};
    Duration connection_setup_timeout{10s};
    Duration connection_setup_timeout_max{30s};
    Duration connections_max_idle{9min};  ///< Duration::max(): never closed
    Duration metadata_age_max{5min};
    bool rebootstrap = true;  ///< metadata.recovery.strategy
    Duration rebootstrap_trigger{5min};
    bool check_cluster = true;  ///< metadata.cluster.check.enable
    runtime::StreamOptions socket;
};

/// INVARIANT: the values' definition has the common rows, and those that each client has. Errors
/// (invalid_config) are what no row can check alone: addresses in bootstrap.servers.
[[nodiscard]] Result<CommonConfig> common_config(const ConfigValues& values);

/// "host:port", "[::1]:port", and either with a protocol or a listener's name in front
/// ("PLAINTEXT://host:port"), as Kafka's clients take them, who look at the rest alone. Here a
/// protocol with TLS or SASL is refused: that would be spoken to in plain text. The error
/// (invalid_config) names `key`, the value and the form.
[[nodiscard]] Result<runtime::Endpoint> parse_address(std::string_view key, std::string_view text);

}  // namespace barnabas::client
