#pragma once

#include "base/config_definition.h"

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

}  // namespace barnabas::log
