#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `console-share-consumer`: kafka-console-share-consumer.
extern const Syntax console_share_consumer_syntax;
int run_console_share_consumer(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli
