#include "client/assignors/constrained_assignment.h"

#include "base/invariant.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace barnabas::client {
namespace {

/// The place in `members`, from `first` on and around, of one in a rack of the partition.
template <class Members>
Number next_in_rack(const StickyGroup& group, Number partition, const Members& members,
                    Number first) {
    for (Number i = 0; i < members.size(); ++i) {
        const auto place = (first + i) % members.size();
        if (group.in_rack(members[place], partition)) {
            return place;
        }
    }
    return no_number;
}

}  // namespace

ConstrainedAssignment::ConstrainedAssignment(const StickyGroup& group)
    : group_(group),
      numbers_(group.numbered()),
      quota_min_(numbers_.partition_count() / numbers_.member_count()),
      above_min_wanted_(numbers_.partition_count() % numbers_.member_count()),
      leaves_(numbers_.partition_count(), no_number),
      kept_(numbers_.partition_count()),
      outcome_{.partitions_of = std::vector<std::vector<Number>>(numbers_.member_count()),
               .changes_hands = std::vector<bool>(numbers_.partition_count())} {
    quota_max_ = quota_min_ + (above_min_wanted_ > 0 ? 1 : 0);
}

StickyOutcome ConstrainedAssignment::run() {
    for (const auto member : numbers_.members_in_map_order()) {
        keep_owned(member);
    }
    std::ranges::sort(below_minimum_);
    std::ranges::sort(at_minimum_);
    auto left = unassigned();
    if (group_.by_rack()) {
        sort_by_chances(left);
        left = assign_within_racks(left);
    }
    assign_in_turn(left);
    INVARIANT(above_min_ == above_min_wanted_, "{} members above the minimum, not {}", above_min_,
              above_min_wanted_);
    return std::move(outcome_);
}

/// What the member may keep, in the order in which it keeps it: by index, then by topic.
std::vector<Number> ConstrainedAssignment::claims_of(Number member) {
    std::vector<Number> claims;
    for (const auto partition : group_.owned()[member]) {
        if (group_.is_out_of_rack(member, partition)) {
            leaves_[partition] = member;
        } else {
            claims.push_back(partition);
        }
    }
    std::ranges::sort(claims, {}, [&](Number partition) {
        return std::tuple{numbers_.index_of(partition), partition};
    });
    return claims;
}

void ConstrainedAssignment::keep_owned(Number member) {
    const auto claims = claims_of(member);
    auto keeps = std::min(claims.size(), quota_min_);
    if (claims.size() < quota_min_) {
        below_minimum_.push_back(member);
    } else if (claims.size() >= quota_max_ && may_exceed_minimum()) {
        keeps = quota_max_;
        reached_above_minimum();
    } else if (may_exceed_minimum()) {
        at_minimum_.push_back(member);
    }
    for (Number i = 0; i < claims.size(); ++i) {
        if (i < keeps) {
            outcome_.partitions_of[member].push_back(claims[i]);
            kept_[claims[i]] = true;
        } else {
            leaves_[claims[i]] = member;
        }
    }
}

std::vector<Number> ConstrainedAssignment::unassigned() const {
    std::vector<Number> partitions;
    for (Number partition = 0; partition < kept_.size(); ++partition) {
        if (!kept_[partition]) {
            partitions.push_back(partition);
        }
    }
    return partitions;
}

/// Those with the fewest members in their racks first.
void ConstrainedAssignment::sort_by_chances(std::vector<Number>& partitions) const {
    std::vector<Number> chances(kept_.size());
    for (const auto partition : partitions) {
        for (Number member = 0; member < numbers_.member_count(); ++member) {
            chances[partition] += group_.in_rack(member, partition) ? 1 : 0;
        }
    }
    std::ranges::sort(partitions, {},
                      [&](Number partition) { return std::tuple{chances[partition], partition}; });
}

/// Answers with the partitions for which there was no room in their racks.
std::vector<Number> ConstrainedAssignment::assign_within_racks(
    const std::vector<Number>& partitions) {
    std::vector<Number> left;
    Number turn = 0;
    for (const auto partition : partitions) {
        if (!assign_below_minimum(partition, turn) && !assign_at_minimum(partition)) {
            left.push_back(partition);
        }
    }
    return left;
}

bool ConstrainedAssignment::assign_below_minimum(Number partition, Number& turn) {
    auto place = next_in_rack(group_, partition, below_minimum_, turn);
    if (place == no_number) {
        return false;
    }
    const auto member = below_minimum_[place];
    give(member, partition);
    if (size_of(member) >= quota_min_) {
        std::erase(below_minimum_, member);
        if (size_of(member) < quota_max_ && may_exceed_minimum()) {
            at_minimum_.push_back(member);
        }
    } else {
        ++place;
    }
    turn = below_minimum_.empty() ? 0 : place % below_minimum_.size();
    return true;
}

bool ConstrainedAssignment::assign_at_minimum(Number partition) {
    const auto place = next_in_rack(group_, partition, at_minimum_, 0);
    if (place == no_number) {
        return false;
    }
    const auto member = at_minimum_[place];
    at_minimum_.erase(at_minimum_.begin() + static_cast<std::ptrdiff_t>(place));
    give(member, partition);
    reached_above_minimum();
    return true;
}

void ConstrainedAssignment::assign_in_turn(const std::vector<Number>& partitions) {
    Number turn = 0;
    for (const auto partition : partitions) {
        if (below_minimum_.empty()) {
            INVARIANT(!at_minimum_.empty(), "partition {} finds no room", partition);
            const auto member = at_minimum_.front();
            at_minimum_.pop_front();
            give(member, partition);
            ++above_min_;
            continue;
        }
        turn = turn < below_minimum_.size() ? turn : 0;
        const auto member = below_minimum_[turn];
        give(member, partition);
        if (size_of(member) == quota_min_) {
            std::erase(below_minimum_, member);
            at_minimum_.push_back(member);
        } else {
            ++turn;
        }
    }
}

void ConstrainedAssignment::give(Number member, Number partition) {
    outcome_.partitions_of[member].push_back(partition);
    const auto from = leaves_[partition];
    outcome_.changes_hands[partition] =
        (from != no_number && from != member) || group_.is_disputed(partition);
}

/// Another member has quota_max_; when they are all there are, nobody may get more than the
/// minimum.
void ConstrainedAssignment::reached_above_minimum() {
    ++above_min_;
    if (!may_exceed_minimum()) {
        at_minimum_.clear();
    }
}

}  // namespace barnabas::client
