#pragma once

#include "cli/framework/completion_words.h"

#include <cstdint>
#include <span>
#include <string>

namespace barnabas::cli {

enum class Shell : std::int8_t { bash, zsh, fish };

/// A script for the shell that completes commands, actions and options, of `barnabas` and of every
/// link by a name of Kafka's. zsh and fish show what each is for.
[[nodiscard]] std::string completion_script(Shell shell,
                                            std::span<const CompletedCommand> commands);

}  // namespace barnabas::cli
