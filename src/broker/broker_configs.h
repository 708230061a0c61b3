#pragma once

#include "base/config_resolver.h"
#include "broker/services.h"

#include <string>
#include <vector>

namespace barnabas::broker {

/// What is set for this broker as `shard` knows it now; refers to its image and settings.
[[nodiscard]] BrokerConfigLayers config_layers(const BrokerShard& shard);

/// What is set for all brokers, by name, with no other source than that (the broker resource ""
/// of DescribeConfigs).
[[nodiscard]] std::vector<ResolvedConfig> resolve_default_configs(const ConfigDefinition& broker,
                                                                  const ConfigMap& defaults);

/// Whether `set` may become what is set dynamically, for this broker or (not `per_broker`) for all:
/// Kafka's rules, and beyond them nothing that would be stored without ever taking effect. Names
/// that have no effect on any Barnabas broker are accepted: without_effect() tells. Refused with
/// invalid_request and a sentence.
[[nodiscard]] Result<void> check_dynamic_configs(const ConfigDefinition& broker,
                                                 const ConfigMap& set, bool per_broker);

/// One sentence for each name of `set` that changes nothing here, with the reason.
[[nodiscard]] std::vector<std::string> without_effect(const ConfigDefinition& broker,
                                                      const ConfigMap& set);

/// The configuration that a broker runs with from now on. What only counts at start is read again
/// too, and is the same: it cannot be set dynamically. `was` gives what start-up found out (the
/// node's id).
[[nodiscard]] Result<BrokerConfig> running_config(const ConfigDefinition& broker,
                                                  const BrokerConfigLayers& layers,
                                                  const BrokerConfig& was);

}  // namespace barnabas::broker
