#include "client/consumer/reset_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

TEST(ResetPolicy, ReadsDurationsAsJavaDoes) {
    struct Row {
        std::string_view text;
        std::optional<Duration> want;
    };
    const Row rows[] = {
        {"PT1H", 1h},
        {"P2D", 48h},
        {"P1DT2H3M4.5S", 26h + 3min + 4500ms},
        {"pt0.25s", 250ms},
        {"PT0S", 0s},
        {"PT1.123456789S", 1123456789ns},
        {"PT36H", 36h},
        {"", std::nullopt},
        {"P", std::nullopt},
        {"PT", std::nullopt},
        {"P1DT", std::nullopt},
        {"1H", std::nullopt},
        {"PT-1H", std::nullopt},
        {"P1H", std::nullopt},
        {"PT1D", std::nullopt},
        {"PT1M1H", std::nullopt},
        {"PT1.5M", std::nullopt},
        {"PT1.1234567890S", std::nullopt},
        {"PT1", std::nullopt},
        {"PT99999999999999999999S", std::nullopt},
        {"PT9999999999999H", std::nullopt},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(parse_iso_duration(row.text), row.want) << row.text;
    }
}

TEST(ResetPolicy, NamesAPlaceToBegin) {
    EXPECT_EQ(ResetPolicy::parse("earliest")->target(Timestamp{9})->kind,
              ResetTarget::Kind::earliest);
    EXPECT_EQ(ResetPolicy::parse("latest")->target(Timestamp{9})->kind, ResetTarget::Kind::latest);
    EXPECT_FALSE(ResetPolicy::parse("none")->target(Timestamp{9}));
    const auto back = ResetPolicy::parse("by_duration:PT1S");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->target(Timestamp{5000})->timestamp, Timestamp{4000});
    EXPECT_EQ(back->target(Timestamp{500})->timestamp, Timestamp{0});
    for (const auto* bad : {"", "Latest", "by_duration", "by_duration:", "by_duration:PT-1S"}) {
        const auto refused = ResetPolicy::parse(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
    }
}

}  // namespace
}  // namespace barnabas::client
