#include "client/assignors/sticky_assignor.h"

#include "client/assignors/constrained_assignment.h"
#include "client/assignors/general_assignment.h"
#include "client/assignors/numbered_group.h"
#include "client/assignors/sticky_group.h"

#include <algorithm>

namespace barnabas::client {
namespace {

/// By partition: whether its new member did not own it while another one did.
std::vector<bool> hands_changed(const NumberedGroup& group,
                                const std::vector<std::vector<Number>>& partitions_of) {
    std::vector<Number> new_owner(group.partition_count(), no_number);
    std::vector<bool> was_own(group.partition_count());
    std::vector<bool> was_others(group.partition_count());
    for (Number member = 0; member < group.member_count(); ++member) {
        for (const auto partition : partitions_of[member]) {
            new_owner[partition] = member;
        }
    }
    for (Number member = 0; member < group.member_count(); ++member) {
        for (const auto& owned : group.member(member).owned) {
            if (const auto partition = group.number_of(owned)) {
                (new_owner[*partition] == member ? was_own : was_others)[*partition] = true;
            }
        }
    }
    std::vector<bool> changed(group.partition_count());
    for (Number partition = 0; partition < changed.size(); ++partition) {
        changed[partition] = was_others[partition] && !was_own[partition];
    }
    return changed;
}

StickyOutcome assign_by_numbers(const NumberedGroup& group) {
    const StickyGroup sticky{group};
    if (group.member_count() == 0) {
        return {};
    }
    if (group.all_subscribe_alike()) {
        return ConstrainedAssignment{sticky}.run();
    }
    StickyOutcome outcome;
    outcome.partitions_of = GeneralAssignment{sticky}.run();
    outcome.changes_hands = hands_changed(group, outcome.partitions_of);
    return outcome;
}

}  // namespace

Assignment assign_sticky(const TopicLayouts& layouts, const std::vector<GroupMember>& members) {
    const NumberedGroup group{layouts, members};
    return group.to_assignment(assign_by_numbers(group).partitions_of);
}

Assignment assign_cooperative_sticky(const TopicLayouts& layouts,
                                     const std::vector<GroupMember>& members) {
    const NumberedGroup group{layouts, members};
    auto outcome = assign_by_numbers(group);
    for (auto& partitions : outcome.partitions_of) {
        std::erase_if(partitions,
                      [&](Number partition) { return outcome.changes_hands[partition]; });
    }
    return group.to_assignment(outcome.partitions_of);
}

}  // namespace barnabas::client
