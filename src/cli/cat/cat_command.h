#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `cat`: kcat's job.
extern const Syntax cat_syntax;
int run_cat(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
