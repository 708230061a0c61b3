#include "cli/framework/option_parser.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    Option{.name = "list"},
    Option{.name = "topic", .argument = Argument::required},
    Option{.name = "state", .argument = Argument::optional, .only_with = "list,describe"},
    Option{.name = "describe"},
    Option{.name = "count", .argument = Argument::optional, .kind = ArgumentKind::int32},
    Option{.name = "partitions", .argument = Argument::required, .kind = ArgumentKind::int32},
    Option{.name = "config", .argument = Argument::required, .repeatable = true},
};
constexpr Syntax jopt{.options = options};

constexpr std::array id_options{Option{.name = "id",
                                       .argument = Argument::required,
                                       .kind = ArgumentKind::int16,
                                       .letter = 'i',
                                       .required = true}};
constexpr std::array actions{
    Action{.name = "cluster-id"},
    Action{.name = "unregister", .options = id_options},
    Action{.name = "ls", .positional = "[PATH]"},
};
constexpr std::array main_options{
    Option{.name = "bootstrap-server", .argument = Argument::required, .letter = 'b'},
    Option{.name = "bootstrap-controller", .argument = Argument::required},
};
constexpr Syntax argparse{.style = Style::argparse, .options = main_options, .actions = actions};

constexpr std::array flat_options{
    Option{.name = "props", .argument = Argument::required, .many = true},
    Option{.name = "topic", .argument = Argument::required, .required = true},
};
constexpr Syntax flat{.style = Style::argparse, .options = flat_options};

TEST(OptionParser, SomeOptionsTakeManyWords) {
    const auto read = parsed(flat, "--props a=1 b=2 --topic t --props=c=3");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->texts("props"), (std::vector<std::string>{"a=1", "b=2", "c=3"}));
    EXPECT_EQ(read->text("topic"), "t");
}

