#pragma once

#include "client/assignors/numbered_group.h"

#include <compare>
#include <map>
#include <set>

namespace barnabas::client {

/// What moved from where to where while a group is balanced, so that two members do not swap
/// partitions of one topic: instead of moving a second partition back, the first one returns.
class PartitionMovements {
public:
    struct Move {
        Number topic;
        Number partition;
        Number from;  ///< where it is now
        Number to;
    };

    /// Which partition of the topic to move instead, so that no needless pair of moves is left.
    /// With several to choose from, the one of the lowest number.
    [[nodiscard]] Number actual(const Move& wanted) const;
    void add(const Move& move);

private:
    struct Path {
        Number topic;
        Number from;
        Number to;

        friend auto operator<=>(const Path&, const Path&) = default;
    };

    std::map<Path, std::set<Number>> moved_;  ///< no set is empty
    std::map<Number, Path> path_of_;          ///< by partition: from where it was at first
};

}  // namespace barnabas::client
