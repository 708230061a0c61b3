#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// Whose configurations: a type and, where one is named, an entity of it; "" is the default of all.
/// Always: names.size() <= types.size() once it is checked.
struct ConfigEntities {
    std::vector<std::string> types;
    std::vector<std::string> names;

    [[nodiscard]] const std::string& type() const { return types.front(); }
};

[[nodiscard]] ConfigEntities config_entities(const ParsedOptions& options);

/// Whether the options of `configs` go together, with the sentences of Kafka's tool.
[[nodiscard]] Result<void> check_configs(const ParsedOptions& options);

/// "k1=v1,k2=[v1,v2]": brackets keep commas (and '=') in a value.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_added_configs(std::string_view text);

/// The resource type of "topics", "brokers", ...; unknown for users, clients and ips, which have
/// quotas and credentials instead.
[[nodiscard]] admin::ConfigResourceType config_resource_type(std::string_view entity_type);

/// Where what was set for an entity of that type itself comes from; unknown: everything counts.
[[nodiscard]] admin::ConfigSource dynamic_source(const admin::ConfigResource& resource);

}  // namespace barnabas::cli
