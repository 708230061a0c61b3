#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include "cli/records/console_consumer_options.h"
#include <barnabas/client_config.h>
#include <barnabas/share_consumer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// What a console-share-consumer is asked for.
struct ShareConsumerPlan {
    std::string topic{};
    std::optional<std::int64_t> messages_max{};
    std::optional<std::int64_t> timeout_ms{};
    AcknowledgeType acknowledge = AcknowledgeType::accept;  ///< what becomes of printed records
    bool rejects_unprintable = false;                       ///< and goes on behind them
    ClientConfig consumer{};
    ClientConfig formatter{};
};

/// Whether the options go together, with the sentences of Kafka's tool
/// (ConsoleShareConsumerOptions).
[[nodiscard]] Result<void> check_console_share_consumer(const ParsedOptions& options);

/// What Kafka's tool says of names that are about to go (KIP-1147), a line each.
[[nodiscard]] std::vector<std::string> console_share_consumer_warnings(
    const ParsedOptions& options);

/// INVARIANT: the options were checked. invalid_request where properties and options contradict
/// each other.
[[nodiscard]] Result<ShareConsumerPlan> plan_console_share_consumer(const ParsedOptions& options,
                                                                    ConsumerProperties properties);

}  // namespace barnabas::cli
