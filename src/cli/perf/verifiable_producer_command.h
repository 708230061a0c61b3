#pragma once

#include "cli/perf/verifiable_producer_options.h"

namespace barnabas::cli {

/// `verifiable-producer`: kafka-verifiable-producer.
[[nodiscard]] int run_verifiable_producer(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
