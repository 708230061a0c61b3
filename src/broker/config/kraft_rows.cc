// long: table
#include "base/config_text.h"
#include "broker/config/rows.h"

#include <algorithm>
#include <string>

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_kraft =
    "Barnabas keeps its cluster state in its own store, not in a KRaft quorum";
constexpr std::string_view because_one = "a single broker is its own controller";

bool is_port(std::string_view text) {
    const auto port = parse_integer(text);
    return port && *port >= 0 && *port <= 65535;
}

bool is_host_and_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    return colon != std::string_view::npos && colon > 0 && is_port(text.substr(colon + 1));
}

bool is_voter(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && parse_integer(text.substr(0, at)) &&
           is_host_and_port(text.substr(at + 1));
}

using ElementCheck = bool (*)(std::string_view);

/// Every element passes `check`, and none stands twice.
template <ElementCheck check>
std::optional<std::string> check_elements(const ConfigValue& value) {
    const auto* elements = std::get_if<std::vector<std::string>>(&value);
    if (elements == nullptr) {
        return std::nullopt;
    }
    for (auto element = elements->begin(); element != elements->end(); ++element) {
        if (!check(*element) || std::find(elements->begin(), element, *element) != element) {
            return element->empty() ? "must not have an empty element"
                                    : *element + " is malformed or there twice";
        }
    }
    return std::nullopt;
}

constexpr ConfigRule quorum_voters = custom(&check_elements<&is_voter>, "a list of id@host:port");
constexpr ConfigRule bootstrap_servers =
    custom(&check_elements<&is_host_and_port>, "a list of host:port");

constexpr ConfigRow rows[] = {
    {"broker.heartbeat.interval.ms", int32, "2000", any_value(), read_only, medium,
     "How often a broker tells the controller that it lives.", no_effect(because_kraft)},
    {"broker.session.timeout.ms", int32, "9000", any_value(), read_only, medium,
     "After how long of silence the controller takes a broker for dead.", no_effect(because_kraft)},
    {"controller.listener.names", list, nullptr, non_empty_list_of(), read_only, high,
     "The listeners of the KRaft controller; those of listeners that are named here are not "
     "opened."},
    {"controller.performance.always.log.threshold.ms", int64, "2000", at_least(0), read_only,
     medium, "Controller events slower than this are always logged.", no_effect(because_kraft),
     internal_only},
    {"controller.performance.sample.period.ms", int64, "60000", at_least(100), read_only, medium,
     "How often the slowest controller events are logged.", no_effect(because_kraft),
     internal_only},
    {"controller.quorum.append.linger.ms", int32, "25", at_least(0), read_only, medium,
     "How long the quorum's leader collects records before it writes them.",
     no_effect(because_kraft)},
    {"controller.quorum.auto.join.enable", boolean, "false", any_value(), read_only, low,
     "Whether a controller joins the quorum by itself.", no_effect(because_kraft)},
    {"controller.quorum.bootstrap.servers", list, "", bootstrap_servers, read_only, high,
     "Where the quorum's controllers are found.", no_effect(because_kraft)},
    {"controller.quorum.election.backoff.max.ms", int32, "1000", at_least(0), read_only, high,
     "The longest pause between elections in the quorum.", no_effect(because_kraft)},
    {"controller.quorum.election.timeout.ms", int32, "1000", at_least(0), read_only, high,
     "How long a candidate waits for the quorum's votes.", no_effect(because_kraft)},
    {"controller.quorum.fetch.max.bytes", int32, "1048576", at_least(1), read_only, low,
     "How many bytes of the quorum's log are fetched at once.", no_effect(because_kraft)},
    {"controller.quorum.fetch.snapshot.max.bytes", int32, "1048576", at_least(1), read_only, low,
     "How many bytes of the quorum's snapshots are fetched at once.", no_effect(because_kraft)},
    {"controller.quorum.fetch.timeout.ms", int32, "2000", at_least(0), read_only, high,
     "After how long without a fetch the quorum's leader gives up.", no_effect(because_kraft)},
    {"controller.quorum.request.timeout.ms", int32, "2000", at_least(0), read_only, medium,
     "How long a member of the quorum waits for an answer.", no_effect(because_kraft)},
    {"controller.quorum.retry.backoff.ms", int32, "20", at_least(0), read_only, low,
     "How long a member of the quorum waits before it asks again.", no_effect(because_kraft)},
    {"controller.quorum.voters", list, "", quorum_voters, read_only, high,
     "The quorum's voters, as id@host:port; more than this node alone is refused.",
     no_effect(because_kraft)},
    {"controller.socket.timeout.ms", int32, "30000", any_value(), read_only, medium,
     "How long the controller waits for a broker's answer.", no_effect(because_one)},
    {"initial.broker.registration.timeout.ms", int32, "60000", any_value(), read_only, medium,
     "How long a broker waits for its registration with the controller.", no_effect(because_kraft)},
    {"internal.metadata.delete.delay.millis", int64, "60000", any_value(), read_only, low,
     "How long deleted files of the quorum's log stay.", no_effect(because_kraft), internal_only},
    {"internal.metadata.log.segment.bytes", int32, nullptr, any_value(), read_only, low,
     "The size at which a segment of the quorum's log is closed.", no_effect(because_kraft),
     internal_only},
    {"internal.metadata.max.batch.size.in.bytes", int32, "8388608", any_value(), read_only, low,
     "The largest batch in the quorum's log.", no_effect(because_kraft), internal_only},
    {"metadata.log.dir", string, nullptr, any_value(), read_only, high,
     "The directory of Kafka's KRaft log where it is none of log.dirs: the first start takes the "
     "topics' and the broker's settings over from it."},
    {"metadata.log.max.record.bytes.between.snapshots", int64, "20971520", at_least(1), read_only,
     high, "After how many bytes the quorum's log gets a snapshot.", no_effect(because_kraft)},
    {"metadata.log.max.snapshot.interval.ms", int64, "3600000", at_least(0), read_only, high,
     "After how long the quorum's log gets a snapshot.", no_effect(because_kraft)},
    {"metadata.log.segment.bytes", int32, "1073741824", at_least(8388608), read_only, high,
     "The size at which a segment of the quorum's log is closed.", no_effect(because_kraft)},
    {"metadata.log.segment.ms", int64, "604800000", any_value(), read_only, high,
     "After how long a segment of the quorum's log is closed.", no_effect(because_kraft)},
    {"metadata.max.idle.interval.ms", int32, "500", at_least(0), read_only, low,
     "How often an idle quorum writes a record that does nothing.", no_effect(because_kraft)},
    {"metadata.max.retention.bytes", int64, "104857600", any_value(), read_only, high,
     "How many bytes of the quorum's log are kept.", no_effect(because_kraft)},
    {"metadata.max.retention.ms", int64, "604800000", any_value(), read_only, high,
     "How long the quorum's log is kept.", no_effect(because_kraft)},
    {"process.roles", list, "broker,controller", non_empty_list_of("broker controller"), read_only,
     high,
     "What a KRaft process is; a server of Barnabas is broker and controller, never one alone."},
};

}  // namespace

std::span<const ConfigRow> kraft_rows() {
    return rows;
}

}  // namespace barnabas::broker
