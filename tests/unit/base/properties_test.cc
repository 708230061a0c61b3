#include "base/properties.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

struct Row {
    std::string_view text;
    ConfigMap want;
};

TEST(Properties, ReadsWhatJavaReads) {
    const Row rows[] = {
        {"", {}},
        {"# a comment\n! another\n\n   \n", {}},
        {"a=1\nb:2\nc 3\n", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
        {"  a  =  1  \n", {{"a", "1  "}}},  // blanks at the end belong to the value
        {"a = = 1", {{"a", "= 1"}}},
        {"a:=1", {{"a", "=1"}}},
        {"alone", {{"alone", ""}}},
        {"a=1\r\nb=2\rc=3", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
        {"a=1\na=2", {{"a", "2"}}},
        {"listeners=PLAINTEXT://:9092,\\\n   SSL://:9093",
         {{"listeners", "PLAINTEXT://:9092,SSL://:9093"}}},
        {"a=ends in a backslash\\", {{"a", "ends in a backslash"}}},
        {"a=C:\\\\kafka\\\\\nb=2", {{"a", "C:\\kafka\\"}, {"b", "2"}}},
        {"a=1\\\n# no comment here", {{"a", "1# no comment here"}}},
        {"two\\ words=1\nwith\\=sign=2\nwith\\:colon=3",
         {{"two words", "1"}, {"with=sign", "2"}, {"with:colon", "3"}}},
        {"a=\\t\\n\\r\\f\\q", {{"a", "\t\n\r\fq"}}},
        {"a=\\u00e9\\u20AC", {{"a", "é€"}}},
        {"a=\\uD83D\\uDE00", {{"a", "😀"}}},
        {"a=é", {{"a", "é"}}},
    };
    for (const Row& row : rows) {
        const auto got = parse_properties(row.text);
        ASSERT_TRUE(got) << row.text << ": " << got.error().message;
        EXPECT_EQ(*got, row.want) << row.text;
    }
}

TEST(Properties, RefusesMalformedUnicodeWithItsLine) {
    for (const std::string_view text : {"a=1\nb=\\u12", "a=1\nb=\\uzzzz", "a=1\nb=\\ud83d"}) {
        const auto got = parse_properties(text);
        ASSERT_FALSE(got) << text;
        EXPECT_TRUE(got.error().message.contains("line 2")) << got.error().message;
    }
}

TEST(Properties, OverrideIsLaidOnTop) {
    ConfigMap map{{"a", "1"}};
    EXPECT_TRUE(apply_override(map, "a=2"));
    EXPECT_TRUE(apply_override(map, "b=x=y"));
    EXPECT_TRUE(apply_override(map, "c="));
    EXPECT_FALSE(apply_override(map, "d"));
    EXPECT_FALSE(apply_override(map, "=1"));
    EXPECT_EQ(map, (ConfigMap{{"a", "2"}, {"b", "x=y"}, {"c", ""}}));
}

}  // namespace
}  // namespace barnabas
