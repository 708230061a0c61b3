#include "wire/reader.h"

#include "wire/writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace barnabas::wire {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (const int value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

TEST(Reader, TakesBigEndianNumbersAndBytes) {
    const auto input = bytes({0x01, 0x02, 0xff, 0xff, 0xff, 0xfe, 0x07, 0x08});
    Reader reader(input);
    EXPECT_EQ(reader.integer<std::int16_t>(), 0x0102);
    EXPECT_EQ(reader.integer<std::int32_t>(), -2);
    EXPECT_EQ(reader.bytes(2).data(), input.data() + 6);
    EXPECT_EQ(reader.left(), 0U);
    EXPECT_TRUE(reader.ok());
}

TEST(Reader, KeepsItsFirstFailureAndTakesNothingMore) {
    const auto input = bytes({1, 2, 3});
    Reader reader(input);
    EXPECT_EQ(reader.integer<std::int32_t>(), 0);
    EXPECT_EQ(reader.error(), "4 bytes wanted, 3 left");
    EXPECT_EQ(reader.integer<std::int8_t>(), 0);
    EXPECT_TRUE(reader.bytes(1).empty());
    EXPECT_EQ(reader.unsigned_varint(), 0U);
    reader.fail("another");
    EXPECT_EQ(reader.error(), "4 bytes wanted, 3 left");
    EXPECT_EQ(reader.left(), 0U);
}

TEST(Reader, ReadsTheVarintsThatTheWriterWrites) {
    struct Row {
        std::uint32_t value;
        std::size_t size;
    };
    const Row rows[] = {{0, 1},
                        {127, 1},
                        {128, 2},
                        {16'383, 2},
                        {16'384, 3},
                        {2'097'151, 3},
                        {2'097'152, 4},
                        {268'435'455, 4},
                        {268'435'456, 5},
                        {2'147'483'647, 5},
                        {std::numeric_limits<std::uint32_t>::max(), 5}};
    for (const auto& row : rows) {
        ByteBuffer buffer;
        Writer(buffer).unsigned_varint(row.value);
        EXPECT_EQ(buffer.size(), row.size) << row.value;
        Reader whole(buffer.view());
        EXPECT_EQ(whole.unsigned_varint(), row.value);
        EXPECT_TRUE(whole.ok());
        EXPECT_EQ(whole.left(), 0U);
        Reader cut(buffer.view().first(row.size - 1));
        EXPECT_EQ(cut.unsigned_varint(), 0U) << row.value;
        EXPECT_FALSE(cut.ok()) << row.value;
    }
}

TEST(Reader, RefusesVarintsOfMoreThanFiveBytes) {
    const auto input = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x01});
    Reader reader(input);
    EXPECT_EQ(reader.unsigned_varint(), 0U);
    EXPECT_EQ(reader.error(), "a varint of more than 5 bytes");
}

}  // namespace
}  // namespace barnabas::wire
