#include "cli/program_name.h"

#include "cli/commands.h"

#include <algorithm>

namespace barnabas::cli {

std::optional<std::string_view> command_of_program(std::string_view program) {
    program.remove_prefix(program.find_last_of('/') + 1);  // npos + 1 is 0
    if (program.ends_with(".sh")) {
        program.remove_suffix(3);
    }
    const auto found = std::ranges::find_if(all_commands(), [&](const Command& command) {
        return command.is_kafkas() && command.kafka_name == program;
    });
    return found == all_commands().end() ? std::nullopt : std::optional(found->name);
}

}  // namespace barnabas::cli
