#include "cli/framework/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

using Commands = std::span<const CompletedCommand>;

/// "barnabas" and all links that lead to it.
std::vector<std::string> program_names(Commands commands) {
    std::vector<std::string> names{"barnabas"};
    for (const auto& command : commands) {
        if (!command.kafka_name.empty()) {
            names.push_back(command.kafka_name);
            names.push_back(command.kafka_name + ".sh");
        }
    }
    return names;
}

std::vector<std::string> names_of(Commands commands, std::string CompletedCommand::* which) {
    std::vector<std::string> names;
    for (const auto& command : commands) {
        if (!(command.*which).empty()) {
            names.push_back(command.*which);
        }
    }
    return names;
}

std::vector<std::string> option_spellings(const CompletedCommand& command) {
    std::vector<std::string> words;
    for (const auto& option : command.options) {
        words.push_back(fmt::format("--{}", option.name));
        if (option.letter != 0) {
            words.push_back(fmt::format("-{}", option.letter));
        }
    }
    return words;
}

/// In single quotes; how a quote stands inside of them, and what else needs a backslash, differs.
std::string quoted(std::string_view text, std::string_view quote, bool backslashes) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') {
            result += quote;
        } else if (c == '\n') {
            result += ' ';
        } else {
            result += backslashes && c == '\\' ? "\\\\" : std::string(1, c);
        }
    }
    return result + '\'';
}

std::string zsh_quoted(std::string_view text) {
    return quoted(text, R"('\'')", false);
}

std::string fish_quoted(std::string_view text) {
    return quoted(text, R"(\')", true);
}

std::string bash_case(const CompletedCommand& command) {
    auto words = option_spellings(command);
    for (const auto& action : command.actions) {
        words.push_back(action.name);
    }
    std::ranges::sort(words);
    const auto called = command.kafka_name.empty()
                            ? command.name
                            : fmt::format("{}|{}", command.name, command.kafka_name);
    return fmt::format("        {}) words=\"{}\" ;;\n", called, fmt::join(words, " "));
}

std::string bash_script(Commands commands) {
    std::string cases;
    for (const auto& command : commands) {
        cases += bash_case(command);
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
        fmt::join(names_of(commands, &CompletedCommand::name), " "),
        fmt::join(names_of(commands, &CompletedCommand::kafka_name), " "), cases,
        fmt::join(program_names(commands), " "));
}

/// One word of an array: "'--topic:The topic.'".
std::string zsh_word(std::string_view word, std::string_view help) {
    return fmt::format("                {}\n", zsh_quoted(fmt::format("{}:{}", word, help)));
}

std::string zsh_case(const CompletedCommand& command) {
    std::string options;
    for (const auto& option : command.options) {
        options += zsh_word(fmt::format("--{}", option.name), option.help);
        if (option.letter != 0) {
            options += zsh_word(fmt::format("-{}", option.letter), option.help);
        }
    }
    std::string actions;
    for (const auto& action : command.actions) {
        actions += zsh_word(action.name, action.help);
    }
    const auto called = command.kafka_name.empty()
                            ? command.name
                            : fmt::format("{}|{}", command.name, command.kafka_name);
    return fmt::format(
        "        {})\n"
        "            options=(\n{}            )\n"
        "            actions=(\n{}            )\n"
        "            ;;\n",
        called, options, actions);
}

std::string zsh_script(Commands commands) {
    std::string names;
    std::string kafkas;
    std::string cases;
    for (const auto& command : commands) {
        names += zsh_word(command.name, command.sentence);
        if (!command.kafka_name.empty()) {
            kafkas += zsh_word(command.kafka_name, command.sentence);
        }
        cases += zsh_case(command);
    }
    const auto programs = fmt::format("{}", fmt::join(program_names(commands), " "));
    return fmt::format(
        "#compdef {0}\n"
        "# zsh completion for barnabas: eval \"$(barnabas completion zsh)\", or as _barnabas in "
        "fpath\n"
        "_barnabas() {{\n"
        "    local name=${{words[1]:t}}\n"
        "    local -a options actions\n"
        "    if [[ $name != kafka-* ]]; then\n"
        "        name=$words[2]\n"
        "        (( CURRENT == 2 )) && name=\n"
        "    fi\n"
        "    case ${{name%.sh}} in\n"
        "        '')\n"
        "            options=(--help:'Print the help.' --version:'Print the version.')\n"
        "            actions=(\n{1}            )\n"
        "            [[ $PREFIX == k* ]] && actions=(\n{2}            )\n"
        "            ;;\n"
        "{3}"
        "    esac\n"
        "    if [[ $PREFIX == -* ]]; then\n"
        "        _describe -o option options\n"
        "        return\n"
        "    fi\n"
        "    (( $#actions )) && _describe command actions\n"
        "    _files\n"
        "}}\n"
        "if [[ $funcstack[1] == _barnabas ]]; then\n"
        "    _barnabas \"$@\"\n"
        "else\n"
        "    compdef _barnabas {0}\n"
        "fi\n",
        programs, names, kafkas, cases);
}

/// The lines of what stands behind `begin`: a program, or `barnabas` where a command is there.
std::string fish_lines(const std::string& begin, const CompletedCommand& command) {
    std::string lines;
    for (const auto& action : command.actions) {
        lines += fmt::format("{} -a {} -d {}\n", begin, action.name, fish_quoted(action.help));
    }
    for (const auto& option : command.options) {
        lines += fmt::format("{} -l {}{}{} -d {}\n", begin, option.name,
                             option.letter == 0 ? "" : fmt::format(" -s {}", option.letter),
                             option.takes_argument ? " -r" : "", fish_quoted(option.help));
    }
    return lines;
}

std::string fish_script(Commands commands) {
    std::string text =
        "# fish completion for barnabas: barnabas completion fish | source\n"
        "function __barnabas_begins\n"
        "    test (count (commandline -opc)) -eq 1\n"
        "end\n"
        "function __barnabas_runs\n"
        "    set -l words (commandline -opc)\n"
        "    test (count $words) -ge 2; and contains -- $words[2] $argv\n"
        "end\n"
        "complete -c barnabas -n __barnabas_begins -l help -d 'Print the help.'\n"
        "complete -c barnabas -n __barnabas_begins -l version -d 'Print the version.'\n";
    for (const auto& command : commands) {
        for (const auto& name : {command.name, command.kafka_name}) {
            if (!name.empty()) {
                text += fmt::format("complete -c barnabas -n __barnabas_begins -f -a {} -d {}\n",
                                    name, fish_quoted(command.sentence));
            }
        }
        text += fish_lines(fmt::format("complete -c barnabas -n '__barnabas_runs {}'",
                                       fmt::join(command.names(), " ")),
                           command);
        if (!command.kafka_name.empty()) {
            text += fish_lines(fmt::format("complete -c {}", command.kafka_name), command);
            text += fmt::format("complete -c {0}.sh -w {0}\n", command.kafka_name);
        }
    }
    return text;
}

}  // namespace

std::string completion_script(Shell shell, Commands commands) {
    switch (shell) {
        case Shell::bash:
            return bash_script(commands);
        case Shell::zsh:
            return zsh_script(commands);
        case Shell::fish:
            break;
    }
    return fish_script(commands);
}

}  // namespace barnabas::cli
