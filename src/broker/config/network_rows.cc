// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_threads = "Barnabas runs one thread per core: see shards";
constexpr std::string_view because_rate = "the rate of new connections is not limited yet";
constexpr std::string_view because_queue =
    "each connection bounds its own requests in flight: see queued.max.request.bytes";
constexpr std::string_view because_one = "a single broker talks to no other";
constexpr std::string_view because_auth = "authentication is not supported yet";

constexpr ConfigRow rows[] = {
    {"advertised.listeners", list, nullptr, non_empty_list_of(), read_only, high,
     "The addresses that clients are sent to; empty means those of listeners."},
    {"connection.failed.authentication.delay.ms", int32, "100", at_least(0), read_only, low,
     "How long a connection that failed to authenticate is kept waiting before it is closed.",
     no_effect(because_auth)},
    {"connections.max.idle.ms", int64, "600000", any_value(), read_only, medium,
     "A connection on which nothing happened for this long is closed."},
    {"connections.max.reauth.ms", int64, "0", any_value(), read_only, medium,
     "How long a SASL session lasts before the client must authenticate again; 0 means for ever.",
     no_effect(because_auth)},
    {"early.start.listeners", list, nullptr, list_of(), read_only, high,
     "Listeners that open before access control is ready.", no_effect(because_auth)},
    {"inter.broker.listener.name", string, nullptr, any_value(), read_only, medium,
     "The listener that brokers use among themselves.", no_effect(because_one)},
    {"listener.security.protocol.map", string,
     "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", any_value(),
     per_broker, low, "Which security protocol each listener's name stands for."},
    {"listeners", list, "PLAINTEXT://:9092", non_empty_list_of(), per_broker, high,
     "The addresses to listen on, as NAME://host:port; an empty host means every address, port 0 a "
     "free one."},
    {"max.connection.creation.rate", int32, "2147483647", at_least(0), cluster_wide, medium,
     "How many connections the broker accepts a second.", no_effect(because_rate)},
    {"max.connections", int32, "2147483647", at_least(0), cluster_wide, medium,
     "How many connections may be open at once; one more waits until another ends."},
    {"max.connections.per.ip", int32, "2147483647", at_least(0), cluster_wide, medium,
     "How many connections may be open at once from one address."},
    {"max.connections.per.ip.overrides", string, "", any_value(), cluster_wide, medium,
     "Addresses with a limit of their own, as address:limit,address:limit. (Kafka looks names up, "
     "too.)"},
    {"num.io.threads", int32, "8", at_least(1), cluster_wide, high,
     "How many threads execute requests.", no_effect(because_threads)},
    {"num.network.threads", int32, "3", at_least(1), cluster_wide, high,
     "How many threads read and write the sockets of a listener.", no_effect(because_threads)},
    {"queued.max.request.bytes", int64, "-1", any_value(), read_only, medium,
     "How many bytes of requests may be held at once; beyond that sockets are not read. -1 means "
     "no limit."},
    {"queued.max.requests", int32, "500", at_least(1), read_only, high,
     "How many requests may wait for execution before sockets are not read.",
     no_effect(because_queue)},
    {"socket.connection.setup.timeout.max.ms", int64, "30000", any_value(), read_only, medium,
     "The longest wait for a connection to another broker to be established.",
     no_effect(because_one)},
    {"socket.connection.setup.timeout.ms", int64, "10000", any_value(), read_only, medium,
     "The first wait for a connection to another broker to be established.",
     no_effect(because_one)},
    {"socket.listen.backlog.size", int32, "50", at_least(1), read_only, medium,
     "How many connections the system holds until they are accepted."},
    {"socket.receive.buffer.bytes", int32, "-1", any_value(), read_only, high,
     "The receive buffer (SO_RCVBUF) of a client's socket; -1 leaves it to the system, which "
     "widens it for a fast or distant client. (Kafka: 102400.)"},
    {"socket.request.max.bytes", int32, "104857600", at_least(1), read_only, high,
     "The longest request that is read; a longer one closes its connection."},
    {"socket.send.buffer.bytes", int32, "-1", any_value(), read_only, high,
     "The send buffer (SO_SNDBUF) of a client's socket; -1 leaves it to the system, which widens "
     "it for a fast or distant client. (Kafka: 102400.)"},
};

}  // namespace

std::span<const ConfigRow> network_rows() {
    return rows;
}

}  // namespace barnabas::broker
