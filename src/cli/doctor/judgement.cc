// Addresses, names, connections and what brokers advertise.
#include "cli/doctor/judgement.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas::cli {
namespace {

Finding fine(std::string check, std::string text) {
    return {.level = FindingLevel::ok, .check = std::move(check), .text = std::move(text)};
}

Finding wrong(std::string check, std::string text, std::string advice) {
    return {.level = FindingLevel::fail,
            .check = std::move(check),
            .text = std::move(text),
            .advice = std::move(advice)};
}

Finding doubtful(std::string check, std::string text, std::string advice) {
    auto finding = wrong(std::move(check), std::move(text), std::move(advice));
    finding.level = FindingLevel::warn;
    return finding;
}

std::string milliseconds_text(Duration time) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    return fmt::format("{:.1f} ms", std::chrono::duration_cast<Milliseconds>(time).count());
}

std::string connection_advice(const Error& error) {
    if (error.code == ErrorCode::request_timed_out) {
        return "nothing comes back from there: a firewall drops what is sent, or the machine is "
               "off "
               "or another; try the address from the broker's own machine";
    }
    return "nobody listens there, or somebody refuses: is the broker running, and is that the port "
           "of its `listeners`? One that listens on 127.0.0.1 is for its own machine alone";
}

/// Where Kafka's greeting got no answer of a Kafka broker's.
Finding judge_stranger(const Greeting& greeting) {
    const auto protocol = protocol_of(greeting.kafka.answer);
    const bool speaks_tls = protocol == Protocol::tls ||
                            (greeting.tls && protocol_of(greeting.tls->answer) == Protocol::tls);
    if (speaks_tls) {
        return wrong("protocol", fmt::format("{} speaks TLS", greeting.where),
                     "this client speaks PLAINTEXT so far: use the port of a PLAINTEXT listener");
    }
    if (protocol == Protocol::kafka) {
        return wrong("protocol",
                     fmt::format("{} is a controller's port, which is for brokers", greeting.where),
                     "use a port of the brokers' `listeners` that is not among "
                     "`controller.listener.names`");
    }
    if (protocol == Protocol::silence) {
        return wrong(
            "protocol",
            fmt::format(
                "{} {} Kafka's first request", greeting.where,
                greeting.kafka.closed ? "closes the connection upon" : "gives no answer to"),
            "it is no Kafka broker, a proxy with nobody behind it, or a controller's port: "
            "compare the port with the broker's `listeners`");
    }
    return wrong(
        "protocol",
        fmt::format("{} answers, but its protocol is {}", greeting.where, protocol_name(protocol)),
        "another program has this port: compare it with the broker's `listeners`");
}

bool is_bootstrap(const admin::Node& node, const std::vector<runtime::Endpoint>& bootstrap) {
    return std::ranges::any_of(
        bootstrap, [&](const auto& one) { return one.host == node.host && one.port == node.port; });
}

constexpr std::string_view advertise_advice =
    "set the broker's `advertised.listeners` to an address that clients can reach, as in "
    "PLAINTEXT://its-name:9092: clients go where brokers say, whatever they were started with";

}  // namespace

Finding judge_address(std::string_view text, const Result<runtime::Endpoint>& parsed) {
    if (!parsed) {
        return wrong("address", parsed.error().message,
                     "write host:port, as in localhost:9092 or [::1]:9092, with commas between "
                     "several");
    }
    return fine("address", fmt::format("{} is host {}, port {}", text, parsed->host, parsed->port));
}

Finding judge_name(const std::string& host, const Result<std::vector<HostAddress>>& addresses) {
    if (!addresses || addresses->empty()) {
        return wrong("name",
                     addresses ? fmt::format("{} has no address", host) : addresses.error().message,
                     "compare the name with DNS and /etc/hosts on this machine; inside containers "
                     "names of other networks are not known");
    }
    std::vector<std::string> texts;
    for (const auto& address : *addresses) {
        texts.push_back(fmt::format("{} ({})", address.text, address.is_ipv6 ? "IPv6" : "IPv4"));
    }
    return fine("name", fmt::format("{} is {}", host, fmt::join(texts, ", then ")));
}

