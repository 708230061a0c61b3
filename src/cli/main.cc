#include "cli/dump_log_command.h"
#include "cli/log_command.h"
#include "cli/program_name.h"
#include "cli/server_command.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

int run(int argc, char** argv) {
    CLI::App app("Barnabas: an event streaming platform that speaks the Kafka protocol");
    app.set_version_flag("--version", BARNABAS_VERSION);
    app.require_subcommand(1);
    int status = 0;
    add_server_command(app, status);
    add_dump_log_command(app, status);
    add_log_command(app, status);
    std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (const auto command = argc > 0 ? command_of_program(argv[0]) : std::nullopt) {
        arguments.insert(arguments.begin(), std::string(*command));
    }
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        // Kafka's tools end with 1, whatever was wrong.
        return app.exit(error) == 0 ? 0 : 1;
    }
    return status;
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
