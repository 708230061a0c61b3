#include "broker/coordinators/load_progress.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

constexpr Time start{std::chrono::seconds{100}};

TEST(LoadProgress, SaysNowAndThenHowFarItIs) {
    LoadProgress progress(start);
    struct Row {
        Duration after;
        std::size_t records;
        std::int64_t next;
        std::string want;  // empty: nothing
    };
    const Row rows[] = {
        {0s, 10, 10, ""},
        {4'999ms, 5, 20, ""},
        {5s, 5, 30, "20 records in 5000 ms, up to offset 30 of 100"},
        {5'001ms, 1, 31, ""},
        {9'999ms, 1, 40, ""},
        {10'500ms, 3, 50, "25 records in 10500 ms, up to offset 50 of 100"},
        {15'400ms, 5, 60, ""},
        {15'500ms, 0, 100, "30 records in 15500 ms, up to offset 100 of 100"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.next);
        const auto said =
            progress.on_batch(row.records, Offset{row.next}, Offset{100}, start + row.after);
        EXPECT_EQ(said.value_or(""), row.want);
    }
    EXPECT_EQ(progress.records(), 30);
    EXPECT_EQ(progress.took_ms(start + 16s), 16'000);
}

TEST(LoadProgress, OfWhatIsDoneSoonNothingIsSaid) {
    LoadProgress progress(start);
    EXPECT_FALSE(progress.on_batch(1'000'000, Offset{5}, Offset{5}, start + 4s));
}

}  // namespace
}  // namespace barnabas::broker
