#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `console-producer`: kafka-console-producer.
extern const Syntax console_producer_syntax;
int run_console_producer(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
