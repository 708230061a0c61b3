#pragma once

#include "base/config_definition.h"
#include "base/config_resolver.h"
#include "log/log_config.h"

#include <span>

namespace barnabas::log {

/// One row per topic configuration. A row's synonyms are the broker's rows that it falls back to,
/// strongest first, with the factor from their unit into its own.
[[nodiscard]] std::span<const ConfigRow> topic_rows();

/// The rows as a definition.
[[nodiscard]] ConfigDefinition topic_definition();

/// What Kafka demands of several values together: min.compaction.lag.ms is at most
/// max.compaction.lag.ms, and so on. invalid_config, naming both.
[[nodiscard]] Result<void> check_topic_configs(const ConfigValues& values);

/// The settings of a topic's logs from one parsed value per row.
[[nodiscard]] LogConfig make_log_config(const ConfigValues& values);

/// All of it: what is `set` on the topic over what the broker gives, checked. invalid_config for an
/// unknown name, a bad value, or values that do not go together.
[[nodiscard]] Result<LogConfig> resolve_log_config(const ConfigDefinition& topic,
                                                   const ConfigMap& set,
                                                   const ConfigDefinition& broker,
                                                   const BrokerConfigLayers& layers);

}  // namespace barnabas::log
