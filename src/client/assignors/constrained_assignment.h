#pragma once

#include "client/assignors/sticky_group.h"

#include <deque>
#include <vector>

namespace barnabas::client {

/// Who has which partitions, and which of them come from another member.
struct StickyOutcome {
    std::vector<std::vector<Number>> partitions_of;  ///< by member
    /// By partition: whether somebody else must give it up first.
    std::vector<bool> changes_hands;
};

/// Balances a group whose members all subscribe to the same topics: then every member gets the
/// average, rounded down or up, and one pass over the partitions does it. Used once.
class ConstrainedAssignment {
public:
    /// The group has a member and outlives this.
    explicit ConstrainedAssignment(const StickyGroup& group);

    [[nodiscard]] StickyOutcome run();

private:
    [[nodiscard]] Number size_of(Number member) const {
        return outcome_.partitions_of[member].size();
    }
    [[nodiscard]] bool may_exceed_minimum() const { return above_min_ < above_min_wanted_; }

    std::vector<Number> claims_of(Number member);
    void keep_owned(Number member);
    [[nodiscard]] std::vector<Number> unassigned() const;
    void sort_by_chances(std::vector<Number>& partitions) const;
    [[nodiscard]] std::vector<Number> assign_within_racks(const std::vector<Number>& partitions);
    [[nodiscard]] bool assign_below_minimum(Number partition, Number& turn);
    [[nodiscard]] bool assign_at_minimum(Number partition);
    void assign_in_turn(const std::vector<Number>& partitions);
    void give(Number member, Number partition);
    void reached_above_minimum();

    const StickyGroup& group_;
    const NumberedGroup& numbers_;
    Number quota_min_;
    Number quota_max_;
    Number above_min_wanted_;  ///< members that get quota_max_ where the quotas differ
    Number above_min_ = 0;
    std::vector<Number> below_minimum_;  ///< members with fewer than quota_min_
    std::deque<Number> at_minimum_;      ///< members with quota_min_ that may get one more
    std::vector<Number> leaves_;         ///< by partition: the member that does not keep it
    std::vector<bool> kept_;             ///< by partition
    StickyOutcome outcome_;
};

}  // namespace barnabas::client
