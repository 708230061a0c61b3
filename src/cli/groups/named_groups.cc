#include "cli/groups/named_groups.h"

#include <utility>

namespace barnabas::cli {

Result<GroupListings> list_groups(Admin& admin, admin::ListGroupsOptions filter) {
    TRY_ASSIGN(auto listed, admin.list_groups(std::move(filter)).get());
    if (!listed.errors.empty()) {
        return std::unexpected(listed.errors.front());
    }
    return std::move(listed.groups);
}

Result<std::set<std::string>> groups_of(const ParsedOptions& options,
                                        const std::function<Result<GroupListings>()>& list_all) {
    std::set<std::string> names;
    if (!options.has("all-groups")) {
        for (auto& group : options.texts("group")) {
            names.insert(std::move(group));
        }
        return names;
    }
    TRY_ASSIGN(const auto groups, list_all());
    for (const auto& group : groups) {
        names.insert(group.id);
    }
    return names;
}

}  // namespace barnabas::cli
