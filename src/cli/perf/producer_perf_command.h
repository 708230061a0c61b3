#pragma once

#include "cli/perf/producer_perf_options.h"

namespace barnabas::cli {

/// `producer-perf-test`: kafka-producer-perf-test.
[[nodiscard]] int run_producer_perf(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
