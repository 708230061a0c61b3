#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <set>
#include <string_view>

namespace barnabas::cli {

/// Whether the options of `consumer-groups` go together, with the sentences of Kafka's tool.
[[nodiscard]] Result<void> check_consumer_groups(const ParsedOptions& options);

/// "stable,empty"; `legal` are the states that groups of the kind have.
[[nodiscard]] Result<std::set<admin::GroupState>> parse_group_states(
    std::string_view list, const std::set<admin::GroupState>& legal);
/// "classic,consumer".
[[nodiscard]] Result<std::set<admin::GroupType>> parse_consumer_group_types(std::string_view list);

}  // namespace barnabas::cli
