#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"

#include <string_view>

namespace barnabas::cli {

/// What reassign-partitions is asked to do ("generate", "execute", "verify", "cancel", "list"), if
/// the options go together; the sentences are those of Kafka's tool.
[[nodiscard]] Result<std::string_view> reassign_action(const ParsedOptions& options);

}  // namespace barnabas::cli
