#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `completion`: prints the script that completes every command of the table.
extern const Syntax completion_syntax;
int run_completion(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
