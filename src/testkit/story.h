#pragma once

#include "runtime/simulated/simulation.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace barnabas::testkit {

/// Into the trace; with BARNABAS_STORY also on standard error, at once, for a program that may end
/// in the middle.
inline void tell(runtime::Simulation& simulation, std::string_view who, std::string_view what) {
    static const bool prints = std::getenv("BARNABAS_STORY") != nullptr;
    if (prints) {
        const auto since = simulation.clock().now().time_since_epoch() % std::chrono::hours(1);
        fmt::print(stderr, "{:10.3f} {:14} {}\n",
                   std::chrono::duration<double, std::milli>(since).count(), who, what);
    }
    simulation.note(who, what);
}

}  // namespace barnabas::testkit
