#pragma once

#include "cli/framework/command.h"

#include <span>

namespace barnabas::cli {

/// Every command, in the order in which help lists them: the one table that main, help, Kafka's
/// names and completion share. What is not in it is not there.
[[nodiscard]] std::span<const Command> all_commands();

}  // namespace barnabas::cli
