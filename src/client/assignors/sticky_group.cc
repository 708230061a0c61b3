#include "client/assignors/sticky_group.h"

namespace barnabas::client {

StickyGroup::StickyGroup(const NumberedGroup& group)
    : group_(group),
      owned_(group.member_count()),
      owner_(group.partition_count(), no_number),
      disputed_(group.partition_count()),
      by_rack_(group.racks_matter()) {
    for (Number member = 0; member < group.member_count(); ++member) {
        for (const auto& claimed : group.member(member).owned) {
            if (const auto partition = group.number_of(claimed)) {
                take_claim(member, *partition);
            }
        }
    }
}

/// The claims of a member that were taken before stand in owned_, those lost are taken out again.
void StickyGroup::take_claim(Number member, Number partition) {
    auto& owner = owner_[partition];
    if (owner != no_number && owner != member) {
        const auto theirs = group_.member(owner).generation;
        const auto ours = group_.member(member).generation;
        if (ours < theirs) {
            return;
        }
        std::erase(owned_[owner], partition);
        disputed_[partition] = ours == theirs;
    } else if (owner == member) {
        return;  // said twice
    }
    owner = member;
    if (!disputed_[partition]) {
        owned_[member].push_back(partition);
    }
}

}  // namespace barnabas::client
