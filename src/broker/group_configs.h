#pragma once

#include "base/config_resolver.h"
#include "broker/cluster_image.h"
#include "broker/handlers/call.h"
#include "broker/settings.h"
#include "coordinator/consumer/config.h"

#include <string_view>
#include <vector>

namespace barnabas::broker {

// What may be set on a single group: the resource `group` of the configuration APIs
// (org.apache.kafka.coordinator.group.GroupConfig). A group need not be there for it.

/// The times of a consumer group: its own where it has any, else the broker's; within the broker's
/// bounds, which may have changed since they were set. Cheap: may be asked for each heartbeat.
[[nodiscard]] coordinator::ConsumerGroupTimes times_of(const ClusterImage& image,
                                                       const Settings& settings,
                                                       std::string_view group);

/// Whether `set` may be set on a group (GroupConfig.validate): known names, good values, within the
/// broker's bounds, also together with what the broker gives (`layers`). invalid_config.
[[nodiscard]] Result<void> check_group_configs(const Definitions& definitions,
                                               const Settings& settings,
                                               const BrokerConfigLayers& layers,
                                               const ConfigMap& set);

/// Every configuration of the group, as this broker resolves it now, by name; internal ones only
/// where they are set.
[[nodiscard]] std::vector<ResolvedConfig> resolve_group_configs(const Call& call,
                                                                std::string_view group);

}  // namespace barnabas::broker
