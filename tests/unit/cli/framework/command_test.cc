#include "cli/framework/command.h"

#include "cli/framework/completion.h"
#include "cli/framework/help.h"
#include "unit/cli/options_of.h"
#include "unit/cli/recording_console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace barnabas::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array options{
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Which topic."},
};
constexpr std::array<std::string_view, 1> examples{"echo --topic orders"};
constexpr Syntax echo_syntax{.options = options, .examples = examples};
constexpr Syntax lone_syntax{
    .style = Style::argparse, .options = options, .examples = examples, .helps_when_alone = true};
constexpr std::array acts{Action{.name = "ring", .help = "Ring."}};
constexpr Syntax bell_syntax{.style = Style::argparse, .options = {}, .actions = acts};

int echo(const ParsedOptions& given, Console& console) {
    console.line(given.text("topic").value_or("nothing"));
    return given.has("topic") ? 0 : 3;
}
int bell(const ParsedOptions& given, Console& console) {
    console.line(given.action());
    return 0;
}

constexpr std::array commands{
    Command{.name = "echo",
            .kafka_name = "kafka-echo",
            .sentence = "Say it again.",
            .syntax = &echo_syntax,
            .run = echo},
    Command{.name = "bell",
            .kafka_name = "kafka-bell",
            .sentence = "Make a noise.",
            .syntax = &bell_syntax,
            .run = bell},
    Command{.name = "lone",
            .kafka_name = "kafka-lone",
            .sentence = "Say it alone.",
            .syntax = &lone_syntax,
            .run = echo},
};

struct Row {
    std::string line;
    int status;
    std::string output;
    std::string errors;
};

TEST(Command, IsFoundByItsNameAndGivesItsStatus) {
    const Row rows[] = {
        {"echo --topic t", 0, "t\n", ""},
        {"echo --json", 3, "nothing\n", ""},
        {"bell ring", 0, "ring\n", ""},
        {"echo --nonsense", 1, "",
         "nonsense is not a recognized option\nSee: barnabas echo --help\n"},
        {"bell", 1, "", "kafka-bell: error: too few arguments\nSee: barnabas bell --help\n"},
        {"bel", 1, "",
         "barnabas: there is no command 'bel'; do you mean 'bell'?\nSee: barnabas --help\n"},
        {"kafka-bel", 1, "",
         "barnabas: there is no command 'kafka-bel'; do you mean 'kafka-bell'?\nSee: barnabas "
         "--help\n"},
        {"something", 1, "", "barnabas: there is no command 'something'\nSee: barnabas --help\n"},
        {"kafka-echo --topic t", 0, "t\n", ""},
        {"kafka-bell.sh ring", 0, "ring\n", ""},
        {"echo.sh", 1, "", "barnabas: there is no command 'echo.sh'\nSee: barnabas --help\n"},
        {"--version", 0, BARNABAS_VERSION "\n", ""},
        {"echo --version", 0, BARNABAS_VERSION "\n", ""},
    };
    for (const auto& row : rows) {
        RecordingConsole console;
        EXPECT_EQ(run_command(commands, words_of(row.line), console), row.status) << row.line;
        EXPECT_EQ(console.output, row.output) << row.line;
        EXPECT_EQ(console.errors, row.errors) << row.line;
    }
}

TEST(Command, SomeHelpWhereNothingIsAsked) {
    RecordingConsole console;
    EXPECT_EQ(run_command(commands, words_of("lone"), console), 0);
    EXPECT_THAT(console.output, HasSubstr("Usage: barnabas lone"));
    EXPECT_EQ(console.errors, "");
}

TEST(Command, HelpListsEverythingThatThereIs) {
    RecordingConsole console;
    EXPECT_EQ(run_command(commands, words_of("--help"), console), 0);
    for (const auto* part : {"echo", "Say it again.", "bell", "Make a noise."}) {
        EXPECT_THAT(console.output, HasSubstr(part));
    }
    console.output.clear();
    EXPECT_EQ(run_command(commands, words_of("echo --help"), console), 0);
    for (const auto* part : {"--topic TOPIC", "Which topic.", "--json", "kafka-echo",
                             "barnabas echo --topic orders"}) {
        EXPECT_THAT(console.output, HasSubstr(part));
    }
    EXPECT_THAT(console.output, Not(HasSubstr("\033")));
    RecordingConsole terminal;
    terminal.terminal = true;
    EXPECT_EQ(run_command(commands, words_of("echo --help"), terminal), 0);
    EXPECT_THAT(terminal.output, HasSubstr("\033[1mOptions\033[0m"));
    // A tool of Kafka's without words tells how it is used, and that this was an error.
    RecordingConsole empty;
    EXPECT_EQ(run_command(commands, words_of("echo"), empty), 1);
    EXPECT_THAT(empty.errors, HasSubstr("--topic TOPIC"));
}

TEST(Command, CompletionKnowsNamesAndOptions) {
    const auto words = completed_commands(commands);
    const auto script = completion_script(Shell::bash, words);
    for (const auto* part :
         {"echo bell", "echo|kafka-echo) words=\"--help --json --topic --version -h\"",
          "bell|kafka-bell) words=\"--help --json --version -h ring\"",
          "complete -F _barnabas barnabas kafka-echo kafka-echo.sh kafka-bell kafka-bell.sh"}) {
        EXPECT_THAT(script, HasSubstr(part));
    }
    const auto zsh = completion_script(Shell::zsh, words);
    for (const auto* part : {"#compdef barnabas kafka-echo kafka-echo.sh kafka-bell kafka-bell.sh ",
                             "        echo|kafka-echo)\n", "'--topic:Which topic.'"}) {
        EXPECT_THAT(zsh, HasSubstr(part));
    }
    const auto fish = completion_script(Shell::fish, words);
    for (const auto* part :
         {"complete -c barnabas -n '__barnabas_runs echo kafka-echo kafka-echo.sh' -l topic -r -d "
          "'Which topic.'\n",
          "complete -c kafka-echo -l topic -r -d 'Which topic.'\n",
          "complete -c kafka-echo.sh -w kafka-echo\n", "complete -c kafka-bell -a ring "}) {
        EXPECT_THAT(fish, HasSubstr(part));
    }
}

TEST(Command, CompletionQuotesWhatShellsWouldRead) {
    const std::vector<CompletedCommand> words{{.name = "say",
                                               .kafka_name = {},
                                               .sentence = "It's a \\ and $HOME.",
                                               .options = {},
                                               .actions = {}}};
    EXPECT_THAT(completion_script(Shell::zsh, words), HasSubstr(R"('say:It'\''s a \ and $HOME.')"));
    EXPECT_THAT(completion_script(Shell::fish, words), HasSubstr(R"('It\'s a \\ and $HOME.')"));
}

TEST(Help, WrapsAtBlanks) {
    EXPECT_EQ(wrapped("aa bb cc", 5, 0), "aa bb\ncc");
    EXPECT_EQ(wrapped("aa bb cc", 7, 2), "aa bb\n  cc");
    EXPECT_EQ(wrapped("aaaaaaaa b", 3, 1), "aaaaaaaa\n b");
    EXPECT_EQ(wrapped("a\nb c", 80, 2), "a\n  b c");
    EXPECT_EQ(wrapped("", 80, 2), "");
}

TEST(Help, FindsTheNearestName) {
    EXPECT_EQ(edit_distance("topics", "topics"), 0U);
    EXPECT_EQ(edit_distance("topics", "topic"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace barnabas::cli
