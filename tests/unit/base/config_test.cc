#include "base/config.h"

#include "base/config_definition.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas {
namespace {

constexpr auto read_only = ConfigScope::read_only;
constexpr auto low = ConfigImportance::low;

constexpr ConfigRow rows[] = {
    {"a.boolean", ConfigType::boolean, "true", any_value(), read_only, low, "A."},
    {"a.double", ConfigType::float64, "0.5", between(0, 1), read_only, low, "A."},
    {"a.list", ConfigType::list, "", list_of(), read_only, low, "A."},
    {"a.password", ConfigType::password, nullptr, non_empty(), read_only, low, "A."},
    {"a.policy", ConfigType::list, "delete", list_of("compact delete"), read_only, low, "A."},
    {"a.short", ConfigType::int16, "1", at_least(-1), read_only, low, "A."},
    {"an.int", ConfigType::int32, ConfigDefault::required(), any_value(), read_only, low, "A."},
    {"a.type", ConfigType::string, "gzip", one_of("gzip lz4"), read_only, low, "A."},
};

const ConfigRow& row(std::string_view name) {
    return *std::ranges::find(rows, name, &ConfigRow::name);
}

TEST(Config, ErrorsNameKeyValueAndWhatWouldBeRight) {
    struct Row {
        std::string_view name;
        std::string_view text;
        std::string_view want;
    };
    const Row table[] = {
        {"a.boolean", "yes", "a.boolean=yes: must be true or false"},
        {"a.double", "2", "a.double=2: must be from 0 to 1"},
        {"a.double", "x", "a.double=x: must be a number"},
        {"a.list", "a,,b", "a.list=a,,b: must not have an empty element"},
        {"a.list", "a,a", "a.list=a,a: must not have a twice"},
        {"a.policy", "none", "a.policy=none: none is not among compact, delete"},
        {"a.short", "32768", "a.short=32768: must be a whole number from -32768 to 32767"},
        {"a.short", "-2", "a.short=-2: must be at least -1"},
        {"a.type", "zip", "a.type=zip: must be one of: gzip, lz4"},
    };
    for (const Row& r : table) {
        const auto got = parse_config(row(r.name), r.text);
        ASSERT_FALSE(got) << r.name;
        EXPECT_EQ(got.error(), (Error{ErrorCode::invalid_config, std::string(r.want)}));
    }
}

TEST(Config, NeverPrintsAPassword) {
    const auto got = parse_config(row("a.password"), "");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message, "a.password: its value must not be empty");
}

TEST(Config, ReadsDoublesAsJavaDoes) {
    struct Row {
        std::string_view text;
        std::string_view want;
    };
    const ConfigRow any{"d", ConfigType::float64, nullptr, any_value(), read_only, low, "A."};
    const Row table[] = {{"1", "1.0"},
                         {"+.5", "0.5"},
                         {"5.", "5.0"},
                         {"1e-4", "1.0E-4"},
                         {"12345678", "1.2345678E7"},
                         {"1d", "1.0"},
                         {"2F", "2.0"},
                         {"0x1p3", "8.0"},
                         {"-Infinity", "-Infinity"},
                         {"1e999", "Infinity"},
                         {"1e-999", "0.0"},
                         {"-0", "-0.0"},
                         {"9999999.5", "9999999.5"}};
    for (const Row& r : table) {
        const auto got = parse_config(any, r.text);
        ASSERT_TRUE(got) << r.text;
        EXPECT_EQ(config_text(*got), r.want);
    }
    for (const std::string_view bad : {"", "e1", "0x10", "1e", "inf", "nan", "--1", "1 2", "dd"}) {
        EXPECT_FALSE(parse_config(any, bad)) << bad;
    }
}

TEST(ConfigDefinition, ProposesTheNearestName) {
    const ConfigDefinition definition("broker", {rows});
    EXPECT_EQ(definition.unknown("a.lsit").message,
              "a.lsit is not a broker configuration; the nearest is a.list");
    EXPECT_EQ(definition.nearest(std::string(100'000, 'x')).empty(), false);
}

TEST(ConfigValues, HoldsDefaultsBesideWhatIsSet) {
    const ConfigDefinition definition("broker", {rows});
    const auto values = ConfigValues::parse(definition, {{"an.int", "7"}, {"a.list", "x , y"}});
    ASSERT_TRUE(values) << values.error().message;
    EXPECT_EQ(values->integer("an.int"), 7);
    EXPECT_EQ(values->list("a.list"), (std::vector<std::string>{"x", "y"}));
    EXPECT_TRUE(values->boolean("a.boolean"));
    EXPECT_EQ(values->real("a.double"), 0.5);
    EXPECT_EQ(values->text("a.type"), "gzip");
    EXPECT_TRUE(values->is_null("a.password"));
}

TEST(ConfigValues, RefusesUnknownNamesAndMissingOnes) {
    const ConfigDefinition definition("broker", {rows});
    EXPECT_EQ(ConfigValues::parse(definition, {}).error().message,
              "an.int must be set: it has no default");
    EXPECT_FALSE(ConfigValues::parse(definition, {{"an.int", "1"}, {"nothing", "1"}}));
}

}  // namespace
}  // namespace barnabas
