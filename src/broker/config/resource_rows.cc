// long: table
#include "base/config_text.h"
#include "broker/config/rows.h"

#include <string>

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_inline =
    "a group's assignments are computed on the shard of its partition";
constexpr std::string_view because_streams = "streams groups are not supported yet";
constexpr std::string_view because_telemetry = "clients' telemetry is not collected";
constexpr std::string_view because_quota = "quotas are not supported yet";

/// "latest", "earliest", or "by_duration:" and a duration in Java's form, such as PT1H30M.
std::optional<std::string> check_offset_reset(const ConfigValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
        return "must be set";
    }
    constexpr std::string_view prefix = "by_duration:";
    if (*text == "latest" || *text == "earliest" ||
        (text->starts_with(prefix) && is_java_duration(text->substr(prefix.size())))) {
        return std::nullopt;
    }
    return "must be latest, earliest or by_duration: with a duration such as PT1H";
}

constexpr ConfigRule offset_reset =
    custom(&check_offset_reset, "latest, earliest or by_duration:PnDTnHnMn.nS");

constexpr ConfigRow groups[] = {
    {"consumer.assignment.interval.ms", int32, "1000", at_least(0), resource, medium,
     "How often the consumer group's assignment may be computed.", works,
     synonyms("group.consumer.assignment.interval.ms")},
    {"consumer.assignor.offload.enable", boolean, "true", any_value(), resource, medium,
     "Whether the consumer group's assignments are computed in the background.",
     no_effect(because_inline), internal_only},
    {"consumer.heartbeat.interval.ms", int32, "5000", at_least(1), resource, medium,
     "How often members of the consumer group are heard from.", works,
     synonyms("group.consumer.heartbeat.interval.ms")},
    {"consumer.session.timeout.ms", int32, "45000", at_least(1), resource, medium,
     "After how long of silence a member of the consumer group is removed.", works,
     synonyms("group.consumer.session.timeout.ms")},
    {"errors.deadletterqueue.copy.record.enable", boolean, "false", any_value(), resource, medium,
     "Whether the share group's dead letters hold the whole record."},
    {"errors.deadletterqueue.topic.name", string, "", any_value(), resource, medium,
     "The topic that the share group's dead letters go to."},
    {"share.assignment.interval.ms", int32, "1000", at_least(0), resource, medium,
     "How often the share group's assignment may be computed.", works,
     synonyms("group.share.assignment.interval.ms")},
    {"share.assignor.offload.enable", boolean, "true", any_value(), resource, medium,
     "Whether the share group's assignments are computed in the background.",
     no_effect(because_inline), internal_only},
    {"share.auto.offset.reset", string, "latest", offset_reset, resource, medium,
     "Where a new share group begins to read."},
    {"share.delivery.count.limit", int32, "5", at_least(2), resource, medium,
     "How often a record is delivered to the share group at most.", works,
     synonyms("group.share.delivery.count.limit")},
    {"share.heartbeat.interval.ms", int32, "5000", at_least(1), resource, medium,
     "How often members of the share group are heard from.", works,
     synonyms("group.share.heartbeat.interval.ms")},
    {"share.isolation.level", string, "read_uncommitted", one_of("read_committed read_uncommitted"),
     resource, medium, "Whether the share group reads records of open and aborted transactions."},
    {"share.partition.max.record.locks", int32, "2000", at_least(100), resource, medium,
     "How many records of a partition the share group may lock at once.", works,
     synonyms("group.share.partition.max.record.locks")},
    {"share.record.lock.duration.ms", int32, "30000", at_least(1000), resource, medium,
     "How long a record is locked for the share group's member.", works,
     synonyms("group.share.record.lock.duration.ms")},
    {"share.renew.acknowledge.enable", boolean, "true", any_value(), resource, medium,
     "Whether members of the share group may renew their locks."},
    {"share.session.timeout.ms", int32, "45000", at_least(1), resource, medium,
     "After how long of silence a member of the share group is removed.", works,
     synonyms("group.share.session.timeout.ms")},
    {"streams.acceptable.recovery.lag", int64, "10000", at_least(0), resource, medium,
     "How far behind a task's standby may be and still take over.", no_effect(because_streams),
     internal_only},
    {"streams.assignment.interval.ms", int32, "1000", at_least(0), resource, medium,
     "How often the streams group's assignment may be computed.", no_effect(because_streams)},
    {"streams.assignor.name", string, nullptr, any_value(), resource, medium,
     "The assignor of the streams group; null means the broker's first.",
     no_effect(because_streams)},
    {"streams.assignor.offload.enable", boolean, "true", any_value(), resource, medium,
     "Whether the streams group's assignments are computed in the background.",
     no_effect(because_streams), internal_only},
    {"streams.heartbeat.interval.ms", int32, "5000", at_least(1), resource, medium,
     "How often members of the streams group are heard from.", no_effect(because_streams)},
    {"streams.initial.rebalance.delay.ms", int32, "3000", at_least(0), resource, medium,
     "How long the streams group waits for more members when it is new.",
     no_effect(because_streams)},
    {"streams.num.standby.replicas", int32, "0", at_least(0), resource, medium,
     "How many standbys a task has.", no_effect(because_streams)},
    {"streams.num.warmup.replicas", int32, "2", at_least(0), resource, medium,
     "How many warm-ups the streams group may have at once.", no_effect(because_streams),
     internal_only},
    {"streams.rack.aware.assignment.tags", list, "", list_of(), resource, low,
     "The client tags that spread a task's standbys.", no_effect(because_streams)},
    {"streams.session.timeout.ms", int32, "45000", at_least(1), resource, medium,
     "After how long of silence a member of the streams group is removed.",
     no_effect(because_streams)},
    {"streams.task.offset.interval.ms", int32, "60000", at_least(1), resource, medium,
     "How often members of the streams group report their tasks' offsets.",
     no_effect(because_streams), internal_only},
};

