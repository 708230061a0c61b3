#include "cli/common/old_names.h"

#include "unit/cli/options_of.h"
#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array renamed_options{
    Option{.name = "new", .argument = Argument::required},
    Option{.name = "old", .argument = Argument::required},
    Option{.name = "fresh", .argument = Argument::required},
    Option{.name = "stale", .argument = Argument::required},
};
constexpr Syntax renamed_syntax{.options = renamed_options};
constexpr std::array renamed_rows{OldName{"old", "new"}, OldName{"stale", "fresh"}};
constexpr OldNames renamed{
    .rows = renamed_rows, .both = new_name_and_old_one, .warning = "{0} becomes {1}"};

TEST(OldNames, AreWarnedOfAndNotTogetherWithNewOnes) {
    struct Row {
        std::string line;
        std::string complaint;
        std::vector<std::string> warnings;
    };
    const Row rows[] = {
        {"--new 1 --fresh 2", "", {}},
        {"--old 1 --fresh 2", "", {"old becomes new"}},
        {"--stale 1 --old 2", "", {"old becomes new", "stale becomes fresh"}},
        {"--stale 1 --fresh 2",
         "Options --fresh and --stale cannot be specified together.",
         {"stale becomes fresh"}},
    };
    for (const auto& row : rows) {
        const auto given = parsed(renamed_syntax, row.line);
        ASSERT_TRUE(given) << row.line;
        EXPECT_EQ(sentence(check_old_names(*given, renamed)), row.complaint) << row.line;
        EXPECT_EQ(old_name_warnings(*given, renamed), row.warnings) << row.line;
    }
}

TEST(OldNames, AreNoJson) {
    const std::vector<std::string> warnings{"one", "two"};
    RecordingConsole text;
    tell_warnings(warnings, false, text);
    EXPECT_EQ(text.output, "one\ntwo\n");
    RecordingConsole json;
    tell_warnings(warnings, true, json);
    EXPECT_EQ(json.output, "");
    EXPECT_EQ(json.errors, "one\ntwo\n");
}

}  // namespace
}  // namespace barnabas::cli
