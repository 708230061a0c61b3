#include "client/config/share_consumer_config.h"

#include "base/config_text.h"
#include "client/config/client_rows.h"
#include "client/config/consumer_config.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

namespace barnabas::client {

namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr ConfigRow share_rows[] = {
    {"share.acknowledgement.mode", string, "implicit", one_of("implicit explicit"), read_only,
     medium,
     "implicit: records are accepted by the next poll() or commit; explicit: each one is to be "
     "acknowledged before the next poll()."},
    {"share.acquire.mode", string, "BATCH_OPTIMIZED",
     one_of_any_case("BATCH_OPTIMIZED RECORD_LIMIT"), read_only, medium,
     "batch_optimized: max.poll.records is a wish, whole batches are acquired; record_limit: no "
     "more than max.poll.records are (KIP-1206)."},
};

struct LeftToTheBroker {
    std::string_view name;
    std::string_view instead;
};

/// Kafka's ShareConsumerConfig refuses these.
constexpr std::array<LeftToTheBroker, 10> not_for_share_groups = {{
    {"auto.offset.reset", "the group's share.auto.offset.reset decides"},
    {"enable.auto.commit", "a share consumer acknowledges records and commits no offsets"},
    {"group.instance.id", "share groups have no static members"},
    {"group.protocol", "share groups have a protocol of their own"},
    {"group.remote.assignor", "the broker chooses"},
    {"heartbeat.interval.ms", "the group's share.heartbeat.interval.ms decides"},
    {"interceptor.classes", "share consumers have no interceptors"},
    {"isolation.level", "the group's share.isolation.level decides"},
    {"partition.assignment.strategy", "the broker assigns"},
    {"session.timeout.ms", "the group's share.session.timeout.ms decides"},
}};

Result<> check_names(const ClientConfig& set) {
    for (const auto& [name, instead] : not_for_share_groups) {
        if (set.contains(name)) {
            return fail(ErrorCode::invalid_config, "{} cannot be set when using a share group: {}",
                        name, instead);
        }
    }
    return {};
}

constexpr std::int64_t share_ms_max = 100LL * 365 * 24 * 3600 * 1000;

Duration share_ms(const ConfigValues& values, std::string_view name) {
    return std::chrono::milliseconds(
        std::clamp<std::int64_t>(values.integer(name), 0, share_ms_max));
}

std::int32_t share_bytes(const ConfigValues& values, std::string_view name, std::int32_t least) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(
        values.integer(name), least, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

const ConfigDefinition& share_consumer_definition() {
    static const ConfigDefinition definition(
        "share consumer", {consumer_rows(), share_rows, common_rows(), security_rows()});
    return definition;
}

Result<ShareConsumerConfig> share_consumer_config(const ClientConfig& set) {
    TRY(check_names(set));
    TRY_ASSIGN(const ConfigValues values, parse_client_config(share_consumer_definition(), set));
    ShareConsumerConfig config;
    TRY_ASSIGN(config.common, common_config(values));
    if (values.is_null("group.id") || values.text("group.id").empty()) {
        return fail(ErrorCode::invalid_group_id,
                    "a share consumer needs a group: set group.id to the name of a share group");
    }
    config.group_id = values.text("group.id");
    if (config.common.client_id.empty()) {
        config.common.client_id = "consumer-" + config.group_id;
    }
    config.rack = values.text("client.rack");
    config.poll_interval_max = share_ms(values, "max.poll.interval.ms");
    config.explicit_acknowledgement = values.text("share.acknowledgement.mode") == "explicit";
    config.record_limit = to_lower(values.text("share.acquire.mode")) == "record_limit";
    config.poll_records_max = static_cast<std::size_t>(values.integer("max.poll.records"));
    config.fetch_bytes_min = share_bytes(values, "fetch.min.bytes", 0);
    config.fetch_bytes_max = share_bytes(values, "fetch.max.bytes", 1);
    config.fetch_wait_max = share_ms(values, "fetch.max.wait.ms");
    config.check_crcs = values.boolean("check.crcs");
    config.api_timeout = share_ms(values, "default.api.timeout.ms");
    config.create_topics = values.boolean("allow.auto.create.topics");
    return config;
}

}  // namespace barnabas::client
