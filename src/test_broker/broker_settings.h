#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "broker/config/listener_config.h"
#include "runtime/disk.h"
#include "runtime/network.h"

#include <span>
#include <string>
#include <vector>

namespace barnabas::test_broker {

/// The settings of a test broker that keeps its data in `directory`. `bound`: the listeners that it
/// had when it ran before, which it is to have again; none the first time. invalid_config for what
/// is not the caller's to set. Names and values are judged by the broker's own definition, later.
[[nodiscard]] Result<ConfigMap> broker_settings(const ConfigMap& asked,
                                                const runtime::Path& directory,
                                                std::span<const broker::ListenerConfig> bound);

/// `listeners` with the ports that they were bound to, in the same order.
[[nodiscard]] std::vector<broker::ListenerConfig> with_ports(
    std::vector<broker::ListenerConfig> listeners, std::span<const runtime::Endpoint> bound);

/// host:port, with brackets around an IPv6 address.
[[nodiscard]] std::string host_and_port(const std::string& host, std::uint16_t port);

}  // namespace barnabas::test_broker
