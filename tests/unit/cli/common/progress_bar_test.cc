#include "cli/common/progress_bar.h"

#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(ProgressBar, ShowsItsShare) {
    struct Row {
        std::int64_t done;
        std::int64_t total;
        const char* want;
    };
    const Row rows[] = {
        {0, 1000, "[                                        ]   0% of 1,000"},
        {250, 1000, "[##########                              ]  25% of 1,000"},
        {2'000'000, 2'000'000, "[########################################] 100% of 2,000,000"},
        {12, 10, "[########################################] 100% of 10"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(progress_text(row.done, row.total), row.want);
    }
}

TEST(ProgressBar, IsDrawnOnTerminalsAloneAndNotTooOften) {
    RecordingConsole console;
    console.terminal = true;  // the standard output is none of its business
    ProgressBar(console, 10).show(5, Time{1s});
    EXPECT_EQ(console.errors, "");
    console.errors_on_terminal = true;
    ProgressBar bar(console, 10);
    bar.show(5, Time{1s});
    bar.show(6, Time{1050ms});
    EXPECT_EQ(console.errors, "\r" + progress_text(5, 10));
    bar.show(7, Time{1100ms});
    EXPECT_EQ(console.errors, "\r" + progress_text(5, 10) + "\r" + progress_text(7, 10));
    bar.clear();
    bar.clear();
    EXPECT_EQ(console.errors,
              "\r" + progress_text(5, 10) + "\r" + progress_text(7, 10) + "\r\033[K");
    EXPECT_EQ(console.output, "");
}

TEST(ProgressBar, GivesItsPlaceToWhatIsPrinted) {
    RecordingConsole console;
    console.errors_on_terminal = true;
    ProgressBar bar(console, 10);
    ConsoleUnderBar under(console, bar);
    under.line("first");
    EXPECT_EQ(console.errors, "");
    bar.show(5, Time{1s});
    under.error_line("WARN");
    under.line("last");
    EXPECT_EQ(console.errors, "\r" + progress_text(5, 10) + "\r\033[KWARN\n");
    EXPECT_EQ(console.output, "first\nlast\n");
    EXPECT_TRUE(under.errors_are_on_terminal());
    EXPECT_FALSE(under.is_terminal());
}

}  // namespace
}  // namespace barnabas::cli
