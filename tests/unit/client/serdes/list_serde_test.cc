#include <barnabas/serdes_json.h>
#include <barnabas/serdes_list.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

namespace barnabas {
namespace {

using ::testing::HasSubstr;

Bytes bytes_of(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

template <class T>
void expect_list(const Serde<List<T>>& serde, const List<T>& list, const Bytes& bytes) {
    Bytes out;
    ASSERT_TRUE(serde.serialize({.topic = "t"}, list, out));
    EXPECT_EQ(out, bytes);
    const auto read = serde.deserialize({.topic = "t"}, bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, list);
}

TEST(ListSerde, PutsNumbersOneBehindTheOtherAndTheirNullsInFront) {
    expect_list<std::int32_t>(*list_serde<std::int32_t>(), {},
                              bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 0}));
    expect_list<std::int32_t>(*list_serde<std::int32_t>(), {1, std::nullopt, -1},
                              bytes_of({0,                             //
                                        0, 0, 0, 1, 0,   0,   0,   1,  // one null: the second
                                        0, 0, 0, 3,                    // entries
                                        0, 0, 0, 1, 255, 255, 255, 255}));
    expect_list<std::int32_t>(*list_serde<std::int32_t>(), {std::nullopt, std::nullopt},
                              bytes_of({0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2}));
    expect_list<std::int16_t>(*list_serde<std::int16_t>(), {258},
                              bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2}));
    expect_list<std::int64_t>(*list_serde<std::int64_t>(), {5},
                              bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5}));
    expect_list<float>(*list_serde<float>(), {1.5F},
                       bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0}));
    expect_list<double>(*list_serde<double>(), {-2.0},
                        bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0xC0, 0, 0, 0, 0, 0, 0, 0}));
    Bytes id = bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1});
    const ByteView text = as_bytes("00000000-0000-0000-0000-000000000000");
    id.insert(id.end(), text.begin(), text.end());
    expect_list<Uuid>(*list_serde<Uuid>(), {Uuid()}, id);
}

TEST(ListSerde, PutsASizeInFrontOfWhateverElse) {
    expect_list<std::string>(*list_serde<std::string>(), {}, bytes_of({1, 0, 0, 0, 0}));
    expect_list<std::string>(*list_serde<std::string>(), {"ab", std::nullopt, ""},
                             bytes_of({1, 0, 0, 0, 3,         //
                                       0, 0, 0, 2, 'a', 'b',  //
                                       255, 255, 255, 255,    // a null
                                       0, 0, 0, 0}));
    expect_list<bool>(*list_serde<bool>(), {true}, bytes_of({1, 0, 0, 0, 1, 0, 0, 0, 1, 1}));
    // Kafka goes by the inner serializer's class: a number by one of one's own has a size.
    expect_list<std::int32_t>(*list_serde<std::int32_t>(json_serde<std::int32_t>()), {7},
                              bytes_of({1, 0, 0, 0, 1, 0, 0, 0, 1, '7'}));
    expect_list<List<std::int16_t>>(*list_serde<List<std::int16_t>>(list_serde<std::int16_t>()),
                                    {List<std::int16_t>{1}, std::nullopt},
                                    bytes_of({1, 0, 0, 0, 2, 0, 0, 0, 11,  0,   0,   0,
                                              0, 0, 0, 0, 0, 1, 0, 1, 255, 255, 255, 255}));
}

TEST(ListSerde, ReadsNumbersWithSizesToo) {
    const auto read = list_serde<std::int16_t>()->deserialize(
        {}, bytes_of({1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 9, 255, 255, 255, 255}));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, (List<std::int16_t>{9, std::nullopt}));
}

TEST(ListSerde, RefusesWhatIsNoSuchList) {
    struct Row {
        Bytes bytes;
        std::string why;
    };
    const Row numbers[] = {
        {.bytes = {}, .why = "first byte"},
        {.bytes = bytes_of({2, 0, 0, 0, 0}), .why = "not with 2"},
        {.bytes = bytes_of({0, 0, 0}), .why = "number of nulls"},
        {.bytes = bytes_of({0, 0, 0, 0, 0}), .why = "number of entries"},
        {.bytes = bytes_of({0, 127, 255, 255, 255, 0, 0, 0, 0}), .why = "number of nulls is"},
        {.bytes = bytes_of({0, 255, 255, 255, 255, 0, 0, 0, 0}), .why = "number of nulls is -1"},
        {.bytes = bytes_of({0, 0, 0, 0, 0, 255, 255, 255, 255}), .why = "has -1 entries"},
        {.bytes = bytes_of({0, 0, 0, 0, 0, 127, 255, 255, 255}), .why = "0 byte(s) for them"},
        {.bytes = bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0}), .why = "1 byte(s) for them"},
        {.bytes = bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2}), .why = "3 byte(s) for them"},
        {.bytes = bytes_of({0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}), .why = "index 1"},
        {.bytes = bytes_of({0, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 1}), .why = "index -1"},
        {.bytes = bytes_of({1, 0, 0, 0, 1, 0, 0, 0, 1, 5}), .why = "entry 0 of the list: 1 byte"},
        {.bytes = bytes_of({1, 127, 255, 255, 255, 0, 0, 0, 0}), .why = "number of entries is"},
        {.bytes = bytes_of({1, 0, 0, 0, 1, 255, 255, 255, 254}), .why = "size -2"},
        {.bytes = bytes_of({1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1}), .why = "next entry"},
        {.bytes = bytes_of({1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0, 0}), .why = "next entry's size"},
        {.bytes = bytes_of({1, 0, 0, 0, 0, 7}), .why = "1 byte(s) stand behind"},
    };
    for (const Row& row : numbers) {
        const auto read = list_serde<std::int16_t>()->deserialize({}, row.bytes);
        ASSERT_FALSE(read) << row.why;
        EXPECT_EQ(read.error().code, ErrorCode::invalid_record);
        EXPECT_THAT(read.error().message, HasSubstr(row.why));
    }
    const auto text =
        list_serde<std::string>()->deserialize({}, bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 0}));
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("does not know which"));
}

TEST(ListSerde, RefusesAnEntryThatCannotBeTold) {
    Bytes out;
    const auto told = list_serde<double>(json_serde<double>())
                          ->serialize({}, {1.0, std::numeric_limits<double>::infinity()}, out);
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, ErrorCode::invalid_record);
}

}  // namespace
}  // namespace barnabas
