#pragma once

#include "cli/framework/console.h"
#include "cli/framework/option.h"
#include "cli/framework/option_parser.h"

#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace barnabas::cli {

/// One command of `barnabas`: a row of the table by which main finds it, help lists it, links by
/// Kafka's names lead to it and shells complete it.
struct Command {
    std::string_view name;
    /// What Kafka calls it ("kafka-topics"); empty for what Kafka does not have.
    std::string_view kafka_name;
    std::string_view sentence;
    const Syntax* syntax = nullptr;
    /// Carries out what was asked and answers the exit status.
    int (*run)(const ParsedOptions& options, Console& console) = nullptr;
    /// The older kind, without syntax and run: adds a subcommand whose status goes to `status`.
    void (*add)(CLI::App& app, int& status) = nullptr;

    [[nodiscard]] bool is_kafkas() const { return !kafka_name.empty(); }
    /// Whether that is Kafka's name for it, with or without ".sh".
    [[nodiscard]] bool has_kafka_name(std::string_view called) const;
};

/// Runs the command that `words` (what follows the program's name) ask for, or tells of all.
/// Answers the exit status: what Kafka's tools end with, which is 1 for every error.
[[nodiscard]] int run_command(std::span<const Command> commands, std::span<const std::string> words,
                              Console& console);

/// By its name, or by Kafka's with or without ".sh"; nullptr if there is none of that name.
[[nodiscard]] const Command* find_command(std::span<const Command> commands, std::string_view name);

/// "kafka-cluster": what a command calls itself when it complains, which is Kafka's name for it.
[[nodiscard]] std::string complaining_name(const Command& command);

}  // namespace barnabas::cli
