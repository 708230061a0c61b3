#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `console-consumer`: kafka-console-consumer.
extern const Syntax console_consumer_syntax;
int run_console_consumer(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
