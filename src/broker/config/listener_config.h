#pragma once

#include "base/config_definition.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

enum class SecurityProtocol : std::int8_t {
    plaintext = 0,
    ssl = 1,
    sasl_plaintext = 2,
    sasl_ssl = 3
};

/// "PLAINTEXT", "SSL", ...
[[nodiscard]] std::string_view protocol_name(SecurityProtocol protocol);

struct HostAndPort {
    std::string host;  // without brackets; empty: every address
    std::uint16_t port = 0;

    friend bool operator==(const HostAndPort&, const HostAndPort&) = default;
};

/// One entry of listeners or advertised.listeners.
struct ListenerConfig {
    std::string name;  // upper case
    SecurityProtocol protocol = SecurityProtocol::plaintext;
    HostAndPort at;

    friend bool operator==(const ListenerConfig&, const ListenerConfig&) = default;
};

/// Kafka compares listeners' names in upper case.
[[nodiscard]] std::string listener_name(std::string_view text);

/// Upper-case listener names to protocols, from listener.security.protocol.map.
using ProtocolMap = std::map<std::string, SecurityProtocol, std::less<>>;

/// "NAME:PROTOCOL,NAME:PROTOCOL". invalid_config for another form, an unknown protocol, or a name
/// twice.
[[nodiscard]] Result<ProtocolMap> parse_protocol_map(std::string_view text);

/// "host:port", with brackets around an IPv6 address; invalid_config naming `key` otherwise.
[[nodiscard]] Result<HostAndPort> parse_host_and_port(std::string_view key, std::string_view text);

/// "NAME://host:port" each, as Kafka's EndPoint reads it. Names must be in `protocols`.
[[nodiscard]] Result<std::vector<ListenerConfig>> parse_listeners(
    std::string_view key, const std::vector<std::string>& elements, const ProtocolMap& protocols);

/// What Kafka demands of `listeners`: no name twice, no port twice, except by one IPv4 and one IPv6
/// address.
[[nodiscard]] Result<void> check_listeners(const std::vector<ListenerConfig>& listeners);

}  // namespace barnabas::broker
