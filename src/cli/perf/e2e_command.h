#pragma once

#include "cli/perf/e2e_options.h"

namespace barnabas::cli {

/// `e2e-latency`: kafka-e2e-latency.
[[nodiscard]] int run_e2e_latency(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
