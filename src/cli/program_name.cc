#include "cli/program_name.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {
namespace {

struct ProgramName {
    std::string_view kafka;
    std::string_view command;
};

constexpr std::array programs{
    ProgramName{"kafka-dump-log", "dump-log"},
};

}  // namespace

std::optional<std::string_view> command_of_program(std::string_view program) {
    program.remove_prefix(program.find_last_of('/') + 1);  // npos + 1 is 0
    if (program.ends_with(".sh")) {
        program.remove_suffix(3);
    }
    const auto found = std::ranges::find(programs, program, &ProgramName::kafka);
    return found == programs.end() ? std::nullopt : std::optional(found->command);
}

}  // namespace barnabas::cli
