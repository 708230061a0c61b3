#include "cli/perf/java_numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::cli {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(JavaNumbers, AreWrittenAsJavaWritesThem) {
    struct Row {
        double value;
        const char* fixed;
        const char* text;
        const char* json;
    };
    const Row rows[] = {
        {0, "0.00", "0.0", "0.0"},
        {1, "1.00", "1.0", "1.0"},
        {0.25, "0.25", "0.25", "0.25"},
        {-3.5, "-3.50", "-3.5", "-3.5"},
        {1234.5678, "1234.57", "1234.5678", "1234.5678"},
        {9999999, "9999999.00", "9999999.0", "9999999.0"},
        {1e7, "10000000.00", "1.0E7", "1.0E7"},
        {123456789, "123456789.00", "1.23456789E8", "1.23456789E8"},
        {0.0005, "0.00", "5.0E-4", "5.0E-4"},
        {infinity, "Infinity", "Infinity", "null"},
        {-infinity, "-Infinity", "-Infinity", "null"},
        {std::numeric_limits<double>::quiet_NaN(), "NaN", "NaN", "null"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(java_fixed(row.value, 2), row.fixed);
        EXPECT_EQ(java_double(row.value), row.text);
        EXPECT_EQ(json_number(row.value), row.json);
    }
}

TEST(JavaNumbers, MakeATableOfMetrics) {
    EXPECT_EQ(metrics_table({{"b:long-name:{}", 1.5}, {"a:x:{}", 2}}),
              "\n"
              "Metric Name      Value\n"
              "a:x:{}         : 2.000\n"
              "b:long-name:{} : 1.500\n");
}

}  // namespace
}  // namespace barnabas::cli
