#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/client_config.h>

#include <string>
#include <vector>

namespace barnabas::cli {

/// Whether the options go together, with the sentences of Kafka's tool (ConsoleProducerOptions).
[[nodiscard]] Result<void> check_console_producer(const ParsedOptions& options);

/// What Kafka's tool says of names that are about to go (KIP-1147), a line each.
[[nodiscard]] std::vector<std::string> console_producer_warnings(const ParsedOptions& options);

/// The producer's configurations, given what --command-config and --command-property say. An option
/// of its own goes before them, and they go before the tool's defaults, which are not the
/// producer's: linger.ms=1000, retries=3, request.timeout.ms=1500 and others.
[[nodiscard]] ClientConfig console_producer_config(const ParsedOptions& options,
                                                   ClientConfig properties);

}  // namespace barnabas::cli
