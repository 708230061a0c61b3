#include "cli/perf/send_stats.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

constexpr Time start{std::chrono::seconds(100)};

TEST(SendStats, ReportAWindowWhenItIsOver) {
    SendStats stats(1000, 1s, start);
    EXPECT_FALSE(stats.add(4, 1 << 20, start + 300ms));
    EXPECT_FALSE(stats.add(8, 1 << 20, start + 999ms));
    const auto first = stats.add(6, 1 << 20, start + 2s);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->first);
    EXPECT_EQ(window_text(*first),
              "3 records sent, 1.5 records/sec (1.50 MB/sec), 6.0 ms avg latency, 8.0 ms max "
              "latency.");
    const auto second = stats.add(1, 100, start + 3s);
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->first);
    EXPECT_EQ(window_text(*second),
              "1 records sent, 1.0 records/sec (0.00 MB/sec), 1.0 ms avg latency, 1.0 ms max "
              "latency.");
    EXPECT_EQ(window_json(*second),
              R"({"event":"window","records":1,"bytes":100,"records_per_sec":1.0,"mb_per_sec":)"
              R"(9.5367431640625E-5,"avg_latency_ms":1.0,"max_latency_ms":1})");
    EXPECT_EQ(stats.counts().records, 4);
}

TEST(SendStats, SumUpWithPercentiles) {
    SendStats stats(1000, 1h, start);
    for (int i = 999; i >= 0; --i) {
        EXPECT_FALSE(stats.add(i, 1024, start));
    }
    const auto total = stats.total(start + 10s);
    EXPECT_EQ(total_text(total, " steady state"),
              "1000 steady state records sent, 100.000000 records/sec (0.10 MB/sec), 499.50 ms avg "
              "latency, 999.00 ms max latency, 500 ms 50th, 950 ms 95th, 990 ms 99th, 999 ms "
              "99.9th.");
    EXPECT_EQ(total_json(total, "total"),
              R"({"event":"total","records":1000,"bytes":1024000,"records_per_sec":100.0,)"
              R"("mb_per_sec":0.09765625,"avg_latency_ms":499.5,"max_latency_ms":999,)"
              R"("p50_ms":500,"p95_ms":950,"p99_ms":990,"p999_ms":999})");
}

TEST(SendStats, KeepLatenciesEvenlyWhereThereAreMany) {
    constexpr std::int64_t records = 1'500'000;  // every third one is kept
    SendStats stats(records, 1h, start);
    for (std::int64_t i = 0; i < records; ++i) {
        EXPECT_FALSE(stats.add(i % 3 == 0 ? 7 : 1'000'000, 1, start));
    }
    EXPECT_EQ(stats.total(start + 1s).p999_ms, 7);
    EXPECT_EQ(stats.total(start + 1s).counts.latency_max_ms, 1'000'000);
}

TEST(SendStats, HaveNoFiguresOfNothing) {
    const auto total = SendStats(1, 1s, start).total(start);
    EXPECT_EQ(total_text(total, ""),
              "0 records sent, NaN records/sec (NaN MB/sec), NaN ms avg latency, 0.00 ms max "
              "latency, 0 ms 50th, 0 ms 95th, 0 ms 99th, 0 ms 99.9th.");
    EXPECT_NE(total_json(total, "total").find(R"("avg_latency_ms":null)"), std::string::npos);
}

}  // namespace
}  // namespace barnabas::cli
