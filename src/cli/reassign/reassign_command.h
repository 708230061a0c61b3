#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// kafka-reassign-partitions: which brokers have partitions, and in which of their directories.
extern const Syntax reassign_partitions_syntax;
[[nodiscard]] int run_reassign_partitions(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
