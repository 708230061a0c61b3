#pragma once

#include "cli/framework/command.h"

#include <span>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// What `barnabas --help` prints.
[[nodiscard]] std::string overview(std::span<const Command> commands, bool colours);

/// What --help of a command with a syntax prints: usage, every option, examples.
[[nodiscard]] std::string command_help(const Command& command, bool colours);

/// "; do you mean 'topics'?" where a name is near, else empty.
[[nodiscard]] std::string nearest_command(std::span<const Command> commands, std::string_view name);

/// `text` in lines of at most `width` columns, broken at blanks; lines after the first begin with
/// `indent` blanks, which count. Its own line ends stay.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// How many single characters must be changed, added or left out.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace barnabas::cli
