#include "cli/common/java_time.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(JavaTime, ReadsMoments) {
    struct Row {
        const char* text;
        std::int64_t want;
    };
    const Row rows[] = {
        {"1970-01-01T00:00:00.000", 0},
        {"1970-01-01T00:00:00.001Z", 1},
        {"2026-01-31T13:45:10.250", 1769867110250},
        {"2026-01-31T13:45:10.250+02:00", 1769859910250},
        {"2026-01-31T13:45:10.250+0200", 1769859910250},
        {"2026-01-31T13:45:10.250-02", 1769874310250},
        {"2026-01-31T13:45:10", 1769867110000},
        {"2024-02-29T00:00:00.000", 1709164800000},
    };
    for (const auto& row : rows) {
        const auto read = parse_datetime(row.text);
        ASSERT_TRUE(read) << row.text;
        EXPECT_EQ(read->get(), row.want) << row.text;
    }
    for (const auto* text :
         {"", "yesterday", "2026-01-31", "2026-01-31 13:45:10.000", "2026-02-30T00:00:00.000",
          "2026-01-31T24:00:00.000", "2026-01-31T13:60:00.000", "2026-01-31T13:45:10.",
          "2026-01-31T13:45:10.000+", "2026-01-31T13:45:10.000Zx", "26-01-31T13:45:10.000"}) {
        EXPECT_FALSE(parse_datetime(text)) << text;
    }
}

TEST(JavaTime, ReadsDurations) {
    struct Row {
        const char* text;
        std::int64_t want;
    };
    const Row rows[] = {
        {"P1D", 86'400'000},
        {"PT1H", 3'600'000},
        {"PT30M", 1'800'000},
        {"PT0.5S", 500},
        {"P1DT2H3M4.005S", 93'784'005},
        {"-PT1M", -60'000},
        {"PT-1M", -60'000},
        {"P2DT-1H", 169'200'000},
        {"pt1s", 1000},
    };
    for (const auto& row : rows) {
        const auto read = parse_iso_duration(row.text);
        ASSERT_TRUE(read) << row.text;
        EXPECT_EQ(read->count(), row.want) << row.text;
    }
    for (const auto* text : {"", "P", "PT", "1D", "P1H", "PT1D", "PT1M1H", "PT1", "PT1.5M", "P1DT",
                             "PT1S1S", "P1Y", "PT1Sx", "P999999999999D"}) {
        EXPECT_FALSE(parse_iso_duration(text)) << text;
    }
}

}  // namespace
}  // namespace barnabas::cli
