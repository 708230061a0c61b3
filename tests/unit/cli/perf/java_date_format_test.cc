#include "cli/perf/java_date_format.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

/// Sunday, 2026-03-01 00:05:09.042, an hour and a half east of UTC.
std::tm early() {
    std::tm calendar{};
    calendar.tm_year = 126;
    calendar.tm_mon = 2;
    calendar.tm_mday = 1;
    calendar.tm_yday = 59;
    calendar.tm_wday = 0;
    calendar.tm_min = 5;
    calendar.tm_sec = 9;
    calendar.tm_gmtoff = 5400;
    calendar.tm_zone = "XYZ";
    return calendar;
}

TEST(JavaDateFormat, WritesTimes) {
    struct Row {
        const char* pattern;
        const char* want;
    };
    const Row rows[] = {
        {"yyyy-MM-dd HH:mm:ss:SSS", "2026-03-01 00:05:09:042"},
        {"yy/M/d h:mm a", "26/3/1 12:05 AM"},
        {"EEE, d MMM yyyy K k", "Sun, 1 Mar 2026 0 24"},
        {"EEEE MMMM DDD u", "Sunday March 060 7"},
        {"HH 'o''clock' z Z", "00 o'clock XYZ +0130"},
        {"X XX XXX S", "+01 +0130 +01:30 42"},
        {"", ""},
    };
    for (const auto& row : rows) {
        const auto format = JavaDateFormat::parse(row.pattern);
        ASSERT_TRUE(format) << format.error().message;
        EXPECT_EQ(format->format(early(), 42), row.want);
    }
    auto later = early();
    later.tm_hour = 15;
    later.tm_gmtoff = 0;
    EXPECT_EQ(JavaDateFormat::parse("h a H X")->format(later, 0), "3 PM 15 Z");
}

TEST(JavaDateFormat, RefusesWhatJavaRefuses) {
    EXPECT_EQ(JavaDateFormat::parse("yyyy b").error().message, "Illegal pattern character 'b'");
    EXPECT_EQ(JavaDateFormat::parse("yyyy 'at").error().message, "Unterminated quote");
}

}  // namespace
}  // namespace barnabas::cli
