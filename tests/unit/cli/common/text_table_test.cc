#include "cli/common/text_table.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(TextTable, PadsAsJavasFormatsDo) {
    EXPECT_EQ(table_row({"a", "bb", "c"}, {3, 2, 0}), "a   bb c");
    EXPECT_EQ(table_row({"abcd", "b"}, {3, 3}), "abcd b  ");
    EXPECT_EQ(padded("größe", 7), "größe  ");
    EXPECT_EQ(text_width("größe"), 5U);
    EXPECT_EQ(text_width("\xF0\x9F\x98\x80"), 2U);  // two UTF-16 units
}

TEST(TextTable, WidthsGrow) {
    ColumnWidth width(5);
    width.fit("abc");
    EXPECT_EQ(width.get(), 5U);
    width.fit("abcdefg");
    EXPECT_EQ(width.get(), 7U);
}

TEST(TextTable, TabbedColumnsAreAsWideAsTheirWidestCell) {
    EXPECT_EQ(tabbed_table({"Id", "State"}, {{"long-one", "x"}}),
              "Id      \tState\t\nlong-one\tx    \t\n");
    EXPECT_EQ(tabbed_table({"Id"}, {}), "Id\t\n");
}

}  // namespace
}  // namespace barnabas::cli
