#include "broker/config/listener_config.h"

#include "base/config_text.h"

#include <algorithm>
#include <optional>

namespace barnabas::broker {
namespace {

constexpr std::pair<SecurityProtocol, std::string_view> protocol_names[] = {
    {SecurityProtocol::plaintext, "PLAINTEXT"},
    {SecurityProtocol::ssl, "SSL"},
    {SecurityProtocol::sasl_plaintext, "SASL_PLAINTEXT"},
    {SecurityProtocol::sasl_ssl, "SASL_SSL"}};

std::string to_upper(std::string_view text) {
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = parse_integer(text);
    if (!port || *port < 0 || *port > 65535) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(*port);
}

bool is_ipv6(std::string_view host) {
    return host.contains(':');
}

bool is_ipv4(std::string_view host) {
    return std::ranges::count(host, '.') == 3 &&
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Two listeners share a port if one is at an IPv4 and the other at an IPv6 address.
bool may_share_port(const HostAndPort& a, const HostAndPort& b) {
    return (is_ipv4(a.host) && is_ipv6(b.host)) || (is_ipv6(a.host) && is_ipv4(b.host));
}

}  // namespace

std::string listener_name(std::string_view text) {
    return to_upper(text);
}

std::string_view protocol_name(SecurityProtocol protocol) {
    return std::ranges::find(protocol_names, protocol,
                             &std::pair<SecurityProtocol, std::string_view>::first)
        ->second;
}

Result<ProtocolMap> parse_protocol_map(std::string_view text) {
    constexpr std::string_view key = "listener.security.protocol.map";
    ProtocolMap map;
    for (const std::string& element : split_list(text)) {
        const std::size_t colon = element.find(':');
        if (colon == std::string::npos) {
            return fail(ErrorCode::invalid_config, "{}: {} must have the form NAME:PROTOCOL", key,
                        element);
        }
        const std::string wanted = to_upper(trim(std::string_view(element).substr(colon + 1)));
        const auto* protocol = std::ranges::find(
            protocol_names, wanted, &std::pair<SecurityProtocol, std::string_view>::second);
        if (protocol == std::end(protocol_names)) {
            return fail(
                ErrorCode::invalid_config,
                "{}: {} is no security protocol; PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL "
                "are",
                key, wanted);
        }
        std::string name = to_upper(trim(std::string_view(element).substr(0, colon)));
        if (!map.emplace(name, protocol->first).second) {
            return fail(ErrorCode::invalid_config, "{}: {} stands there twice", key, name);
        }
    }
    return map;
}

Result<HostAndPort> parse_host_and_port(std::string_view key, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const auto port =
        colon == std::string_view::npos ? std::nullopt : parse_port(text.substr(colon + 1));
    if (!port) {
        return fail(ErrorCode::invalid_config,
                    "{}: {} must end in a colon and a port from 0 to 65535", key, text);
    }
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    // Kafka's EndPoint takes the same letters.
    constexpr std::string_view allowed =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-%._:";
    if (host.find_first_not_of(allowed) != std::string_view::npos ||
        (is_ipv6(host) && !bracketed)) {
        return fail(ErrorCode::invalid_config,
                    "{}: {} must begin with a host's name, an IPv4 address, or an IPv6 address in "
                    "brackets",
                    key, text);
    }
    return HostAndPort{.host = std::string(host), .port = *port};
}

Result<std::vector<ListenerConfig>> parse_listeners(std::string_view key,
                                                    const std::vector<std::string>& elements,
                                                    const ProtocolMap& protocols) {
    std::vector<ListenerConfig> listeners;
    for (const std::string& element : elements) {
        const std::size_t separator = element.find("://");
        if (separator == std::string::npos || separator == 0) {
            return fail(ErrorCode::invalid_config, "{}: {} must have the form NAME://host:port",
                        key, element);
        }
        ListenerConfig listener{
            .name = listener_name(std::string_view(element).substr(0, separator)), .at = {}};
        const auto protocol = protocols.find(listener.name);
        if (protocol == protocols.end()) {
            return fail(ErrorCode::invalid_config,
                        "{}: listener.security.protocol.map does not say which protocol {} has",
                        key, listener.name);
        }
        listener.protocol = protocol->second;
        TRY_ASSIGN(listener.at,
                   parse_host_and_port(key, std::string_view(element).substr(separator + 3)));
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

Result<void> check_listeners(const std::vector<ListenerConfig>& listeners) {
    for (auto a = listeners.begin(); a != listeners.end(); ++a) {
        for (auto b = a + 1; b != listeners.end(); ++b) {
            if (a->name == b->name) {
                return fail(ErrorCode::invalid_config, "listeners: the name {} stands there twice",
                            a->name);
            }
            if (a->at.port == b->at.port && a->at.port != 0 && !may_share_port(a->at, b->at)) {
                return fail(
                    ErrorCode::invalid_config,
                    "listeners: {} and {} have the same port {}; only one IPv4 and one IPv6 "
                    "address may share one",
                    a->name, b->name, a->at.port);
            }
        }
    }
    return {};
}

}  // namespace barnabas::broker
