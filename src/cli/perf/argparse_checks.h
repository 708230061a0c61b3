#pragma once

#include "cli/framework/command.h"

#include <initializer_list>
#include <string_view>

namespace barnabas::cli {

// What argparse4j checks behind the single options, with its sentences.

/// A group of options of which exactly one must be there.
[[nodiscard]] Result<void> require_one(const ParsedOptions& options,
                                       std::initializer_list<std::string_view> names);

/// The argument of an option of Java's type Double; `fallback` where it is not there.
[[nodiscard]] Result<double> real_argument(const ParsedOptions& options, std::string_view name,
                                           double fallback);

/// Says what is wrong with a command line that could be read, as main does with one that could not.
/// Answers the exit status. `tool`: how Kafka's tool calls itself.
[[nodiscard]] int refuse_line(Console& console, std::string_view tool, std::string_view command,
                              std::string_view sentence);

}  // namespace barnabas::cli
