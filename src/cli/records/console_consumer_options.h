#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include "cli/records/given_properties.h"
#include <barnabas/client_config.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace barnabas::cli {

/// Where reading one partition begins.
enum class PartitionEnd : std::uint8_t { earliest, latest };
using PartitionStart = std::variant<PartitionEnd, Offset>;

/// What files and single options hold.
struct ConsumerProperties {
    GivenProperties consumer{};   ///< --command-config and --command-property
    GivenProperties formatter{};  ///< --formatter-config and --formatter-property
};

/// What a console-consumer is asked for.
struct ConsumerPlan {
    std::optional<std::string> topic{};
    std::optional<std::string> include{};  ///< an expression, in place of a topic
    std::optional<PartitionId> partition{};
    PartitionStart start = PartitionEnd::latest;  ///< of that partition
    std::optional<std::int64_t> messages_max{};
    std::optional<std::int64_t> timeout_ms{};
    ClientConfig consumer{};
    ClientConfig formatter{};
    /// Nobody has named a group or a protocol: the group is ours alone, so how it is kept is too.
    /// A partition is read without a group: there would be nothing to ask its coordinator.
    bool may_choose_protocol = false;
};

/// Whether the options go together, with the sentences of Kafka's tool (ConsoleConsumerOptions).
[[nodiscard]] Result<void> check_console_consumer(const ParsedOptions& options);

/// What Kafka's tool says of names that are about to go (KIP-1147), a line each.
[[nodiscard]] std::vector<std::string> console_consumer_warnings(const ParsedOptions& options);

/// INVARIANT: the options were checked. `draw`: any number, of which a group of one's own gets its
/// name. invalid_request where properties and options contradict each other.
[[nodiscard]] Result<ConsumerPlan> plan_console_consumer(const ParsedOptions& options,
                                                         ConsumerProperties properties,
                                                         std::uint64_t draw);

}  // namespace barnabas::cli
