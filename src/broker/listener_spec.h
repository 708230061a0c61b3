#pragma once

#include "base/result.h"
#include "runtime/network.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

/// "NAME://host:port" of `listeners` or `advertised.listeners`. Brackets around an IPv6 address are
/// taken off; an empty host means every address.
struct ListenerSpec {
    std::string name;  // upper case, as Kafka compares them
    runtime::Endpoint endpoint;

    friend bool operator==(const ListenerSpec&, const ListenerSpec&) = default;
};

/// Parses one element; the error says which part is wrong and shows the form.
[[nodiscard]] Result<ListenerSpec> parse_listener(std::string_view text);

/// What a broker listens on and what it tells clients, checked against each other as
/// kafka.server.KafkaConfig does: names and (but for port 0) ports once only, each advertised name
/// is listened on, no advertised host is empty or 0.0.0.0, each name has a protocol that is served.
struct Listeners {
    std::vector<ListenerSpec> listen;
    std::vector<ListenerSpec> advertised;  // as configured; what is missing follows from `listen`
};

[[nodiscard]] Result<Listeners> resolve_listeners(std::span<const std::string> listeners,
                                                  std::span<const std::string> advertised,
                                                  std::span<const std::string> protocol_map);

/// Where clients of listener `bound` are sent: what is advertised, else the bound endpoint; an
/// empty host becomes `host_name`, port 0 the port that was really bound.
[[nodiscard]] runtime::Endpoint advertised_endpoint(const Listeners& listeners,
                                                    const ListenerSpec& bound,
                                                    const std::string& host_name);

/// "host:port", with brackets around an IPv6 address.
[[nodiscard]] std::string to_string(const runtime::Endpoint& endpoint);

}  // namespace barnabas::broker