TEST(OptionParser, ReadsLinesAsJoptSimpleDoes) {
    const auto read = parsed(jopt, "--list --topic=a -topic b --partitions +3 rest");
    EXPECT_EQ(sentence(read),
              "Found multiple arguments for option topic, but you asked for only one");
    const auto fine = parsed(jopt, "--list --topic=a --partitions +3 --config x --config y rest");
    ASSERT_TRUE(fine) << fine.error().message;
    EXPECT_TRUE(fine->has("list"));
    EXPECT_FALSE(fine->has("describe"));
    EXPECT_EQ(fine->text("topic"), "a");
    EXPECT_EQ(fine->number("partitions"), 3);
    EXPECT_EQ(fine->texts("config"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(fine->positional(), std::vector<std::string>{"rest"});
    EXPECT_EQ(fine->line(), "--list --topic=a --partitions +3 --config x --config y rest");
    EXPECT_FALSE(fine->json());
    // An argument may look like an option; "--opt=" takes the next word.
    EXPECT_EQ(parsed(jopt, "--topic --list")->text("topic"), "--list");
    EXPECT_EQ(parsed(jopt, "--topic= t")->text("topic"), "t");
    EXPECT_EQ(parsed(jopt, "-topic t")->text("topic"), "t");
    EXPECT_EQ(parsed(jopt, "-- --list")->positional(), std::vector<std::string>{"--list"});
}

TEST(OptionParser, OptionalArgumentsAreNoOptions) {
    EXPECT_EQ(parsed(jopt, "--list --state empty")->text("state"), "empty");
    EXPECT_EQ(parsed(jopt, "--state --list")->text("state"), std::nullopt);
    EXPECT_TRUE(parsed(jopt, "--state --list")->has("state"));
    EXPECT_EQ(parsed(jopt, "--list --state=empty")->text("state"), "empty");
    EXPECT_EQ(parsed(jopt, "--list --state")->text("state"), std::nullopt);
    EXPECT_EQ(parsed(jopt, "--count -3")->number("count"), -3);
    EXPECT_EQ(parsed(jopt, "--count --list")->number("count"), std::nullopt);
}

struct Row {
    const Syntax& syntax;
    std::string line;
    std::string complaint;
};

TEST(OptionParser, ComplainsInTheWordsOfKafkasTools) {
    const Row rows[] = {
        {jopt, "--lists", "lists is not a recognized option"},
        {jopt, "--lis", "lis is not a recognized option"},
        {jopt, "-xyz", "x is not a recognized option"},
        {jopt, "--list --topic", "Option topic requires an argument"},
        {jopt, "--partitions many", "Cannot parse argument 'many' of option partitions"},
        {jopt, "--partitions 2147483648",
         "Cannot parse argument '2147483648' of option partitions"},
        {jopt, "--state empty",
         "Option(s) [state] are unavailable given other options on the command line"},
        {argparse, "", "too few arguments"},
        {argparse, "cluster", ""},
        {argparse, "c", ""},
        {argparse, "nonsense",
         "invalid choice: 'nonsense' (choose from 'cluster-id', 'unregister', 'ls')"},
        {argparse, "cluster-id --nonsense", "unrecognized arguments: '--nonsense'"},
        {argparse, "cluster-id word", "unrecognized arguments: 'word'"},
        {argparse, "ls word", ""},
        {argparse, "unregister", "argument --id/-i is required"},
        {argparse, "unregister --id", "argument --id/-i: expected one argument"},
        {argparse, "unregister --id --bootstrap-server", "argument --id/-i: expected one argument"},
        {argparse, "unregister --id 70000", "argument --id/-i: could not convert '70000' to Short"},
        {argparse, "unregister -i -5", ""},
        {argparse, "unregister -i5 -b there:1", ""},
        {argparse, "cluster-id --bootstrap x",
         "ambiguous option: --bootstrap could match --bootstrap-server, --bootstrap-controller"},
        {argparse, "cluster-id --bootstrap-s x", ""},
        {argparse, "--bootstrap-server x cluster-id", ""},
        {flat, "--topic t word", "unrecognized arguments: 'word'"},
        {flat, "--topic t --props --topic u", "argument --props: expected one argument"},
    };
    for (const auto& row : rows) {
        const auto read = parsed(row.syntax, row.line);
        EXPECT_EQ(read ? "" : read.error().message, row.complaint) << row.line;
    }
    EXPECT_EQ(parsed(argparse, "c")->action(), "cluster-id");
    EXPECT_EQ(parsed(argparse, "ls /a")->positional(), std::vector<std::string>{"/a"});
    EXPECT_EQ(parsed(argparse, "unregister -i5 -b there:1")->number("id"), 5);
}

TEST(OptionParser, HelpAndVersionAskForNothingElse) {
    for (const auto* line : {"--help", "--version", "unregister --help"}) {
        const auto read = parsed(argparse, line);
        ASSERT_TRUE(read) << line;
        EXPECT_TRUE(read->asks()) << line;
    }
    EXPECT_TRUE(parsed(jopt, "-h")->has("help"));
    EXPECT_TRUE(parsed(jopt, "--list --json")->json());
}

constexpr std::array letter_options{
    Option{.name = "quiet", .letter = 'q'},
    Option{.name = "exit", .letter = 'e'},
    Option{.name = "count", .argument = Argument::required, .letter = 'c'},
    Option{.name = "delimiter", .argument = Argument::required, .letter = 'D'},
};
constexpr Syntax getopt_syntax{.style = Style::getopt, .options = letter_options};

TEST(OptionParser, ReadsLettersAsGetoptDoes) {
    const auto read = parsed(getopt_syntax, "-qec5 word -D -q --count=7 --delimiter= -- -e");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->has("quiet") && read->has("exit"));
    EXPECT_EQ(read->texts("count"), (std::vector<std::string>{"5", "7"}));
    EXPECT_EQ(read->text("count"), "7") << "the last counts";
    EXPECT_EQ(read->texts("delimiter"), (std::vector<std::string>{"-q", ""}));
    EXPECT_EQ(read->positional(), (std::vector<std::string>{"word", "-e"}));
    const std::pair<std::string, std::string> wrong[] = {
        {"-qx", "-x is not a recognized option"},
        {"-c", "Option count requires an argument"},
        {"--counts 5", "counts is not a recognized option"},
        {"-quiet", "-u is not a recognized option"},
    };
    for (const auto& [line, want] : wrong) {
        EXPECT_EQ(sentence(parsed(getopt_syntax, line)), want) << line;
    }
}

TEST(OptionParser, ChecksThatToolsShare) {
    const auto read = parsed(jopt, "--list --topic t");
    ASSERT_TRUE(read);
    EXPECT_TRUE(require_options(*read, {"list", "topic"}));
    EXPECT_EQ(require_options(*read, {"topic", "config"}).error().message,
              "Missing required argument \"[config]\"");
    EXPECT_TRUE(refuse_together(*read, "describe", {"list"}));
    EXPECT_EQ(refuse_together(*read, "topic", {"describe", "list"}).error().message,
              "Option \"[topic]\" can't be used with option \"[list]\"");
}

TEST(OptionParser, NumbersAreWholeTexts) {
    EXPECT_EQ(parse_int32("2147483647"), 2147483647);
    EXPECT_EQ(parse_int32("-1"), -1);
    for (const auto* text : {"", " 1", "1 ", "1x", "--1", "+-1", "2147483648", "0x1"}) {
        EXPECT_EQ(parse_int32(text), std::nullopt) << text;
    }
    EXPECT_EQ(split_commas(",a,,b,"), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace barnabas::cli
