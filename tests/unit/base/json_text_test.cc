#include "base/json_text.h"

#include "base/utf8.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonText, EscapesAsJacksonDoes) {
    EXPECT_EQ(quoted("plain"), R"("plain")");
    EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(quoted("\b\t\n\f\r"), R"("\b\t\n\f\r")");
    EXPECT_EQ(quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001F\x7f\"");
    EXPECT_EQ(quoted("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
    EXPECT_EQ(quoted("a\xff"), "\"a\xef\xbf\xbd\"");
}

TEST(JsonLine, HasItsMembersInOrder) {
    EXPECT_EQ(JsonLine().text(), "{}");
    EXPECT_EQ(JsonLine()
                  .add("n", std::int8_t{-3})
                  .add("b", true)
                  .add("s", "x\n")
                  .add_json("j", "[1]")
                  .add("big", std::uint64_t{1} << 63)
                  .text(),
              R"({"n":-3,"b":true,"s":"x\n","j":[1],"big":9223372036854775808})");
}

// What new String(bytes, UTF_8).getBytes(UTF_8) gives in Java 17; R is U+FFFD.
TEST(Utf8, IsReplacedWhereItIsMalformedAsJavaDoes) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"abc", "abc"},
        {"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\xff z", "aR z"},
        {"\x80\x81", "RR"},
        {"\xc0\xaf", "RR"},
        {"\xc3", "R"},
        {"\xc3(", "R("},
        {"\xe2\x82", "R"},
        {"\xe2\x82(", "R("},
        {"\xe2(\xa1", "R(R"},
        {"\xe0\x80\x80", "RRR"},
        {"\xed\xa0\x80", "R"},
        {"\xf0\x9f\x98", "R"},
        {"\xf0\x9f\x98(", "R("},
        {"\xf0\x80\x80\x80", "RRRR"},
        {"\xf4\x90\x80\x80", "RRRR"},
        {"\xf5\x80\x80\x80", "RRRR"},
    };
    for (const auto& [bytes, want] : rows) {
        std::string expected;
        for (const char c : want) {
            expected += c == 'R' ? "\xef\xbf\xbd" : std::string(1, c);
        }
        EXPECT_EQ(replace_malformed_utf8(bytes), expected) << want;
    }
}

}  // namespace
}  // namespace barnabas
