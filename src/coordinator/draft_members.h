#pragma once

#include <cstddef>

namespace barnabas::coordinator {

/// The members of a group as they will be when a decision's records are applied. A draft has the
/// `group` that there is, the member that is `changed` or new (or nullptr), and the id of one that
/// is `gone` (or nothing). Both may have one id: then the changed one is there.

/// visit(member) for each, in the order of their ids.
template <class Draft, class Visit>
void each_member_of(const Draft& draft, const Visit& visit) {
    const auto* const changed = draft.changed;
    bool visited = changed == nullptr;
    for (const auto& [id, member] : draft.group.members()) {
        if (!visited && changed->id <= id) {
            visit(*changed);
            visited = true;
        }
        if (id != draft.gone && (changed == nullptr || id != changed->id)) {
            visit(member);
        }
    }
    if (!visited) {
        visit(*changed);
    }
}

template <class Draft>
[[nodiscard]] std::size_t member_count_of(const Draft& draft) {
    const auto& group = draft.group;
    const auto* const changed = draft.changed;
    std::size_t count = group.member_count();
    if (group.member(draft.gone) != nullptr) {
        --count;
    }
    if (changed != nullptr && (changed->id == draft.gone || group.member(changed->id) == nullptr)) {
        ++count;
    }
    return count;
}

}  // namespace barnabas::coordinator
