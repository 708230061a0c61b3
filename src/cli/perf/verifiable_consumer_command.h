#pragma once

#include "cli/perf/verifiable_consumer_options.h"

namespace barnabas::cli {

/// `verifiable-consumer`: kafka-verifiable-consumer.
[[nodiscard]] int run_verifiable_consumer(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
