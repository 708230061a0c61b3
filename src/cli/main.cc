#include "cli/server_command.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

namespace barnabas::cli {
namespace {

int run(int argc, char** argv) {
    CLI::App app("Barnabas: an event streaming platform that speaks the Kafka protocol");
    app.set_version_flag("--version", BARNABAS_VERSION);
    app.require_subcommand(1);
    int status = 0;
    add_server_command(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
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
