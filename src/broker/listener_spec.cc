#include "broker/listener_spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

namespace barnabas::broker {
namespace {

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

std::unexpected<Error> bad_listener(std::string_view text, std::string_view what) {
    return fail(ErrorCode::invalid_config,
                "listener \"{}\": {}; the form is NAME://host:port, for example "
                "PLAINTEXT://localhost:9092 or PLAINTEXT://[::1]:9092",
                text, what);
}

Result<std::vector<ListenerSpec>> parse_all(std::span<const std::string> texts) {
    std::vector<ListenerSpec> specs;
    for (const auto& text : texts) {
        TRY_ASSIGN(auto spec, parse_listener(text));
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<void> check_unique(std::span<const ListenerSpec> specs, std::string_view key) {
    std::set<std::string_view> names;
    for (const auto& spec : specs) {
        if (!names.insert(spec.name).second) {
            return fail(ErrorCode::invalid_config,
                        "{} names {} twice; each listener needs a name of its own", key, spec.name);
        }
    }
    return {};
}

Result<void> check_protocols(std::span<const ListenerSpec> specs,
                             std::span<const std::string> protocol_map) {
    std::map<std::string, std::string, std::less<>> protocols;
    for (const auto& entry : protocol_map) {
        const auto colon = entry.find(':');
        if (colon == std::string::npos) {
            return fail(ErrorCode::invalid_config,
                        "listener.security.protocol.map: \"{}\" is not NAME:PROTOCOL", entry);
        }
        protocols[upper(entry.substr(0, colon))] = upper(entry.substr(colon + 1));
    }
    for (const auto& spec : specs) {
        const auto found = protocols.find(spec.name);
        if (found == protocols.end()) {
            return fail(ErrorCode::invalid_config,
                        "listener.security.protocol.map has no entry for listener {}; "
                        "add {}:PLAINTEXT",
                        spec.name, spec.name);
        }
        if (found->second != "PLAINTEXT") {
            return fail(ErrorCode::invalid_config,
                        "listener {} wants {}, which this version does not serve; only PLAINTEXT",
                        spec.name, found->second);
        }
    }
    return {};
}

bool is_any_address(std::string_view host) {
    return host.empty() || host == "0.0.0.0" || host == "::";
}

}  // namespace

Result<ListenerSpec> parse_listener(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos || scheme == 0) {
        return bad_listener(text, "no NAME://");
    }
    const auto address = text.substr(scheme + 3);
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos) {
        return bad_listener(text, "no port");
    }
    std::string_view host = address.substr(0, colon);
    const std::string_view port = address.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return bad_listener(text, "an IPv6 address stands in brackets");
    }
    ListenerSpec spec{.name = upper(text.substr(0, scheme)),
                      .endpoint = {.host = std::string(host), .port = 0}};
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), spec.endpoint.port);
    if (error != std::errc() || end != port.data() + port.size() || port.empty()) {
        return bad_listener(text, "the port is a number from 0 to 65535");
    }
    return spec;
}

Result<Listeners> resolve_listeners(std::span<const std::string> listeners,
                                    std::span<const std::string> advertised,
                                    std::span<const std::string> protocol_map) {
    TRY_ASSIGN(auto listen, parse_all(listeners));
    TRY_ASSIGN(auto told, parse_all(advertised));
    if (listen.empty()) {
        return fail(ErrorCode::invalid_config,
                    "listeners is empty; a broker needs one, for example PLAINTEXT://:9092");
    }
    TRY(check_unique(listen, "listeners"));
    TRY(check_unique(told, "advertised.listeners"));
    TRY(check_protocols(listen, protocol_map));
    for (const auto& spec : told) {
        if (std::ranges::find(listen, spec.name, &ListenerSpec::name) == listen.end()) {
            return fail(ErrorCode::invalid_config,
                        "advertised.listeners names {}, which listeners does not", spec.name);
        }
        if (is_any_address(spec.endpoint.host)) {
            return fail(ErrorCode::invalid_config,
                        "advertised.listeners: {}://{} is no address that a client can connect to; "
                        "use a host name",
                        spec.name, to_string(spec.endpoint));
        }
    }
    return Listeners{.listen = std::move(listen), .advertised = std::move(told)};
}

runtime::Endpoint advertised_endpoint(const Listeners& listeners, const ListenerSpec& bound,
                                      const std::string& host_name) {
    const auto told = std::ranges::find(listeners.advertised, bound.name, &ListenerSpec::name);
    runtime::Endpoint endpoint =
        told == listeners.advertised.end() ? bound.endpoint : told->endpoint;
    if (is_any_address(endpoint.host)) {
        endpoint.host = host_name;
    }
    if (endpoint.port == 0) {
        endpoint.port = bound.endpoint.port;
    }
    return endpoint;
}

std::string to_string(const runtime::Endpoint& endpoint) {
    const bool brackets = endpoint.host.find(':') != std::string::npos;
    return brackets ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                    : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace barnabas::broker
