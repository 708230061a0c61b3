#include "broker/group_configs.h"

#include "base/config_text.h"
#include "broker/broker_configs.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view heartbeat_interval = "consumer.heartbeat.interval.ms";
constexpr std::string_view session_timeout = "consumer.session.timeout.ms";
constexpr std::string_view assignment_interval = "consumer.assignment.interval.ms";

/// What was set was judged then: a text that is no number cannot be here.
milliseconds own_time(const ConfigMap& set, std::string_view name, milliseconds otherwise,
                      const ConsumerGroupBounds::Range& bounds) {
    const auto own = set.find(name);
    const auto count = own != set.end() ? parse_integer(trim(own->second)) : std::nullopt;
    return count ? std::clamp(milliseconds(*count), bounds.min, bounds.max) : otherwise;
}

}  // namespace

coordinator::ConsumerGroupTimes times_of(const ClusterImage& image, const Settings& settings,
                                         std::string_view group) {
    const auto& groups = settings.config.groups;
    auto times = groups.consumer_times;
    const auto* set = image.group_config(group);
    if (set == nullptr) {
        return times;
    }
    const auto& bounds = groups.consumer_bounds;
    times.heartbeat_interval =
        own_time(*set, heartbeat_interval, times.heartbeat_interval, bounds.heartbeat_interval);
    times.session_timeout =
        own_time(*set, session_timeout, times.session_timeout, bounds.session_timeout);
    times.assignment_interval =
        own_time(*set, assignment_interval, times.assignment_interval, bounds.assignment_interval);
    return times;
}

Result<void> check_group_configs(const Definitions& definitions, const Settings& settings,
                                 const BrokerConfigLayers& layers, const ConfigMap& set) {
    TRY_ASSIGN(const auto values,
               effective_configs(definitions.group, set, definitions.broker, layers));
    const auto ms = [&values](std::string_view name) { return milliseconds(values.integer(name)); };
    TRY(check_share_values(values, settings.config.groups.shares));
    return check_consumer_times({.heartbeat_interval = heartbeat_interval,
                                 .session_timeout = session_timeout,
                                 .assignment_interval = assignment_interval,
                                 .times = {.heartbeat_interval = ms(heartbeat_interval),
                                           .session_timeout = ms(session_timeout),
                                           .assignment_interval = ms(assignment_interval)}},
                                settings.config.groups.consumer_bounds);
}

std::vector<ResolvedConfig> resolve_group_configs(const Call& call, std::string_view group) {
    const auto& definitions = *call.services.definitions;
    const auto layers = config_layers(call.home);
    const auto* found = call.home.image->group_config(group);
    const ConfigMap nothing;
    const ConfigMap& set = found != nullptr ? *found : nothing;
    std::vector<ResolvedConfig> configs;
    for (const auto* row : definitions.group.rows()) {
        if (!row->extras.internal || set.contains(row->name)) {
            configs.push_back(resolve_resource_config(*row, set, ConfigSource::group,
                                                      definitions.broker, layers));
        }
    }
    return configs;
}

}  // namespace barnabas::broker
