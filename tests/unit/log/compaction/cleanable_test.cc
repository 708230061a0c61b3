#include "log/compaction/cleanable.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr Timestamp now{1'800'000'000'000};

/// Segments of 100 bytes with 10 offsets each; the last is active and ends at 45.
LogFacts facts() {
    LogFacts facts{.log_start = Offset{0}, .log_end = Offset{45}, .last_stable = Offset{45}};
    for (int i = 0; i < 5; ++i) {
        facts.segments.push_back({.base = Offset{i * 10},
                                  .size = 100,
                                  .newest = now - (50 - i * 10),
                                  .first = now - (55 - i * 10)});
    }
    return facts;
}

TEST(Cleanable, IsWhatIsSealedStableAndOldEnough) {
    struct Row {
        const char* why;
        std::optional<int> checkpoint;
        int last_stable;
        std::int64_t min_lag;
        int first_dirty;
        int end;
        std::uint64_t clean;
        std::uint64_t dirty;
    };
    const Row rows[] = {
        {"never compacted", {}, 45, 0, 0, 40, 0, 400},
        {"up to a segment", 20, 45, 0, 20, 40, 200, 200},
        {"up to within a segment, which counts as both", 25, 45, 0, 25, 40, 300, 200},
        {"all of it", 40, 45, 0, 40, 40, 400, 0},
        {"up to within the active one", 43, 45, 0, 43, 40, 500, 0},
        {"an open transaction", {}, 25, 0, 0, 20, 0, 200},
        {"one at a segment's beginning", {}, 20, 0, 0, 20, 0, 200},
        {"one before what is clean", 30, 25, 0, 30, 30, 300, 0},
        {"young records", {}, 45, 35, 0, 20, 0, 200},
        {"as old as the lag", {}, 45, 40, 0, 20, 0, 200},
        {"all of them young", {}, 45, 1000, 0, 0, 0, 0},
    };
    for (const auto& row : rows) {
        auto log = facts();
        log.last_stable = Offset{row.last_stable};
        const auto checkpoint =
            row.checkpoint ? std::optional(Offset{*row.checkpoint}) : std::nullopt;
        const auto found =
            find_cleanable(log, {.min_compaction_lag_ms = row.min_lag}, checkpoint, now);
        EXPECT_EQ(found.first_dirty, Offset{row.first_dirty}) << row.why;
        EXPECT_EQ(found.end, Offset{row.end}) << row.why;
        EXPECT_EQ(found.clean_bytes, row.clean) << row.why;
        EXPECT_EQ(found.dirty_bytes, row.dirty) << row.why;
        EXPECT_TRUE(found.invalid.empty()) << row.why;
    }
}

TEST(Cleanable, BeginsAnewWhereTheCheckpointIsNotOfThisLog) {
    auto log = facts();
    log.log_start = Offset{15};
    const struct {
        int checkpoint;
        bool deletes;
        bool warns;
    } rows[] = {{5, false, true}, {5, true, false}, {46, true, true}};
    for (const auto& row : rows) {
        const auto found =
            find_cleanable(log, {.cleanup_delete = row.deletes}, Offset{row.checkpoint}, now);
        EXPECT_EQ(found.first_dirty, Offset{15});
        EXPECT_EQ(!found.invalid.empty(), row.warns) << row.checkpoint;
    }
    EXPECT_EQ(find_cleanable(log, {}, Offset{45}, now).first_dirty, Offset{45});
}

TEST(Cleanable, KnowsWhatIsOverdue) {
    const struct {
        std::int64_t max_lag;
        int checkpoint;
        std::int64_t overdue;
    } rows[] = {
        {std::numeric_limits<std::int64_t>::max(), 0, 0},
        {60, 0, 0},
        {55, 0, 0},
        {54, 0, 1},
        {20, 0, 35},
        {20, 20, 15},  // of the segment at 20
        {20, 25, 15},  // which is partly dirty
        {1, 40, 0},    // the active one does not count
    };
    for (const auto& row : rows) {
        const auto found = find_cleanable(facts(), {.max_compaction_lag_ms = row.max_lag},
                                          Offset{row.checkpoint}, now);
        EXPECT_EQ(found.overdue_ms, row.overdue) << row.max_lag << " from " << row.checkpoint;
    }
}

TEST(Cleanable, HasNoRatioWhereThereIsNothing) {
    EXPECT_EQ(Cleanable{}.ratio(), 0);
    EXPECT_EQ((Cleanable{.clean_bytes = 30, .dirty_bytes = 10}.ratio()), 0.25);
}

}  // namespace
}  // namespace barnabas::log
