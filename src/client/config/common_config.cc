#include "client/config/common_config.h"

#include "base/config_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace barnabas::client {

namespace {

/// A hundred years are as good as for ever, and sums of them fit.
constexpr std::int64_t ms_max = 100LL * 365 * 24 * 3600 * 1000;

Duration ms(const ConfigValues& values, std::string_view name) {
    return std::chrono::milliseconds(std::clamp<std::int64_t>(values.integer(name), 0, ms_max));
}

struct NamedAddress {
    std::string_view protocol;  // or the listener's name; empty where there is none
    std::string_view address;
};

/// "PLAINTEXT://host:port".
NamedAddress split_protocol(std::string_view text) {
    const auto at = text.find("://");
    return at == std::string_view::npos
               ? NamedAddress{.protocol = {}, .address = text}
               : NamedAddress{.protocol = text.substr(0, at), .address = text.substr(at + 3)};
}

/// Whoever writes such an address wants no plain text on the wire.
bool is_secure_protocol(std::string_view protocol) {
    constexpr std::array<std::string_view, 3> secure{"ssl", "sasl_plaintext", "sasl_ssl"};
    return std::ranges::find(secure, to_lower(protocol)) != secure.end();
}

}  // namespace

Result<runtime::Endpoint> parse_address(std::string_view key, std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return fail(ErrorCode::invalid_config,
                    "{} has '{}': {}; an address is host:port, or "
                    "[IPv6]:port",
                    key, text, why);
    };
    const auto [protocol, address] = split_protocol(trim(text));
    if (is_secure_protocol(protocol)) {
        return fail(ErrorCode::invalid_config,
                    "{} has '{}': TLS and SASL are not supported yet; name a PLAINTEXT listener as "
                    "host:port",
                    key, text);
    }
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos) {
        return wrong("there is no port");
    }
    std::string_view host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return wrong("a host with colons needs brackets");
    }
    if (host.empty()) {
        return wrong("there is no host");
    }
    const auto port = parse_integer(address.substr(colon + 1));
    if (!port || *port < 1 || *port > 65'535) {
        return wrong("the port is no number from 1 to 65535");
    }
    return runtime::Endpoint{.host = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

Result<CommonConfig> common_config(const ConfigValues& values) {
    CommonConfig config;
    for (const std::string& text : values.list("bootstrap.servers")) {
        TRY_ASSIGN(auto endpoint, parse_address("bootstrap.servers", text));
        config.bootstrap.push_back(std::move(endpoint));
    }
    if (config.bootstrap.empty()) {
        return fail(ErrorCode::invalid_config,
                    "bootstrap.servers is empty: name at least one broker as host:port");
    }
    config.client_id = values.text("client.id");
    config.request_timeout = ms(values, "request.timeout.ms");
    config.retry_backoff = ms(values, "retry.backoff.ms");
    config.retry_backoff_max = std::max(config.retry_backoff, ms(values, "retry.backoff.max.ms"));
    config.reconnect_backoff = ms(values, "reconnect.backoff.ms");
    config.reconnect_backoff_max =
        std::max(config.reconnect_backoff, ms(values, "reconnect.backoff.max.ms"));
    config.connection_setup_timeout = ms(values, "socket.connection.setup.timeout.ms");
    config.connection_setup_timeout_max = std::max(
        config.connection_setup_timeout, ms(values, "socket.connection.setup.timeout.max.ms"));
    config.connections_max_idle = values.integer("connections.max.idle.ms") < 0
                                      ? Duration::max()
                                      : ms(values, "connections.max.idle.ms");
    config.metadata_age_max = ms(values, "metadata.max.age.ms");
    config.rebootstrap = to_lower(values.text("metadata.recovery.strategy")) == "rebootstrap";
    config.rebootstrap_trigger = ms(values, "metadata.recovery.rebootstrap.trigger.ms");
    config.check_cluster = values.boolean("metadata.cluster.check.enable");
    config.socket.send_buffer_bytes = static_cast<int>(values.integer("send.buffer.bytes"));
    config.socket.receive_buffer_bytes = static_cast<int>(values.integer("receive.buffer.bytes"));
    return config;
}

}  // namespace barnabas::client
