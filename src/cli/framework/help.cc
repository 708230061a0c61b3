#include "cli/framework/help.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::size_t columns = 96;
constexpr std::size_t text_column = 34;

std::string heading(std::string_view text, bool colours) {
    return colours ? fmt::format("\033[1m{}\033[0m\n", text) : fmt::format("{}\n", text);
}

/// "  left      right", the right side in lines of its own where the left one is too long.
std::string two_columns(std::string_view left, std::string_view right) {
    std::string line = fmt::format("  {}", left);
    if (line.size() + 2 > text_column) {
        line += fmt::format("\n{:{}}", "", text_column);
    } else {
        line += fmt::format("{:{}}", "", text_column - line.size());
    }
    return line + wrapped(right, columns, text_column) + '\n';
}

std::string option_text(const Option& option) {
    std::string left = option.letter == 0 ? fmt::format("--{}", option.name)
                                          : fmt::format("-{}, --{}", option.letter, option.name);
    const auto argument = option.argument_name.empty() ? "VALUE" : option.argument_name;
    if (option.argument == Argument::required) {
        left += fmt::format(" {}", argument);
    } else if (option.argument == Argument::optional) {
        left += fmt::format(" [{}]", argument);
    }
    return two_columns(left, option.help);
}

std::string options_text(std::span<const Option> options) {
    return std::accumulate(options.begin(), options.end(), std::string(),
                           [](std::string text, const Option& option) {
                               return std::move(text) + option_text(option);
                           });
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string result;
    std::size_t column = indent;
    std::size_t at = 0;
    bool line_begins = true;
    while (at < text.size()) {
        if (text[at] == '\n') {
            result += fmt::format("\n{:{}}", "", indent);
            column = indent;
            line_begins = true;
            ++at;
            continue;
        }
        const auto end = std::min(text.find_first_of(" \n", at), text.size());
        const auto word = text.substr(at, end - at);
        if (!line_begins && column + 1 + word.size() > width) {
            result += fmt::format("\n{:{}}", "", indent);
            column = indent;
            line_begins = true;
        }
        if (!line_begins) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        line_begins = false;
        at = end < text.size() && text[end] == ' ' ? end + 1 : end;
    }
    return result;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string nearest_command(std::span<const Command> commands, std::string_view name) {
    constexpr std::size_t far = 3;
    std::size_t least = far;
    std::string_view nearest;
    for (const auto& command : commands) {
        for (const auto known : {command.name, command.kafka_name}) {
            const auto distance = edit_distance(known, name);
            if (!known.empty() && distance < least) {
                least = distance;
                nearest = known;
            }
        }
    }
    return nearest.empty() ? "" : fmt::format("; do you mean '{}'?", nearest);
}

std::string overview(std::span<const Command> commands, bool colours) {
    std::string text =
        "Usage: barnabas COMMAND [OPTION]...\n\n"
        "Barnabas: an event streaming platform that speaks the Kafka protocol.\n\n";
    text += heading("Commands", colours);
    for (const auto& command : commands) {
        text += two_columns(command.name, command.sentence);
    }
    text += '\n';
    text += wrapped(
        "barnabas COMMAND --help tells of a command's options. Kafka's names, with or without .sh, "
        "do as well: barnabas kafka-topics is barnabas topics, and so is the program itself "
        "through "
        "a link of that name.",
        columns, 0);
    text += "\n\n";
    text += heading("Options", colours);
    text += two_columns("--help", "Print this help.");
    text += two_columns("--version", "Print the version.");
    return text;
}

std::string command_help(const Command& command, bool colours) {
    const auto& syntax = *command.syntax;
    std::string text = fmt::format("Usage: barnabas {}{} [OPTION]...\n\n", command.name,
                                   syntax.actions.empty() ? "" : " ACTION");
    text += wrapped(command.sentence, columns, 0) + '\n';
    if (command.is_kafkas()) {
        text += fmt::format("Kafka's name for it: {}\n", command.kafka_name);
    }
    if (!syntax.note.empty()) {
        text += '\n' + wrapped(syntax.note, columns, 0) + '\n';
    }
    if (!syntax.options.empty()) {
        text += '\n' + heading("Options", colours) + options_text(syntax.options);
    }
    for (const auto& action : syntax.actions) {
        text += '\n' + heading(fmt::format("{}{}{}", action.name,
                                           action.positional.empty() ? "" : " ", action.positional),
                               colours);
        text += fmt::format("  {}\n", wrapped(action.help, columns, 2));
        text += options_text(action.options);
    }
    text += '\n' + heading("Of every command", colours) + options_text(common_options());
    text += takes_profile(syntax) ? option_text(profile_option) : "";
    if (!syntax.examples.empty()) {
        text += '\n' + heading("Examples", colours);
        for (const auto example : syntax.examples) {
            text += fmt::format("  barnabas {}\n", example);
        }
    }
    return text;
}

}  // namespace barnabas::cli
