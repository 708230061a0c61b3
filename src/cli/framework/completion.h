#pragma once

#include "cli/framework/command.h"

#include <span>
#include <string>

namespace barnabas::cli {

/// A script for bash that completes commands, actions and options, of `barnabas` and of every link
/// by a name of Kafka's.
[[nodiscard]] std::string bash_completion(std::span<const Command> commands);

}  // namespace barnabas::cli
