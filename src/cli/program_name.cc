#include "cli/program_name.h"

#include "cli/commands.h"

#include <algorithm>

namespace barnabas::cli {

std::optional<std::string_view> command_of_program(std::string_view program) {
    program.remove_prefix(program.find_last_of('/') + 1);  // npos + 1 is 0
    const auto found = std::ranges::find_if(
        all_commands(), [&](const Command& command) { return command.has_kafka_name(program); });
    return found == all_commands().end() ? std::nullopt : std::optional(found->name);
}

}  // namespace barnabas::cli
