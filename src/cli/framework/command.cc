#include "cli/framework/command.h"

#include "cli/framework/help.h"
#include "cli/profiles/profile_loader.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr int all_is_well = 0;
constexpr int wrong = 1;

/// A command of the older kind; `words` are what follows its name.
int run_app(const Command& command, std::span<const std::string> words, Console& console) {
    CLI::App app(std::string(command.sentence), "barnabas");
    app.set_version_flag("--version", BARNABAS_VERSION);
    app.require_subcommand(1);
    int status = all_is_well;
    command.add(app, status);
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // CLI11 takes them from there
    reversed.emplace_back(command.name);                              // whatever it was called by
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream errors;
        const bool well = app.exit(error, out, errors) == 0;
        console.write(out.str());
        console.write_error(errors.str());
        return well ? all_is_well : wrong;
    }
    return status;
}

void complain(const Command& command, std::string_view message, Console& console) {
    const auto& syntax = *command.syntax;
    const auto begin = syntax.complaint.empty() && syntax.style == Style::argparse
                           ? fmt::format("{}: error: ", complaining_name(command))
                           : std::string(syntax.complaint);
    console.error_line(fmt::format("{}{}{}", begin, message, syntax.complaint_end));
    console.error_line(fmt::format("See: barnabas {} --help", command.name));
}

int run_with_syntax(const Command& command, std::span<const std::string> words, Console& console) {
    if (words.empty() && command.syntax->style != Style::argparse) {
        console.write_error(command_help(command, false));  // a question without words, as Kafka
        return wrong;
    }
    if (words.empty() && command.syntax->helps_when_alone) {
        console.write(command_help(command, console.is_terminal()));
        return all_is_well;
    }
    const auto options = parse_options(*command.syntax, words, profiles_of_user(console));
    if (!options) {
        complain(command, options.error().message, console);
        return wrong;
    }
    if (options->has("help")) {
        console.write(command_help(command, console.is_terminal()));
        return all_is_well;
    }
    if (options->has("version")) {
        console.line(BARNABAS_VERSION);
        return all_is_well;
    }
    return command.run(*options, console);
}

int unknown_command(std::span<const Command> commands, const std::string& name, Console& console) {
    console.error_line(
        fmt::format("barnabas: there is no command '{}'{}", name, nearest_command(commands, name)));
    console.error_line("See: barnabas --help");
    return wrong;
}

}  // namespace

bool Command::has_kafka_name(std::string_view called) const {
    if (called.ends_with(".sh")) {
        called.remove_suffix(3);
    }
    return is_kafkas() && called == kafka_name;
}

const Command* find_command(std::span<const Command> commands, std::string_view name) {
    const auto found = std::ranges::find_if(commands, [&](const Command& command) {
        return command.name == name || command.has_kafka_name(name);
    });
    return found == commands.end() ? nullptr : &*found;
}

std::string complaining_name(const Command& command) {
    return command.is_kafkas() ? std::string(command.kafka_name)
                               : fmt::format("barnabas {}", command.name);
}

int run_command(std::span<const Command> commands, std::span<const std::string> words,
                Console& console) {
    if (words.empty()) {
        console.write_error(overview(commands, false));
        return wrong;
    }
    const auto& first = words.front();
    if (first == "--help" || first == "-h" || first == "help") {
        console.write(overview(commands, console.is_terminal()));
        return all_is_well;
    }
    if (first == "--version") {
        console.line(BARNABAS_VERSION);
        return all_is_well;
    }
    const auto* command = find_command(commands, first);
    if (command == nullptr) {
        return unknown_command(commands, first, console);
    }
    const auto rest = words.subspan(1);
    return command->add != nullptr ? run_app(*command, rest, console)
                                   : run_with_syntax(*command, rest, console);
}

}  // namespace barnabas::cli
