#pragma once

#include "broker/services.h"
#include "coordinator/share/share_group.h"
#include "coordinator/share_state/share_state_key.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace barnabas::broker {

/// Where a share group is in a partition. It commits no offsets: a share coordinator knows.
struct SharePosition {
    std::size_t group = 0;  // whose: a number of who asks
    coordinator::ShareStateKey of{};
    Offset start = no_offset;  // what lies in front is done with; no_offset: nobody knows
    std::int32_t done = -1;    // records from `start` on that are done with; -1: not known
};

/// One for each partition that the group has a state of, to be found out.
[[nodiscard]] std::vector<SharePosition> positions_to_find(const coordinator::ShareGroup& group);

/// Looks at what the share coordinators of this broker have in memory; those that are still loading
/// say nothing. Called on shard 0.
awaitable<void> find_positions(Services& services, std::vector<SharePosition>& positions);

}  // namespace barnabas::broker
