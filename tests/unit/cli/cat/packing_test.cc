#include "cli/cat/packing.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

using namespace std::string_literals;

struct PackRow {
    std::string letters;
    std::string bytes;
    std::string text;
};

TEST(Packing, NumbersAreTextAndBackAgain) {
    const PackRow rows[] = {
        {"b", "\xff"s, "-1"},
        {"B", "\xff"s, "255"},
        {"h", "\x80\x00"s, "-32768"},
        {"H", "\x80\x00"s, "32768"},
        {"i", "\xff\xff\xff\xfe"s, "-2"},
        {"I", "\xff\xff\xff\xfe"s, "4294967294"},
        {"q", "\x80\x00\x00\x00\x00\x00\x00\x00"s, "-9223372036854775808"},
        {"Q", "\xff\xff\xff\xff\xff\xff\xff\xff"s, "18446744073709551615"},
        {"<i", "\x01\x00\x00\x00"s, "1"},
        {"<h >h", "\x01\x00\x00\x01"s, "1 1"},
        {"h s", "\x00\x07seven"s, "7 seven"},
        {"cic$", "a\x00\x00\x00\x05z"s, "a5z"},
        {"s", ""s, ""},
        {"s", "any\0bytes"s, "any\0bytes"s},
    };
    for (const auto& row : rows) {
        const auto format = PackFormat::parse("key", row.letters);
        ASSERT_TRUE(format) << row.letters;
        std::string text;
        EXPECT_TRUE(format->unpack(row.bytes, text)) << row.letters;
        EXPECT_EQ(text, row.text) << row.letters;
        const auto packed = format->pack(row.text);
        ASSERT_TRUE(packed) << row.letters << ": " << packed.error().message;
        EXPECT_EQ(*packed, row.bytes) << row.letters;
    }
}

TEST(Packing, BytesBehindTheFormatAreLeftOutUnlessItEnds) {
    std::string text;
    EXPECT_TRUE(PackFormat::parse("key", "b")->unpack("\x01more", text));
    EXPECT_EQ(text, "1");
    text = "kept ";
    EXPECT_EQ(sentence(PackFormat::parse("value", "b$")->unpack("\x01more", text)),
              "expected value end-of-input, but 4 bytes remaining");
    EXPECT_EQ(text, "kept 1");
}

TEST(Packing, SaysWhatIsMissing) {
    EXPECT_EQ(sentence(PackFormat::parse("key", "")), "key pack-format must not be empty");
    EXPECT_EQ(sentence(PackFormat::parse("key", "ix")),
              "Invalid token 'x' in key pack-format; what there is: <>bBhHiIqQcs$");
    std::string text;
    EXPECT_EQ(sentence(PackFormat::parse("key", "i")->unpack("ab", text)),
              "key truncated, expected 4 bytes to unpack i but only 2 bytes remaining");
    EXPECT_EQ(sentence(PackFormat::parse("key", "c")->unpack("", text)),
              "key truncated, expected 1 bytes to unpack c but only 0 bytes remaining");
}

TEST(Packing, RefusesTextThatIsNotOfTheFormat) {
    const std::pair<std::string, std::string> rows[] = {
        {"b", "128"}, {"b", "-129"},
        {"B", "-1"},  {"B", "256"},
        {"h", "x"},   {"h", ""},
        {"h h", "1"}, {"h h", "1,2"},
        {"hh", "12"}, {"h<h", "12"},
        {"i", "1 "},  {"i$", "1x"},
        {"c", ""},    {"q", "9223372036854775808"},
    };
    for (const auto& [letters, text] : rows) {
        const auto packed = PackFormat::parse("value", letters)->pack(text);
        EXPECT_FALSE(packed) << letters << " of '" << text << "'";
    }
    EXPECT_EQ(sentence(PackFormat::parse("value", "h")->pack("70000")),
              "value '70000' has no number for 'h' of its pack-format at '70000'");
}

}  // namespace
}  // namespace barnabas::cli
