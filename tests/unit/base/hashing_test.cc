#include "base/hashing.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas {
namespace {

/// The values are those of "...".hashCode() in Java; the vectors hold many more.
TEST(JavaStringHash, CountsUtf16Units) {
    struct Row {
        std::string utf8;
        std::int32_t want;
    };
    const Row rows[] = {{.utf8 = "", .want = 0},
                        {.utf8 = "a", .want = 97},
                        {.utf8 = "ab", .want = 97 * 31 + 98},
                        {.utf8 = "\xC3\xA9", .want = 0xE9},
                        {.utf8 = "\xE2\x82\xAC", .want = 0x20AC},
                        {.utf8 = "\xF0\x9F\x98\x80", .want = 0xD83D * 31 + 0xDE00}};
    for (const auto& row : rows) {
        EXPECT_EQ(java_string_hash(row.utf8), row.want) << row.utf8;
    }
}

/// Java decodes bytes that are no UTF-8 to U+FFFD before it hashes.
TEST(JavaStringHash, CountsWhatIsNoUtf8AsTheReplacement) {
    constexpr std::int32_t replacement = 0xFFFD;
    for (const std::string bytes : {"\xFF", "\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xF8"}) {
        EXPECT_EQ(java_string_hash(bytes), replacement) << bytes.size();
    }
    EXPECT_EQ(java_string_hash("\xC3"
                               "a"),
              replacement * 31 + 'a');
    EXPECT_EQ(java_string_hash("\xC0\xAF"), replacement * 31 + replacement) << "overlong";
    EXPECT_EQ(java_string_hash("\xED\xA0\x80"), (replacement * 31 + replacement) * 31 + replacement)
        << "a surrogate";
}

}  // namespace
}  // namespace barnabas
