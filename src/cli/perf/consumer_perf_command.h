#pragma once

#include "cli/perf/consumer_perf_options.h"

namespace barnabas::cli {

/// `consumer-perf-test`: kafka-consumer-perf-test.
[[nodiscard]] int run_consumer_perf(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
