#include "client/config/consumer_config.h"

#include "base/config_text.h"
#include "client/config/client_rows.h"

#include <algorithm>
#include <chrono>

namespace barnabas::client {

namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_java = "it names a Java class; here serdes and callbacks do it";
constexpr std::string_view because_objects =
    "it names a Java class; here it is an object in ConsumerOptions";
constexpr std::string_view because_metrics = "the client does not push metrics";

std::optional<std::string> check_reset(const ConfigValue& value) {
    const auto policy = ResetPolicy::parse(std::get<std::string>(value));
    return policy ? std::nullopt : std::optional(policy.error().message);
}

constexpr std::string_view default_strategies =
    "org.apache.kafka.clients.consumer.RangeAssignor,"
    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

constexpr ConfigRow rows[] = {
    {"allow.auto.create.topics", boolean, "true", any_value(), read_only, medium,
     "Whether the broker may create topics that are subscribed to and do not exist."},
    {"auto.commit.interval.ms", int32, "5000", at_least(0), read_only, low,
     "How often positions are committed, with enable.auto.commit."},
    {"auto.offset.reset", string, "latest",
     custom(&check_reset, "earliest, latest, none or by_duration:<ISO 8601 duration>"), read_only,
     medium,
     "Where to begin in a partition without committed offset, and to go on where an offset is "
     "gone."},
    {"bootstrap.servers", list, ConfigDefault::required(), non_empty_list_of(), read_only, high,
     "Brokers to begin with, as host:port."},
    {"check.crcs", boolean, "true", any_value(), read_only, low,
     "Whether the checksums of fetched batches are checked."},
    {"client.id", string, "", any_value(), read_only, low,
     "How the client calls itself in the brokers' logs and quotas; without it, "
     "consumer-<group.id>."},
    {"client.rack", string, "", any_value(), read_only, low,
     "Where the client stands: replicas there are preferred."},
    {"connections.max.idle.ms", int64, "540000", any_value(), read_only, medium,
     "After how long without requests a connection is closed; negative: never."},
    {"default.api.timeout.ms", int32, "60000", at_least(0), read_only, medium,
     "How long calls without a timeout of their own may take."},
    {"enable.auto.commit", boolean, "true", any_value(), read_only, medium,
     "Whether positions are committed in the background, by poll()."},
    {"enable.metrics.push", boolean, "true", any_value(), read_only, low,
     "Whether metrics are pushed to the brokers.", no_effect(because_metrics)},
    {"exclude.internal.topics", boolean, "true", any_value(), read_only, medium,
     "Whether patterns pass over internal topics."},
    {"fetch.max.bytes", int32, "52428800", at_least(0), read_only, medium,
     "Most bytes of one fetch, and of all that is fetched ahead."},
    {"fetch.max.wait.ms", int32, "500", at_least(0), read_only, low,
     "How long a broker waits for fetch.min.bytes."},
    {"fetch.min.bytes", int32, "1", at_least(0), read_only, high,
     "Bytes that a broker waits for before it answers a fetch."},
    {"group.id", string, nullptr, any_value(), read_only, high, "The consumer group."},
    {"group.instance.id", string, nullptr, non_empty(), read_only, medium,
     "Makes the member a static one: it keeps its place through restarts."},
    {"group.protocol", string, "classic", one_of_any_case("CLASSIC CONSUMER"), read_only, high,
     "The group's protocol: classic, or consumer (KIP-848)."},
    {"group.remote.assignor", string, nullptr, any_value(), read_only, medium,
     "The broker's assignor, with group.protocol=consumer; none: the broker chooses."},
    {"heartbeat.interval.ms", int32, "3000", any_value(), read_only, high,
     "Between heartbeats of the classic protocol; lower than session.timeout.ms."},
    {"interceptor.classes", list, "", list_of(), read_only, low,
     "Who sees records before the application.", refused(because_objects)},
    {"internal.leave.group.on.close", boolean, "true", any_value(), read_only, low,
     "Whether close() leaves the group.", works, internal_only},
    {"internal.throw.on.fetch.stable.offset.unsupported", boolean, "false", any_value(), read_only,
     low, "For Kafka Streams.", no_effect("it is for Kafka Streams"), internal_only},
    {"isolation.level", string, "read_uncommitted", one_of("read_committed read_uncommitted"),
     read_only, medium, "Whether records of open and aborted transactions are seen."},
    {"key.deserializer", class_name, nullptr, any_value(), read_only, high,
     "The class that reads keys.", no_effect(because_java)},
    {"max.partition.fetch.bytes", int32, "1048576", at_least(0), read_only, high,
     "Most bytes of one partition in a fetch; a larger batch still comes alone."},
    {"max.poll.interval.ms", int32, "300000", at_least(1), read_only, medium,
     "How long a member may go without poll() before it is out of its group."},
    {"max.poll.records", int32, "500", at_least(1), read_only, medium,
     "Most records that one poll() hands out."},
    {"partition.assignment.strategy", list, default_strategies.data(), list_of(), read_only, medium,
     "How a classic group shares partitions out, the preferred first: range, roundrobin, sticky, "
     "cooperative-sticky, Kafka's class names, or own assignors."},
    {"receive.buffer.bytes", int32, "65536", at_least(-1), read_only, medium,
     "The sockets' receive buffer; -1 leaves it to the system."},
    {"session.timeout.ms", int32, "45000", any_value(), read_only, high,
     "After how long without heartbeat a classic member is out of its group."},
    {"value.deserializer", class_name, nullptr, any_value(), read_only, high,
     "The class that reads values.", no_effect(because_java)},
};

constexpr std::string_view because_share = "it is for share consumers";

/// Names that Kafka's consumers take without looking at them.
constexpr ConfigRow rows_of_share_consumers[] = {
    {"share.acknowledgement.mode", string, "implicit", one_of("implicit explicit"), read_only,
     medium, "How share consumers acknowledge records.", no_effect(because_share)},
    {"share.acquire.mode", string, "BATCH_OPTIMIZED",
     one_of_any_case("BATCH_OPTIMIZED RECORD_LIMIT"), read_only, medium,
     "How share consumers acquire records.", no_effect(because_share)},
};

/// A hundred years are as good as for ever, and sums of them fit.
constexpr std::int64_t ms_max = 100LL * 365 * 24 * 3600 * 1000;

Duration ms(const ConfigValues& values, std::string_view name) {
    return std::chrono::milliseconds(std::clamp<std::int64_t>(values.integer(name), 0, ms_max));
}

std::optional<std::string> text(const ConfigValues& values, std::string_view name) {
    if (values.is_null(name) || values.text(name).empty()) {
        return std::nullopt;
    }
    return values.text(name);
}

std::int32_t number(const ConfigValues& values, std::string_view name) {
    return static_cast<std::int32_t>(values.integer(name));
}

void read_group(const ConfigValues& values, ConsumerConfig& config) {
    config.group_id = text(values, "group.id");
    config.group_instance_id = text(values, "group.instance.id");
    config.group_protocol = to_lower(values.text("group.protocol")) == "consumer"
                                ? GroupProtocol::consumer
                                : GroupProtocol::classic;
    config.remote_assignor = text(values, "group.remote.assignor");
    config.assignment_strategies = values.list("partition.assignment.strategy");
    config.session_timeout = ms(values, "session.timeout.ms");
    config.heartbeat_interval = ms(values, "heartbeat.interval.ms");
    config.poll_interval_max = ms(values, "max.poll.interval.ms");
    config.leave_on_close = values.boolean("internal.leave.group.on.close");
    config.auto_commit = values.boolean("enable.auto.commit");
    config.auto_commit_interval = ms(values, "auto.commit.interval.ms");
}

void read_fetching(const ConfigValues& values, ConsumerConfig& config) {
    config.poll_records_max = static_cast<std::size_t>(values.integer("max.poll.records"));
    config.fetch_bytes_min = number(values, "fetch.min.bytes");
    config.fetch_bytes_max = std::max(number(values, "fetch.max.bytes"), 1);
    config.fetch_wait_max = ms(values, "fetch.max.wait.ms");
    config.partition_bytes_max = std::max(number(values, "max.partition.fetch.bytes"), 1);
    config.check_crcs = values.boolean("check.crcs");
    config.isolation = values.text("isolation.level") == "read_committed"
                           ? IsolationLevel::read_committed
                           : IsolationLevel::read_uncommitted;
    config.rack = values.text("client.rack");
}

/// What no row can check alone.
Result<> check(const ConsumerConfig& config, const ClientConfig& set) {
    if (config.group_protocol == GroupProtocol::classic) {
        if (config.heartbeat_interval >= config.session_timeout) {
            return fail(ErrorCode::invalid_config,
                        "heartbeat.interval.ms is {} ms, but must be lower than "
                        "session.timeout.ms, which is {} ms",
                        config.heartbeat_interval / 1ms, config.session_timeout / 1ms);
        }
        if (config.remote_assignor) {
            return fail(ErrorCode::invalid_config,
                        "group.remote.assignor is \"{}\", but with group.protocol=classic "
                        "partition.assignment.strategy decides",
                        *config.remote_assignor);
        }
    } else {
        for (const std::string_view name :
             {"partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms"}) {
            if (set.contains(name)) {
                return fail(ErrorCode::invalid_config,
                            "{} is set, but with group.protocol=consumer the broker decides that",
                            name);
            }
        }
    }
    if (!config.group_id && config.group_instance_id) {
        return fail(ErrorCode::invalid_config, "group.instance.id is \"{}\" without a group.id",
                    *config.group_instance_id);
    }
    if (!config.group_id && config.auto_commit && set.contains("enable.auto.commit")) {
        return fail(ErrorCode::invalid_config,
                    "enable.auto.commit is true without a group.id to commit for");
    }
    return {};
}

}  // namespace

std::span<const ConfigRow> consumer_rows() {
    return rows;
}

const ConfigDefinition& consumer_definition() {
    static const ConfigDefinition definition(
        "consumer", {rows, rows_of_share_consumers, common_rows(), security_rows()});
    return definition;
}

Result<ConsumerConfig> consumer_config(const ClientConfig& set) {
    TRY_ASSIGN(const ConfigValues values, parse_client_config(consumer_definition(), set));
    ConsumerConfig config;
    TRY_ASSIGN(config.common, common_config(values));
    read_group(values, config);
    if (config.common.client_id.empty()) {  // so that logs tell whose member it is
        config.common.client_id = config.group_id ? "consumer-" + *config.group_id : "consumer";
    }
    read_fetching(values, config);
    TRY_ASSIGN(config.reset, ResetPolicy::parse(values.text("auto.offset.reset")));
    config.api_timeout = ms(values, "default.api.timeout.ms");
    config.create_topics = values.boolean("allow.auto.create.topics");
    config.exclude_internal_topics = values.boolean("exclude.internal.topics");
    TRY(check(config, set));
    config.auto_commit = config.auto_commit && config.group_id.has_value();
    return config;
}

}  // namespace barnabas::client
