#include "cli/commands.h"
#include "cli/program_name.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

int run(int argc, char** argv) {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (const auto command = argc > 0 ? command_of_program(argv[0]) : std::nullopt) {
        words.insert(words.begin(), std::string(*command));
    }
    StandardConsole console;
    return run_command(all_commands(), words, console);
}

}  // namespace
}  // namespace barnabas::cli

int main(int argc, char** argv) {
    try {
        return barnabas::cli::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "barnabas: %s\n", error.what());
        return 1;
    }
}
