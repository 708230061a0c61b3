#include "base/utf8.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

/// The right-hand sides are what Java 17's new String(bytes, UTF_8) came to, R for U+FFFD.
TEST(Utf8, WhatIsMalformedIsReplacedAsJavaDoes) {
    struct Row {
        std::string_view bytes;
        std::string_view want;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\x80z", "aRz"},   // nothing to go on with
        {"\xc3", "R"},       // cut
        {"\xc3(", "R("},     // another character instead of the second byte
        {"\xc0\x80", "RR"},  // overlong
        {"\xe2\x82", "R"},   // cut in the third byte
        {"\xe2(\xa1", "R(R"},
        {"\xe0\x80\x80", "RRR"},  // overlong
        {"\xed\xa0\x80", "R"},    // a surrogate
        {"\xf0\x9f\x98", "R"},    // cut in the fourth byte
        {"\xf0\x9f\x98z", "Rz"},
        {"\xf0\x80\x80\x80", "RRRR"},  // overlong
        {"\xf4\x90\x80\x80", "RRRR"},  // beyond U+10FFFF
        {"\xf5\x80", "RR"},
        {"\xff\xfe", "RR"},
    };
    for (const auto& row : rows) {
        std::string want;
        for (const char c : row.want) {
            want += c == 'R' ? "\xef\xbf\xbd" : std::string(1, c);
        }
        EXPECT_EQ(replace_malformed_utf8(row.bytes), want) << testing::PrintToString(row.bytes);
    }
}

}  // namespace
}  // namespace barnabas
