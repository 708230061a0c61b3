#pragma once

#include "runtime/simulated/trace.h"
#include "testkit/history.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::testkit {

/// One crash at one step of a small run's first moments. A test runs it again with each step.
struct Crash {
    enum class Of : std::uint8_t {
        power,    // the broker's machine; what was not synced is lost
        disk,     // the same, but the disk stops first: steps are its changes
        process,  // the broker
        writer,
        copier
    };
    Of of = Of::power;
    std::uint64_t step = 0;  // handlers that have run on any machine
};

struct ScenarioOptions {
    bool keep_trace = false;
    std::optional<Crash> crash = {};  // in place of the seed's trouble
};

/// What came of one seed.
struct ScenarioOutcome {
    History history;
    std::vector<std::string> problems;  // what the checker says
    std::uint64_t trace_hash = 0;
    std::vector<runtime::TraceEvent> trace;  // if it was to be kept
    Duration took{0};                        // of simulated time
    std::size_t power_failures = 0;
    bool has_crashed = false;  // of `crash`: the run has such a step
};

/// One broker; writers, some of them rivals for one transactional id, copiers and readers; and for
/// some seconds the trouble that the seed brings: power failures, kills, clients that die,
/// connections that break or hang, time that is lost. Afterwards all must go on, end, and be as the
/// checker wants it; also after one more power failure. All of it in this thread.
/// With `crash` there are one writer, one copier and a reader, and nothing else befalls them.
[[nodiscard]] ScenarioOutcome run_scenario(std::uint64_t seed, const ScenarioOptions& options = {});

}  // namespace barnabas::testkit
