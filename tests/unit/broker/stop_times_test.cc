#include "broker/stop_times.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

const Time stop_begins{1000s};

TEST(StopTimes, EveryStageHasAMoment) {
    struct Row {
        Duration until;
        Duration now;
        Duration want;
    };
    const Row rows[] = {{.until = 30s, .now = 0s, .want = 30s},
                        {.until = 30s, .now = 27s, .want = 30s},
                        {.until = 30s, .now = 28s, .want = 31s},
                        {.until = 30s, .now = 60s, .want = 63s}};
    for (const auto& row : rows) {
        EXPECT_EQ(StopTimes::at_least_a_moment(stop_begins + row.until, stop_begins + row.now) -
                      stop_begins,
                  row.want);
    }
    EXPECT_EQ(StopTimes::at_least_a_moment(never, stop_begins), never);
}

/// Requests, reads, the compaction, moves, topics; then their logs, offsets and marks, and the
/// keeper of the directories: each as late as it may be.
TEST(StopTimes, AStopWhereEachStageHangsIsOverInTime) {
    const auto times = StopTimes::from(stop_begins);
    Time now = times.begun;
    for (int stage = 0; stage < 4; ++stage) {
        now = StopTimes::at_least_a_moment(times.begun, now);
    }
    now = StopTimes::at_least_a_moment(times.closed, now) + ClosingWatch::patience;
    constexpr Duration offsets = 5s;
    now = StopTimes::at_least_a_moment(times.all, now + offsets);
    now = StopTimes::at_least_a_moment(times.begun, now);
    EXPECT_LT(now - stop_begins, StopTimes::longest);
}

struct ClosingLook {
    Duration at;
    std::vector<ClosingWatch::Directory> directories;
    bool want;
};

struct ClosingRow {
    std::string name;
    std::vector<ClosingLook> looks;
};

TEST(ClosingWatch, WaitsUntilItsTimeAndThenForDirectoriesThatGetOn) {
    const ClosingRow rows[] = {
        {.name = "one hangs",
         .looks = {{.at = 1s, .directories = {{3, 3}, {2, 1}}, .want = true},
                   {.at = 59s, .directories = {{3, 3}, {2, 1}}, .want = true},
                   {.at = 60s, .directories = {{3, 3}, {2, 1}}, .want = false}}},
        {.name = "none is left",
         .looks = {{.at = 1s, .directories = {{3, 3}, {2, 2}}, .want = false}}},
        {.name = "there are many",
         .looks = {{.at = 59s, .directories = {{1000, 500}, {2, 0}}, .want = true},
                   {.at = 61s, .directories = {{1000, 501}, {2, 0}}, .want = true},
                   {.at = 200s, .directories = {{1000, 600}, {2, 0}}, .want = true},
                   {.at = 204s, .directories = {{1000, 600}, {2, 0}}, .want = true},
                   {.at = 205s, .directories = {{1000, 600}, {2, 0}}, .want = false}}},
        {.name = "the one that goes on ends before its time",
         .looks = {{.at = 50s, .directories = {{9, 8}, {2, 0}}, .want = true},
                   {.at = 61s, .directories = {{9, 9}, {2, 0}}, .want = false}}},
        {.name = "first seen late",
         .looks = {{.at = 70s, .directories = {{9, 0}}, .want = true},
                   {.at = 75s, .directories = {{9, 0}}, .want = false}}}};
    for (const auto& row : rows) {
        ClosingWatch watch(stop_begins + 60s);
        for (const auto& look : row.looks) {
            EXPECT_EQ(watch.goes_on(look.directories, stop_begins + look.at), look.want)
                << row.name << " at " << look.at / 1s;
        }
    }
}

}  // namespace
}  // namespace barnabas::broker
