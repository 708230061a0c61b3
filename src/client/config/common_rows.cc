#include "client/config/client_rows.h"

namespace barnabas::client {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_java = "it is for the inside of a Java process";
constexpr std::string_view because_names =
    "names are resolved when a connection is made, and again for the next one";
constexpr std::string_view because_kerberos =
    "canonical names matter to Kerberos, which is not supported yet";

constexpr ConfigRow rows[] = {
    {"bootstrap.resolve.timeout.ms", int64, "0", at_least(0), read_only, high,
     "How long the names in bootstrap.servers are tried at the start.", no_effect(because_names)},
    {"client.dns.lookup", string, "use_all_dns_ips",
     one_of("use_all_dns_ips resolve_canonical_bootstrap_servers_only"), read_only, medium,
     "What a name with several addresses means: each is tried in turn.", refused(because_kerberos)},
    {"config.providers", list, "", list_of(), read_only, low,
     "Where references inside of values are looked up.", no_effect(because_java)},
    {"metadata.cluster.check.enable", boolean, "true", any_value(), read_only, low,
     "Whether a broker is told which cluster and broker is expected, and refuses the connection if "
     "it is another one (KIP-1242)."},
    {"metadata.max.age.ms", int64, "300000", at_least(0), read_only, low,
     "After how long metadata is fetched again though nothing seems to have changed."},
    {"metadata.recovery.rebootstrap.trigger.ms", int64, "300000", at_least(0), read_only, low,
     "After how long without metadata the bootstrap servers are asked again."},
    {"metadata.recovery.strategy", string, "rebootstrap", one_of_any_case("REBOOTSTRAP NONE"),
     read_only, low,
     "What to do when no known broker can be reached: ask the bootstrap servers again, or go on "
     "trying."},
    {"metric.reporters", list, "org.apache.kafka.common.metrics.JmxReporter", list_of(), read_only,
     low, "Classes that report metrics.", no_effect(because_java)},
    {"metrics.num.samples", int32, "2", at_least(1), read_only, low,
     "How many samples a metric keeps.", no_effect(because_java)},
    {"metrics.recording.level", string, "INFO", one_of("INFO DEBUG TRACE"), read_only, low,
     "Which metrics are recorded.", no_effect(because_java)},
    {"metrics.sample.window.ms", int64, "30000", at_least(0), read_only, low,
     "How long a metric's sample is.", no_effect(because_java)},
    {"reconnect.backoff.max.ms", int64, "1000", at_least(0), read_only, low,
     "The longest pause between two attempts to connect to one broker."},
    {"reconnect.backoff.ms", int64, "50", at_least(0), read_only, low,
     "The first pause between two attempts to connect to one broker; it doubles with each "
     "failure."},
    {"request.timeout.ms", int32, "30000", at_least(0), read_only, medium,
     "How long a broker has for its answer; then the connection is closed and the request fails or "
     "is tried again."},
    {"retry.backoff.max.ms", int64, "1000", at_least(0), read_only, low,
     "The longest pause before a request is tried again."},
    {"retry.backoff.ms", int64, "100", at_least(0), read_only, low,
     "The first pause before a request is tried again; it doubles with each failure."},
    {"send.buffer.bytes", int32, "131072", at_least(-1), read_only, medium,
     "The sockets' send buffer; -1 leaves it to the system."},
    {"socket.connection.setup.timeout.max.ms", int64, "30000", any_value(), read_only, medium,
     "The longest wait for a connection to be established."},
    {"socket.connection.setup.timeout.ms", int64, "10000", any_value(), read_only, medium,
     "How long the first attempt to connect may take; longer with each failure."},
};

}  // namespace

std::span<const ConfigRow> common_rows() {
    return rows;
}

}  // namespace barnabas::client
