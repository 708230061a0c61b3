#pragma once

#include "base/time.h"

#include <cstdint>
#include <limits>

namespace barnabas::coordinator {

/// What is configured of classic groups. May change while the broker runs: it is read each time.
struct ClassicConfig {
    Duration initial_rebalance_delay = 3s;  // group.initial.rebalance.delay.ms
    Duration session_timeout_min = 6s;      // group.min.session.timeout.ms
    Duration session_timeout_max = 30min;   // group.max.session.timeout.ms
    std::int32_t size_max = std::numeric_limits<std::int32_t>::max();  // group.max.size
    /// How long a member that was never in a generation may wait in a join before it has to ask
    /// again (ClassicGroupNewMemberJoinTimeoutMs, which no configuration names).
    Duration new_member_timeout = 5min;
};

}  // namespace barnabas::coordinator
