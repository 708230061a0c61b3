#include "client/assignors/general_assignment.h"

#include "base/invariant.h"

#include <algorithm>
#include <tuple>

namespace barnabas::client {

GeneralAssignment::GeneralAssignment(const StickyGroup& group)
    : group_(group),
      numbers_(group.numbered()),
      partitions_of_(numbers_.member_count()),
      owner_(numbers_.partition_count(), no_number),
      previous_owner_(numbers_.partition_count(), no_number) {
    for (Number partition = 0; partition < numbers_.partition_count(); ++partition) {
        sorted_.push_back(partition);
    }
    std::ranges::sort(sorted_, {}, [&](Number partition) {
        return std::tuple{numbers_.topics()[numbers_.topic_of(partition)].subscribers.size(),
                          partition};
    });
}

std::vector<std::vector<Number>> GeneralAssignment::run() {
    remember_previous_owners();
    keep_owned();
    std::vector<Number> unassigned;
    std::ranges::copy_if(sorted_, std::back_inserter(unassigned),
                         [&](Number partition) { return owner_[partition] == no_number; });
    for (Number member = 0; member < numbers_.member_count(); ++member) {
        ranking_.emplace(size_of(member), member);
    }
    const bool initial = ranking_.empty() || ranking_.rbegin()->first == 0;
    assign(unassigned);
    balance(std::move(unassigned), initial);
    return std::move(partitions_of_);
}

/// Who owned a partition in an older generation than the last, the latest of them.
void GeneralAssignment::remember_previous_owners() {
    auto last = no_generation;
    for (Number number = 0; number < numbers_.member_count(); ++number) {
        last = std::max(last, numbers_.member(number).generation);
    }
    for (Number number = 0; number < numbers_.member_count(); ++number) {
        const auto& member = numbers_.member(number);
        for (const auto& owned : member.owned) {
            const auto partition = numbers_.number_of(owned);
            if (!partition || member.generation >= last) {
                continue;
            }
            auto& previous = previous_owner_[*partition];
            if (previous == no_number || member.generation > numbers_.member(previous).generation) {
                previous = number;
            }
        }
    }
}

void GeneralAssignment::keep_owned() {
    for (Number member = 0; member < numbers_.member_count(); ++member) {
        for (const auto partition : group_.owned()[member]) {
            if (!numbers_.subscribes(member, numbers_.topic_of(partition)) ||
                group_.is_out_of_rack(member, partition)) {
                revoked_ = true;
            } else {
                partitions_of_[member].push_back(partition);
                owner_[partition] = member;
            }
        }
    }
}

/// To whoever has least; first within racks where those count.
void GeneralAssignment::assign(const std::vector<Number>& partitions) {
    std::vector<Number> left;
    for (const auto partition : partitions) {
        if (!group_.by_rack() || !try_assign(partition, true)) {
            left.push_back(partition);
        }
    }
    for (const auto partition : left) {
        const bool assigned = try_assign(partition, false);
        INVARIANT(assigned, "partition {} has no subscriber", partition);
    }
}

bool GeneralAssignment::try_assign(Number partition, bool by_rack) {
    for (const auto& [size, member] : ranking_) {
        if (numbers_.subscribes(member, numbers_.topic_of(partition)) &&
            !(by_rack && group_.is_out_of_rack(member, partition))) {
            put(member, partition);
            return true;
        }
    }
    return false;
}

void GeneralAssignment::balance(std::vector<Number> unassigned, bool initial) {
    const auto is_fixed = [&](Number partition) {
        return !is_shared(numbers_.topic_of(partition));
    };
    std::erase_if(sorted_, is_fixed);
    std::erase_if(unassigned, is_fixed);
    for (Number member = 0; member < numbers_.member_count(); ++member) {
        if (!can_change(member)) {
            ranking_.erase({size_of(member), member});
        }
    }
    const auto before = partitions_of_;
    // Moving only what is new comes first: that takes nothing from anybody.
    if (!revoked_) {
        reassign(unassigned);
    }
    if (reassign(sorted_) && !initial && imbalance(partitions_of_) >= imbalance(before)) {
        partitions_of_ = before;
    }
}

/// Whether it lacks something that it may have, or has something that another may have.
bool GeneralAssignment::can_change(Number member) const {
    Number size_max = 0;
    for (const auto topic : numbers_.topics_of(member)) {
        size_max += numbers_.topics()[topic].partition_count;
    }
    return size_of(member) < size_max ||
           std::ranges::any_of(
               partitions_of_[member],
               [&](Number partition) { return is_shared(numbers_.topic_of(partition)); });
}

/// Whether no member could take a partition from one that has at least two more.
bool GeneralAssignment::is_balanced() const {
    if (ranking_.empty() || ranking_.begin()->first + 1 >= ranking_.rbegin()->first) {
        return true;
    }
    std::vector<Number> largest_owner(numbers_.topics().size());  // by topic: its size
    for (const auto& [size, member] : ranking_) {
        for (const auto partition : partitions_of_[member]) {
            largest_owner[numbers_.topic_of(partition)] = size;  // the ranking rises
        }
    }
    return std::ranges::all_of(ranking_, [&](const auto& ranked) {
        return std::ranges::all_of(numbers_.topics_of(ranked.second), [&](Number topic) {
            return ranked.first + 1 >= largest_owner[topic];
        });
    });
}

/// Whether any partition moved.
bool GeneralAssignment::reassign(const std::vector<Number>& partitions) {
    bool any = false;
    bool more = true;
    bool balanced = is_balanced();
    while (more) {
        more = false;
        for (auto at = partitions.begin(); at != partitions.end() && !balanced; ++at) {
            if (try_reassign(*at)) {
                more = true;
                balanced = is_balanced();
            }
        }
        any = any || more;
    }
    return any;
}

bool GeneralAssignment::try_reassign(Number partition) {
    const auto topic = numbers_.topic_of(partition);
    const auto size = size_of(owner_[partition]);
    const auto has_less = [&](Number member) { return size > size_of(member) + 1; };
    const auto previous = previous_owner_[partition];
    if (previous != no_number && numbers_.subscribes(previous, topic) && has_less(previous)) {
        move_one_to(previous, partition);
        return true;
    }
    if (!std::ranges::any_of(numbers_.topics()[topic].subscribers, has_less)) {
        return false;
    }
    const auto least = std::ranges::find_if(
        ranking_, [&](const auto& ranked) { return numbers_.subscribes(ranked.second, topic); });
    INVARIANT(least != ranking_.end(), "nobody may have partition {}", partition);
    move_one_to(least->second, partition);
    return true;
}

/// Moves the partition, or one of its topic instead that came from there, to the member.
void GeneralAssignment::move_one_to(Number member, Number partition) {
    PartitionMovements::Move move{.topic = numbers_.topic_of(partition),
                                  .partition = partition,
                                  .from = owner_[partition],
                                  .to = member};
    move.partition = movements_.actual(move);
    move.from = owner_[move.partition];
    movements_.add(move);
    take(move.partition);
    put(member, move.partition);
}

void GeneralAssignment::put(Number member, Number partition) {
    ranking_.erase({size_of(member), member});
    partitions_of_[member].push_back(partition);
    owner_[partition] = member;
    ranking_.emplace(size_of(member), member);
}

void GeneralAssignment::take(Number partition) {
    const auto member = owner_[partition];
    ranking_.erase({size_of(member), member});
    std::erase(partitions_of_[member], partition);
    ranking_.emplace(size_of(member), member);
}

/// The sum of the differences in size of all pairs of members that may change.
Number GeneralAssignment::imbalance(const std::vector<std::vector<Number>>& partitions_of) const {
    Number sum = 0;
    for (auto a = ranking_.begin(); a != ranking_.end(); ++a) {
        for (auto b = std::next(a); b != ranking_.end(); ++b) {
            const auto one = partitions_of[a->second].size();
            const auto other = partitions_of[b->second].size();
            sum += one > other ? one - other : other - one;
        }
    }
    return sum;
}

}  // namespace barnabas::client
