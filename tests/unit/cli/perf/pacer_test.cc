#include "cli/perf/pacer.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

constexpr Time start{std::chrono::seconds(5)};

TEST(Pacer, SaysWhenEachRecordIsDue) {
    struct Row {
        double rate;
        std::int64_t index;
        Duration since_start;
        Duration want;
    };
    const Row rows[] = {
        {-1, 1'000'000, 0ms, 0ms},
        {100, 0, 0ms, 0ms},
        {100, 1, 0ms, 10ms},
        {100, 1, 4ms, 6ms},
        {100, 1, 9500us, 0ms},  // less than a millisecond is not waited for
        {100, 1, 10ms, 0ms},
        {100, 7, 90ms, 0ms},  // behind: it catches up
        {100, 250, 1s, 1500ms},
        {0.5, 1, 0ms, 2s},
        {20'000, 10, 0ms, 0ms},
        {20'000, 100, 0ms, 5ms},
        {0, 0, 0ms, 0ms},
        {0, 1, 0ms, Duration::max()},
        {1e-300, 1, 0ms, Duration::max()},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(Pacer(row.rate, start).wait_before(row.index, start + row.since_start), row.want)
            << row.rate << " " << row.index;
    }
}

TEST(Pacer, DoesNotDriftWhateverWaitsAreTooLong) {
    constexpr double rate = 300;
    constexpr std::int64_t records = 3000;
    const Pacer pacer(rate, start);
    Time now = start;
    for (std::int64_t i = 0; i < records; ++i) {
        const auto wait = pacer.wait_before(i, now);
        now += wait > 0ms ? wait + 700us : 5us;  // each wake-up comes late, each send takes a while
    }
    EXPECT_NEAR(std::chrono::duration<double>(now - start).count(), records / rate, 0.005);
}

}  // namespace
}  // namespace barnabas::cli
