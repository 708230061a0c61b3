#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// kafka-leader-election: lets partitions be led by their preferred replicas, or by any.
extern const Syntax leader_election_syntax;
[[nodiscard]] int run_leader_election(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
