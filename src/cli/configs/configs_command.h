#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `configs`: kafka-configs.
extern const Syntax configs_syntax;
int run_configs(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
