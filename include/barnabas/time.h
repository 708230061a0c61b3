#pragma once

#include <barnabas/types.h>

#include <chrono>

namespace barnabas {

using namespace std::chrono_literals;

/// Names the time line of Time; it has no now(): the runtime's Clock tells the time.
struct MonotonicTimeline {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicTimeline>;
    static constexpr bool is_steady = true;
};

/// A moment that never jumps, for deadlines and intervals. Its zero means nothing.
using Time = MonotonicTimeline::time_point;
using Duration = std::chrono::nanoseconds;

inline constexpr Time never = Time::max();

/// Both clocks read together: the steady one for waiting, the calendar for timestamps.
struct Now {
    Time steady;
    Timestamp wall;
};

}  // namespace barnabas
