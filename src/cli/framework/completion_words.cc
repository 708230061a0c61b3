#include "cli/framework/completion_words.h"

#include <CLI/CLI.hpp>

#include <map>
#include <utility>

namespace barnabas::cli {
namespace {

/// By name: options of several actions are one word.
using OptionWords = std::map<std::string, CompletedCommand::OptionWord, std::less<>>;

void add_words(OptionWords& words, std::span<const Option> options) {
    for (const auto& option : options) {
        words.try_emplace(
            std::string(option.name),
            CompletedCommand::OptionWord{.name = std::string(option.name),
                                         .letter = option.letter,
                                         .takes_argument = option.argument == Argument::required,
                                         .help = std::string(option.help)});
    }
}

void add_words(OptionWords& words, CompletedCommand& command, const CLI::App& app) {
    for (const auto* option : app.get_options()) {
        const auto& letters = option->get_snames();
        for (const auto& name : option->get_lnames()) {
            words.try_emplace(name, CompletedCommand::OptionWord{
                                        .name = name,
                                        .letter = letters.empty() ? '\0' : letters.front().front(),
                                        .takes_argument = option->get_items_expected_max() > 0,
                                        .help = option->get_description()});
        }
    }
    for (const auto* below : app.get_subcommands([](const CLI::App*) { return true; })) {
        command.actions.push_back({.name = below->get_name(), .help = below->get_description()});
        add_words(words, command, *below);
    }
}

void add_words(OptionWords& words, CompletedCommand& command, const Syntax& syntax) {
    add_words(words, syntax.options);
    for (const auto& action : syntax.actions) {
        command.actions.push_back(
            {.name = std::string(action.name), .help = std::string(action.help)});
        add_words(words, action.options);
    }
    add_words(words, common_options());
    if (takes_profile(syntax)) {
        add_words(words, std::span(&profile_option, 1));
    }
}

CompletedCommand completed(const Command& command) {
    CompletedCommand found{.name = std::string(command.name),
                           .kafka_name = std::string(command.kafka_name),
                           .sentence = std::string(command.sentence),
                           .options = {},
                           .actions = {}};
    OptionWords words;
    if (command.syntax != nullptr) {
        add_words(words, found, *command.syntax);
    } else {
        CLI::App app;
        int status = 0;
        command.add(app, status);
        add_words(words, found, *app.get_subcommand(found.name));
    }
    for (auto& [name, word] : words) {
        found.options.push_back(std::move(word));
    }
    return found;
}

}  // namespace

std::vector<std::string> CompletedCommand::names() const {
    if (kafka_name.empty()) {
        return {name};
    }
    return {name, kafka_name, kafka_name + ".sh"};
}

std::vector<CompletedCommand> completed_commands(std::span<const Command> commands) {
    std::vector<CompletedCommand> found;
    found.reserve(commands.size());
    for (const auto& command : commands) {
        found.push_back(completed(command));
    }
    return found;
}

}  // namespace barnabas::cli
