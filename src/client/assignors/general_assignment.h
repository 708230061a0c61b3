#pragma once

#include "client/assignors/partition_movements.h"
#include "client/assignors/sticky_group.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::client {

/// Balances a group whose members subscribe to different topics: keeps what was owned, gives the
/// rest to whoever has least, then moves partitions from members with more to members with less
/// until no move helps. Used once.
class GeneralAssignment {
public:
    explicit GeneralAssignment(const StickyGroup& group);

    /// Partitions by member.
    [[nodiscard]] std::vector<std::vector<Number>> run();

private:
    [[nodiscard]] Number size_of(Number member) const { return partitions_of_[member].size(); }
    [[nodiscard]] bool is_shared(Number topic) const {
        return numbers_.topics()[topic].subscribers.size() > 1;
    }

    void remember_previous_owners();
    void keep_owned();
    void assign(const std::vector<Number>& partitions);
    [[nodiscard]] bool try_assign(Number partition, bool by_rack);
    void balance(std::vector<Number> unassigned, bool initial);
    [[nodiscard]] bool can_change(Number member) const;
    [[nodiscard]] bool is_balanced() const;
    bool reassign(const std::vector<Number>& partitions);
    [[nodiscard]] bool try_reassign(Number partition);
    void move_one_to(Number member, Number partition);
    void put(Number member, Number partition);
    void take(Number partition);
    [[nodiscard]] Number imbalance(const std::vector<std::vector<Number>>& partitions_of) const;

    const StickyGroup& group_;
    const NumberedGroup& numbers_;
    std::vector<Number> sorted_;  ///< all partitions, those with the fewest possible owners first
    std::vector<std::vector<Number>> partitions_of_;  ///< by member
    std::vector<Number> owner_;                       ///< by partition
    std::vector<Number> previous_owner_;              ///< by partition: of an older generation
    /// Members that may still change, by size and number; holds each with its present size.
    std::set<std::pair<Number, Number>> ranking_;
    PartitionMovements movements_;
    bool revoked_ = false;  ///< somebody had to give up a partition before balancing began
};

}  // namespace barnabas::client
