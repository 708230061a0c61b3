#include "cli/perf/read_stats.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

constexpr Time start{std::chrono::seconds(7)};
const TopicPartition part0{.topic = "t", .partition = PartitionId(0)};
const TopicPartition part1{.topic = "t", .partition = PartitionId(1)};

TEST(JoinTime, CountsWhileNothingIsAssigned) {
    JoinTime joining(start);
    joining.assigned({part0}, start + 300ms);
    EXPECT_EQ(joining.total(), 300ms);
    joining.assigned({part1}, start + 900ms);  // it had something all the while
    joining.revoked({part1}, start + 1s);
    joining.assigned({part1}, start + 2s);
    EXPECT_EQ(joining.take_recent(), 300ms);
    EXPECT_EQ(joining.take_recent(), 0ms);
    joining.revoked({part0, part1}, start + 3s);
    joining.assigned({part0}, start + 3200ms);
    EXPECT_EQ(joining.total(), 500ms);
    EXPECT_EQ(joining.take_recent(), 200ms);
    EXPECT_EQ(joining.rounds(), 2);
}

TEST(ReadStats, HaveKafkasColumns) {
    ReadStats stats(1s, start);
    for (int i = 0; i < 1024; ++i) {
        stats.add(2048);
    }
    EXPECT_FALSE(stats.read(start + 999ms));
    const auto window = stats.read(start + 2s);
    ASSERT_TRUE(window);
    EXPECT_EQ(read_columns(*window, 500ms, true),
              "2.0000, 1.0000, 1024, 512.0000, 500, 1500, 1.3333, 682.6667");
    stats.add(1 << 20);
    const auto next = stats.read(start + 3s);
    ASSERT_TRUE(next);
    EXPECT_EQ(read_columns(*next, 0ms, true),
              "3.0000, 1.0000, 1025, 1.0000, 0, 1000, 1.0000, 1.0000");
    EXPECT_EQ(read_columns(*next, 1s, true),
              "3.0000, 1.0000, 1025, 1.0000, 1000, 0, 0.0000, 0.0000");
    EXPECT_EQ(read_columns(stats.total(start + 4s), 1s, false),
              "3.0000, 0.7500, 1025, 256.2500, 1000, 3000, 1.0000, 341.6667");
    EXPECT_EQ(read_json(stats.total(start + 4s), 1s, "total", Timestamp(1), Timestamp(2)),
              R"({"event":"total","start_time":1,"end_time":2,"records":1025,"bytes":3145728,)"
              R"("mb_per_sec":0.75,"records_per_sec":256.25,"rebalance_time_ms":1000,)"
              R"("fetch_time_ms":3000,"fetch_mb_per_sec":1.0,)"
              R"("fetch_records_per_sec":341.6666666666667})");
}

TEST(ReadStats, NameTheirColumns) {
    EXPECT_EQ(read_header(false),
              "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, "
              "rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec");
    EXPECT_TRUE(read_header(true).starts_with("time, threadId, data.consumed.in.MB, "));
}

}  // namespace
}  // namespace barnabas::cli
