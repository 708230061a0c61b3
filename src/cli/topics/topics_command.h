#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `topics`: kafka-topics.
extern const Syntax topics_syntax;
int run_topics(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