bool is_kafkas(const Greeting& greeting) {
    const auto& answer = greeting.kafka.answer;
    return greeting.kafka.connected && protocol_of(answer) == Protocol::kafka &&
           !is_of_controller(answer);
}

Findings judge_greeting(const Greeting& greeting) {
    const auto& connected = greeting.kafka.connected;
    if (!connected) {
        return {wrong("connection",
                      fmt::format("{}: {}", greeting.where, connected.error().message),
                      connection_advice(connected.error()))};
    }
    Findings findings{fine("connection", fmt::format("{} is there after {}", greeting.where,
                                                     milliseconds_text(*connected)))};
    findings.push_back(is_kafkas(greeting)
                           ? fine("protocol", fmt::format("{} speaks Kafka's", greeting.where))
                           : judge_stranger(greeting));
    return findings;
}

Findings judge_order(const std::string& host, const std::vector<Greeting>& greetings) {
    Findings findings;
    const bool any = std::ranges::any_of(greetings, is_kafkas);
    for (const auto& greeting : greetings) {
        for (auto& finding : judge_greeting(greeting)) {
            // One way in is enough, but every connection tries those before it first.
            if (any && finding.level == FindingLevel::fail) {
                finding.level = FindingLevel::warn;
                finding.advice = fmt::format(
                    "clients try the addresses of {} in this order and lose time here: let the "
                    "broker listen on it too, or name the address that works",
                    host);
            }
            findings.push_back(std::move(finding));
        }
    }
    return findings;
}

Finding judge_silence_on_brokers(const Result<std::vector<admin::Node>>& brokers) {
    return wrong("advertised",
                 brokers ? std::string("the broker tells clients of no broker, not even itself")
                         : fmt::format("what the broker tells of its addresses cannot be read: {}",
                                       brokers.error().message),
                 "is it still starting, or not yet in service? See its log; if it is another's "
                 "broker, report it");
}

Finding judge_advertised(const Advertised& advertised,
                         const std::vector<runtime::Endpoint>& bootstrap, bool bootstrap_is_local) {
    const auto& node = advertised.node;
    const auto told =
        fmt::format("broker {} tells clients to use {}:{}", node.id, node.host, node.port);
    if (!advertised.addresses || advertised.addresses->empty()) {
        return wrong("advertised", told + ", a name that this machine does not know",
                     fmt::format("{}, or make {} known here", advertise_advice, node.host));
    }
    const bool local = std::ranges::all_of(*advertised.addresses, &HostAddress::is_loopback);
    if (local && !bootstrap_is_local) {
        return wrong("advertised",
                     told + ", which is this machine, though it was reached at another",
                     std::string(advertise_advice));
    }
    if (std::ranges::none_of(advertised.greetings, is_kafkas)) {
        const bool refused =
            !advertised.greetings.empty() && !advertised.greetings.front().kafka.connected;
        return wrong(
            "advertised",
            fmt::format("{}, where {}", told,
                        refused ? advertised.greetings.front().kafka.connected.error().message
                                : "no Kafka broker answers"),
            std::string(advertise_advice));
    }
    if (is_bootstrap(node, bootstrap)) {
        return fine("advertised", told + ", as you do");
    }
    return fine("advertised", told + ", which works from here");
}

Finding judge_open_files(std::uint64_t open_files_max, std::size_t brokers) {
    constexpr std::uint64_t per_broker = 4;
    constexpr std::uint64_t reserve = 256;
    const auto text = fmt::format("a process here may open {} files", open_files_max);
    if (open_files_max < reserve + per_broker * brokers) {
        return doubtful("limits", fmt::format("{}, which is little for {} brokers", text, brokers),
                        "raise it: ulimit -n 65536, or LimitNOFILE= in the service's unit");
    }
    return fine("limits", text);
}

}  // namespace barnabas::cli
