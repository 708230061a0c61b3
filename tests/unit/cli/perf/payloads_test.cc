#include "cli/perf/payloads.h"

#include <gtest/gtest.h>

#include <set>

namespace barnabas::cli {
namespace {

TEST(Payloads, AreTheBytesThatKafkasToolWrites) {
    // What java.util.SplittableRandom(0) draws with nextInt(26).
    auto letters = Payloads::letters(16);
    const std::string first(letters.next(0));
    const std::string second(letters.next(1));
    EXPECT_EQ(first, "YQHHNEBSEPDNSEIF");
    EXPECT_EQ(second, "GAMSUJXKOLTXSPLG");
}

TEST(Payloads, CountOrAreChosen) {
    auto numbers = Payloads::numbers();
    EXPECT_EQ(numbers.next(0), "0");
    EXPECT_EQ(numbers.next(41), "41");
    auto chosen = Payloads::choices({"a", "b", "c"});
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        seen.emplace(chosen.next(i));
    }
    EXPECT_EQ(seen, (std::set<std::string>{"a", "b", "c"}));
}

TEST(Payloads, AreSplitAsJavasScannerDoes) {
    struct Row {
        const char* text;
        const char* delimiter;
        std::vector<std::string> want;
    };
    const Row rows[] = {
        {"", "\n", {}},
        {"a", "\n", {"a"}},
        {"a\nb\n", "\n", {"a", "b"}},
        {"\na\n\nb", "\n", {"a", "", "b"}},
        {"a\n\n", "\n", {"a", ""}},
        {"\n", "\n", {}},
        {"a, b,c", ",\\s*", {"a", "b", "c"}},
        {"one||two", "\\|\\|", {"one", "two"}},
        {"abc", "", {"a", "b", "c"}},
    };
    for (const auto& row : rows) {
        const auto parts = split_payloads(row.text, row.delimiter);
        ASSERT_TRUE(parts) << parts.error().message;
        EXPECT_EQ(*parts, row.want) << row.text << " by " << row.delimiter;
    }
    EXPECT_EQ(split_payloads("a", "(").error().message.substr(0, 49),
              "--payload-delimiter '(' is no regular expression:");
}

}  // namespace
}  // namespace barnabas::cli
