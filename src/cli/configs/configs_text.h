#pragma once

#include <barnabas/admin.h>

#include <string>
#include <string_view>

namespace barnabas::cli {

/// "topic" of "topics".
[[nodiscard]] std::string_view singular(std::string_view entity_type);

/// "Dynamic configs for topic orders are:".
[[nodiscard]] std::string configs_heading(std::string_view entity_type, std::string_view name,
                                          bool all);
/// "  name=value sensitive=false synonyms={...}".
[[nodiscard]] std::string config_line(const admin::ConfigEntry& entry);
[[nodiscard]] std::string config_json(std::string_view entity_type, std::string_view name,
                                      const admin::ConfigEntry& entry);
/// "The topic 'orders' doesn't exist and doesn't have dynamic config."
[[nodiscard]] std::string no_entity(std::string_view entity_type, std::string_view name);
/// "Completed updating config for topic orders."
[[nodiscard]] std::string configs_updated(std::string_view entity_type, std::string_view name);

}  // namespace barnabas::cli
