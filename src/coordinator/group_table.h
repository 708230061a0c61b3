#pragma once

#include "coordinator/group.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// The groups of one partition of __consumer_offsets, by id. The machines of all kinds share it.
class GroupTable {
public:
    using Groups = std::map<std::string, std::unique_ptr<Group>, std::less<>>;

    /// nullptr if there is none.
    [[nodiscard]] Group* find(std::string_view id) const;
    /// nullptr if there is none, or it is of another kind.
    template <class Kind>
    [[nodiscard]] Kind* find_as(std::string_view id) const {
        Group* group = find(id);
        return group != nullptr && group->type() == Kind::kind ? static_cast<Kind*>(group)
                                                               : nullptr;
    }
    /// Takes the place of one with the same id.
    template <class Kind>
    Kind& put(std::unique_ptr<Kind> group) {
        Kind& placed = *group;
        place(std::move(group));
        return placed;
    }
    void erase(std::string_view id);
    /// Out of the table; nullptr if there is none.
    [[nodiscard]] std::unique_ptr<Group> take(std::string_view id);

    [[nodiscard]] const Groups& all() const { return groups_; }

private:
    void place(std::unique_ptr<Group> group);

    Groups groups_;
};

}  // namespace barnabas::coordinator