constexpr ConfigRow client_metrics[] = {
    {"interval.ms", int32, "300000", any_value(), resource, medium, "How often clients report.",
     no_effect(because_telemetry)},
    {"match", list, "", list_of(), resource, medium,
     "The clients that report, as name=regular expression.", no_effect(because_telemetry)},
    {"metrics", list, "", list_of(), resource, medium,
     "How the names of the metrics begin that clients report.", no_effect(because_telemetry)},
};

constexpr ConfigRow user_and_client_quotas[] = {
    {"consumer_byte_rate", int64, "9223372036854775807", any_value(), resource, medium,
     "How many bytes a second a client may fetch.", no_effect(because_quota)},
    {"controller_mutation_rate", float64, "2.147483647E9", any_value(), resource, medium,
     "How many partitions a second a client may create or delete.", no_effect(because_quota)},
    {"producer_byte_rate", int64, "9223372036854775807", any_value(), resource, medium,
     "How many bytes a second a client may produce.", no_effect(because_quota)},
    {"request_percentage", float64, "2.147483647E9", any_value(), resource, medium,
     "Which share of the broker's time a client's requests may take, in percent of one thread.",
     no_effect(because_quota)},
};

constexpr ConfigRow ip_quotas[] = {
    {"connection_creation_rate", int32, "2147483647", at_least(0), resource, medium,
     "How many connections a second an address may open.", no_effect(because_quota)},
};

}  // namespace

std::span<const ConfigRow> group_rows() {
    return groups;
}

std::span<const ConfigRow> client_metrics_rows() {
    return client_metrics;
}

std::span<const ConfigRow> user_and_client_quota_rows() {
    return user_and_client_quotas;
}

std::span<const ConfigRow> ip_quota_rows() {
    return ip_quotas;
}

}  // namespace barnabas::broker
