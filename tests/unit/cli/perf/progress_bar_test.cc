#include "cli/perf/progress_bar.h"

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
    ProgressBar(console, 10).show(5, Time{1s});
    EXPECT_EQ(console.output, "");
    console.terminal = true;
    ProgressBar bar(console, 10);
    bar.show(5, Time{1s});
    bar.show(6, Time{1050ms});
    EXPECT_EQ(console.output, "\r" + progress_text(5, 10));
    bar.clear();
    bar.clear();
    EXPECT_EQ(console.output, "\r" + progress_text(5, 10) + "\r\033[K");
}

}  // namespace
}  // namespace barnabas::cli
