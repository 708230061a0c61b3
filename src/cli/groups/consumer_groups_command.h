#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `consumer-groups`: kafka-consumer-groups.
extern const Syntax consumer_groups_syntax;
int run_consumer_groups(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
