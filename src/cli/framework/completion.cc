#include "cli/framework/completion.h"

#include <CLI/CLI.hpp>

#include <set>

namespace barnabas::cli {
namespace {

void add_words(std::set<std::string>& words, std::span<const Option> options) {
    for (const auto& option : options) {
        words.insert(fmt::format("--{}", option.name));
    }
}

void add_words(std::set<std::string>& words, const CLI::App& app) {
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) {
            words.insert("--" + name);
        }
    }
    for (const auto* below : app.get_subcommands([](const CLI::App*) { return true; })) {
        words.insert(below->get_name());
        add_words(words, *below);
    }
}

/// What may follow a command's name.
std::set<std::string> words_of(const Command& command) {
    std::set<std::string> words;
    if (command.syntax != nullptr) {
        add_words(words, command.syntax->options);
        add_words(words, common_options());
        if (takes_profile(*command.syntax)) {
            words.insert("--profile");
        }
        for (const auto& action : command.syntax->actions) {
            words.emplace(action.name);
            add_words(words, action.options);
        }
    } else {
        CLI::App app;
        int status = 0;
        command.add(app, status);
        add_words(words, *app.get_subcommand(std::string(command.name)));
    }
    return words;
}

}  // namespace

std::string bash_completion(std::span<const Command> commands) {
    std::string names;
    std::string kafkas_names;
    std::string cases;
    std::string programs = "barnabas";
    for (const auto& command : commands) {
        names += fmt::format("{}{}", names.empty() ? "" : " ", command.name);
        const auto called = command.is_kafkas()
                                ? fmt::format("{}|{}", command.name, command.kafka_name)
                                : std::string(command.name);
        cases +=
            fmt::format("        {}) words=\"{}\" ;;\n", called, fmt::join(words_of(command), " "));
        if (command.is_kafkas()) {
            kafkas_names +=
                fmt::format("{}{}", kafkas_names.empty() ? "" : " ", command.kafka_name);
            programs += fmt::format(" {0} {0}.sh", command.kafka_name);
        }
    }
    return fmt::format(
        "# bash completion for barnabas: eval \"$(barnabas completion bash)\"\n"
        "_barnabas() {{\n"
        "    local word=\"${{COMP_WORDS[COMP_CWORD]}}\" command words=\n"
        "    command=\"${{COMP_WORDS[0]##*/}}\"\n"
        "    if [[ \"$command\" != kafka-* ]]; then\n"
        "        if ((COMP_CWORD == 1)); then\n"
        "            words=\"{} --help --version\"\n"
        "            if [[ \"$word\" = k* ]]; then words=\"{}\"; fi\n"
        "            COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "            return\n"
        "        fi\n"
        "        command=\"${{COMP_WORDS[1]}}\"\n"
        "    fi\n"
        "    case \"${{command%.sh}}\" in\n"
        "{}"
        "    esac\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "    if [ ${{#COMPREPLY[@]}} = 0 ]; then COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
        "}}\n"
        "complete -F _barnabas {}\n",
        names, kafkas_names, cases, programs);
}

}  // namespace barnabas::cli
