#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::cli {

using GroupListings = std::vector<admin::GroupListing>;

/// Of all brokers, or the first one's error.
[[nodiscard]] Result<GroupListings> list_groups(Admin& admin, admin::ListGroupsOptions filter);

/// Those that --group names, or with --all-groups those of `list_all`.
[[nodiscard]] Result<std::set<std::string>> groups_of(
    const ParsedOptions& options, const std::function<Result<GroupListings>()>& list_all);

}  // namespace barnabas::cli
