#include "base/metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas {
namespace {

constexpr MetricRow counter{"b_things_total", MetricKind::counter, "", "kind", "Things."};
constexpr MetricRow gauge{"b_level", MetricKind::gauge, "", "", "A \\ and\na line."};
constexpr MetricRow histogram{"b_seconds", MetricKind::histogram, "seconds", "api", "Time."};

TEST(LatencyHistogram, PutsEveryDurationIntoTheBucketThatEndsAtOrAboveIt) {
    for (std::size_t i = 0; i < LatencyHistogram::bounds; ++i) {
        for (const auto step : {-1, 0, 1}) {
            LatencyHistogram h;
            h.record(LatencyHistogram::bound(i) + Duration(step));
            EXPECT_EQ(h.in_bucket(step == 1 ? i + 1 : i), 1U) << i << " " << step;
            EXPECT_EQ(h.count(), 1U);
        }
    }
}

TEST(LatencyHistogram, HasBoundsThatDoubleInTwoSteps) {
    EXPECT_EQ(LatencyHistogram::bound(0), Duration(32'768));
    EXPECT_EQ(LatencyHistogram::bound(1), Duration(49'152));
    EXPECT_EQ(LatencyHistogram::bound(2), Duration(65'536));
    EXPECT_EQ(LatencyHistogram::bound(LatencyHistogram::bounds - 1), Duration(34'359'738'368));
}

TEST(LatencyHistogram, TakesWhatIsOutOfRange) {
    LatencyHistogram h;
    h.record(Duration(-5));
    h.record(0ns);
    h.record(24h);
    EXPECT_EQ(h.in_bucket(0), 2U);
    EXPECT_EQ(h.in_bucket(LatencyHistogram::bounds), 1U);
    EXPECT_EQ(h.sum(), Duration(24h));
}

TEST(LatencyHistogram, AddsUp) {
    LatencyHistogram a;
    LatencyHistogram b;
    a.record(1ms);
    b.record(1ms);
    b.record(2s);
    a.merge(b);
    EXPECT_EQ(a.count(), 3U);
    EXPECT_EQ(a.sum(), Duration(2s + 2ms));
}

TEST(MetricsText, WritesWhatPrometheusReads) {
    MetricsText text;
    text.begin(counter);
    text.sample({{"kind", "big"}}, std::uint64_t{18'446'744'073'709'551'615U});
    text.sample({{"kind", "a \"\\\n"}, {"more", ""}}, std::int64_t{-3});
    text.single(gauge, 0.25);
    EXPECT_EQ(text.take(),
              "# HELP b_things_total Things.\n"
              "# TYPE b_things_total counter\n"
              "b_things_total{kind=\"big\"} 18446744073709551615\n"
              "b_things_total{kind=\"a \\\"\\\\\\n\",more=\"\"} -3\n"
              "# HELP b_level A \\\\ and\\na line.\n"
              "# TYPE b_level gauge\n"
              "b_level 0.25\n");
}

TEST(MetricsText, WritesHistogramsAsRisingSums) {
    LatencyHistogram h;
    h.record(1us);
    h.record(40us);
    h.record(1h);
    MetricsText text;
    text.begin(histogram);
    text.sample({{"api", "Fetch"}}, h);
    const auto page = text.take();
    for (const auto* line : {
             "# TYPE b_seconds histogram\n",
             "b_seconds_bucket{api=\"Fetch\",le=\"3.2768e-05\"} 1\n",
             "b_seconds_bucket{api=\"Fetch\",le=\"4.9152e-05\"} 2\n",
             "b_seconds_bucket{api=\"Fetch\",le=\"34.359738368\"} 2\n",
             "b_seconds_bucket{api=\"Fetch\",le=\"+Inf\"} 3\n",
             "b_seconds_sum{api=\"Fetch\"} 3600.000041\n",
             "b_seconds_count{api=\"Fetch\"} 3\n",
         }) {
        EXPECT_NE(page.find(line), std::string::npos) << line << page;
    }
}

TEST(Metrics, AreDescribedByTheirRows) {
    const MetricRow rows[] = {counter, histogram};
    EXPECT_EQ(describe_metrics(rows),
              "| metric | kind | unit | labels | what it is |\n"
              "|---|---|---|---|---|\n"
              "| `b_things_total` | counter |  | kind | Things. |\n"
              "| `b_seconds` | histogram | seconds | api | Time. |\n");
}

}  // namespace
}  // namespace barnabas
