#include "cli/records/deserializers.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace barnabas::cli {
namespace {

using enum DeserializerClass;

std::string told(DeserializerClass type, const std::string& data,
                 TextEncoding encoding = TextEncoding::utf8) {
    const auto text = Deserializer{.type = type, .encoding = encoding}.text(as_bytes(data));
    return text ? *text : "error: " + text.error().message;
}

TEST(Deserializers, TellWhatJavaPrints) {
    struct Row {
        DeserializerClass type;
        std::string data;
        std::string want;
    };
    const Row rows[] = {
        {string, "caf\xc3\xa9", "caf\xc3\xa9"},
        {string, "a\xff", "a\xef\xbf\xbd"},
        {byte_array, std::string("\0\1", 2), std::string("\0\1", 2)},
        {bytes, std::string("a\\\0~\x7f", 5), R"(a\x5C\x00~\x7F)"},
        {byte_buffer, "abc", "java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]"},
        {int16, "\xff\xfe", "-2"},
        {int16, "\1", "error: Size of data received by ShortDeserializer is not 2"},
        {int32, std::string("\0\0\1\0", 4), "256"},
        {int32, "abc", "error: Size of data received by IntegerDeserializer is not 4"},
        {int64, std::string("\0\0\0\0\0\0\0\7", 8), "7"},
        {float32, std::string("\x3f\xc0\0\0", 4), "1.5"},
        {float32, "ab", "error: Size of data received by Deserializer is not 4"},
        {float64, std::string("\x41\x63\x12\xd0\0\0\0\0", 8), "1.0E7"},
        {uuid, "123E4567-E89B-12D3-A456-426614174000", "123e4567-e89b-12d3-a456-426614174000"},
        {uuid, "1-2-3-4-5", "00000001-0002-0003-0004-000000000005"},
        {uuid, "1-2-3-4", "error: Error parsing data into UUID"},
        {uuid, "1-2-3-4-5-6", "error: Error parsing data into UUID"},
        {uuid, "1-2--4-5", "error: Error parsing data into UUID"},
        {uuid, "x", "error: Error parsing data into UUID"},
        {boolean, "\1", "true"},
        {boolean, std::string("\0", 1), "false"},
        {boolean, "\xff", "error: Unexpected byte received by BooleanDeserializer: -1"},
        {boolean, "ab", "error: Size of data received by BooleanDeserializer is not 1"},
        {nothing, "", "error: Data should be null for a VoidDeserializer."},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(told(row.type, row.data), row.want) << static_cast<int>(row.type);
    }
    EXPECT_EQ(told(string, "\xe9", TextEncoding::latin1), "\xc3\xa9");
    EXPECT_EQ(told(string, "a\xe9", TextEncoding::ascii), "a\xef\xbf\xbd");
}

TEST(Deserializers, WriteNumbersAsJava) {
    const std::pair<double, std::string> doubles[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.001, "0.001"},
        {0.0001, "1.0E-4"},
        {1.2345e-5, "1.2345E-5"},
        {9999999.0, "9999999.0"},
        {1e7, "1.0E7"},
        {1.5e300, "1.5E300"},
        {1e-300, "1.0E-300"},
        {-2.5, "-2.5"},
        {std::numeric_limits<double>::quiet_NaN(), "NaN"},
        {std::numeric_limits<double>::infinity(), "Infinity"},
        {-std::numeric_limits<double>::infinity(), "-Infinity"},
    };
    for (const auto& [value, want] : doubles) {
        EXPECT_EQ(java_decimal(value), want);
    }
    EXPECT_EQ(java_decimal(0.1F), "0.1");
    EXPECT_EQ(java_decimal(3e10F), "3.0E10");
}

TEST(Deserializers, TellJson) {
    const auto json = [](DeserializerClass type, const std::string& data) {
        return Deserializer{.type = type}.json(as_bytes(data)).value_or("error");
    };
    EXPECT_EQ(json(int16, "\xff\xfe"), "-2");
    EXPECT_EQ(json(boolean, "\1"), "true");
    EXPECT_EQ(json(string, "a\"b"), R"("a\"b")");
    EXPECT_EQ(json(float32, std::string("\x7f\xc0\0\0", 4)), R"("NaN")");
    EXPECT_EQ(json(float32, std::string("\xff\x80\0\0", 4)), R"("-Infinity")");
    EXPECT_EQ(json(int32, "abc"), "error");
}

TEST(Deserializers, AreFoundByName) {
    EXPECT_EQ(deserializer_class("org.apache.kafka.common.serialization.LongDeserializer"), int64);
    EXPECT_EQ(deserializer_class("LongDeserializer"), int64);
    EXPECT_EQ(deserializer_class("com.example.LongDeserializer"), std::nullopt);
    EXPECT_EQ(deserializer_class(""), std::nullopt);
    EXPECT_EQ(text_encoding("utf-8"), TextEncoding::utf8);
    EXPECT_EQ(text_encoding("ISO-8859-1"), TextEncoding::latin1);
    EXPECT_EQ(text_encoding("US-ASCII"), TextEncoding::ascii);
    EXPECT_EQ(text_encoding("EBCDIC"), std::nullopt);
}

TEST(Deserializers, KeepToTextInJson) {
    std::string out = "x";
    EXPECT_TRUE(append_json_text(out, as_bytes("a\n")));
    EXPECT_EQ(out, R"(x"a\n")");
    EXPECT_FALSE(append_json_text(out, as_bytes("\xff")));
    EXPECT_EQ(out, R"(x"a\n")");
}

}  // namespace
}  // namespace barnabas::cli
