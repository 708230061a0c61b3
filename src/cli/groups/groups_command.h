#pragma once

#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <string>
#include <vector>

namespace barnabas::cli {

/// `groups`: kafka-groups (KIP-1043), which lists groups of all kinds.
extern const Syntax groups_syntax;
int run_groups(const ParsedOptions& options, Console& console);

// Parts of it, for its tests.

/// invalid_request in Kafka's words where options do not go together.
[[nodiscard]] Result<void> check_groups(const ParsedOptions& given);
/// Whether the options ask for such a group.
[[nodiscard]] bool is_wanted_group(const ParsedOptions& given, const admin::GroupListing& group);
/// Columns of one width, 20 at least; behind the last cell of each row stands a blank, as in Kafka.
[[nodiscard]] std::string groups_table(const std::vector<admin::GroupListing>& groups);

}  // namespace barnabas::cli
