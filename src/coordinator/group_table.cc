#include "coordinator/group_table.h"

#include <utility>

namespace barnabas::coordinator {

Group* GroupTable::find(std::string_view id) const {
    const auto at = groups_.find(id);
    return at == groups_.end() ? nullptr : at->second.get();
}

void GroupTable::erase(std::string_view id) {
    if (const auto at = groups_.find(id); at != groups_.end()) {
        groups_.erase(at);
    }
}

std::unique_ptr<Group> GroupTable::take(std::string_view id) {
    const auto at = groups_.find(id);
    if (at == groups_.end()) {
        return nullptr;
    }
    auto taken = groups_.extract(at);
    return std::move(taken.mapped());
}

void GroupTable::place(std::unique_ptr<Group> group) {
    auto id = group->id();
    groups_.insert_or_assign(std::move(id), std::move(group));
}

}  // namespace barnabas::coordinator
