#pragma once

#include "runtime/simulated/trace.h"
#include "testkit/history.h"

#include <cstdint>
#include <string>
#include <vector>

namespace barnabas::testkit {

struct ScenarioOptions {
    bool keep_trace = false;
};

/// What came of one seed.
struct ScenarioOutcome {
    History history;
    std::vector<std::string> problems;  // what the checker says
    std::uint64_t trace_hash = 0;
    std::vector<runtime::TraceEvent> trace;  // if it was to be kept
    Duration took{0};                        // of simulated time
    std::size_t power_failures = 0;
};

/// One broker; writers, some of them rivals for one transactional id, copiers and readers; and for
/// some seconds the trouble that the seed brings: power failures, kills, clients that die,
/// connections that break or hang, time that is lost. Afterwards all must go on, end, and be as the
/// checker wants it; also after one more power failure. All of it in this thread.
[[nodiscard]] ScenarioOutcome run_scenario(std::uint64_t seed, const ScenarioOptions& options = {});

}  // namespace barnabas::testkit
