#include <barnabas/serdes_json.h>

#include <boost/describe.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace barnabas {
namespace {

using ::testing::HasSubstr;

struct Order {
    std::string id;
    std::int64_t cents = 0;
    std::vector<std::string> items;

    friend bool operator==(const Order&, const Order&) = default;
};
BOOST_DESCRIBE_STRUCT(Order, (), (id, cents, items))

struct Touchy {};
void tag_invoke(boost::json::value_from_tag /*tag*/, boost::json::value& /*into*/, const Touchy&) {
    throw std::runtime_error("do not touch");
}
Touchy tag_invoke(boost::json::value_to_tag<Touchy> /*tag*/, const boost::json::value& /*from*/) {
    throw std::runtime_error("do not touch");
}

std::string text(const boost::json::value& value) {
    Bytes out;
    const auto written = append_json(value, out);
    return written ? std::string(as_text(out)) : written.error().message;
}

TEST(JsonSerde, WritesAndReadsDescribedStructs) {
    const auto serde = json_serde<Order>();
    const Order order{.id = "7", .cents = 1999, .items = {"café", "\"x\""}};
    Bytes bytes = to_bytes("before ");
    ASSERT_TRUE(serde->serialize({.topic = "orders"}, order, bytes));
    EXPECT_EQ(as_text(bytes),
              "before {\"id\":\"7\",\"cents\":1999,\"items\":[\"café\",\"\\\"x\\\"\"]}");
    const auto read = serde->deserialize({}, ByteView(bytes).subspan(7));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, order);
}

TEST(JsonSerde, WritesAndReadsWhatBoostConverts) {
    const auto serde = json_serde<std::map<std::string, double>>();
    Bytes bytes;
    ASSERT_TRUE(serde->serialize({}, {{"a", 0.5}, {"b", -2}}, bytes));
    EXPECT_EQ(serde->deserialize({}, bytes).value(),
              (std::map<std::string, double>{{"a", 0.5}, {"b", -2}}));
}

TEST(JsonSerde, ReadsJsonAsItIs) {
    const auto serde = standard_serde<boost::json::value>();
    const auto read = serde->deserialize({}, as_bytes(" {\"a\": [1, null, 2.5], \"a\": true} \n"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(boost::json::serialize(*read), "{\"a\":true}");
    Bytes bytes;
    ASSERT_TRUE(serde->serialize({}, nullptr, bytes));
    EXPECT_EQ(as_text(bytes), "null");
}

TEST(JsonSerde, SaysWhatIsWrongAtWhichByte) {
    struct Row {
        std::string json;
        std::string sentence;
    };
    const Row rows[] = {
        {.json = "", .sentence = "no JSON: incomplete JSON at byte 0"},
        {.json = "{\"a\":", .sentence = "no JSON: incomplete JSON at byte 5"},
        {.json = "{\"a\":x}", .sentence = "no JSON: syntax error at byte 5"},
        {.json = "[1] [2]", .sentence = "no JSON: extra data at byte 4"},
        {.json = "\"\xff\"", .sentence = "no JSON: "},
        {.json = "NaN", .sentence = "no JSON: syntax error at byte 0"},
        {.json = std::string(json_depth_max + 1, '['), .sentence = "no JSON: "},
    };
    for (const auto& row : rows) {
        const auto read = parse_json(as_bytes(row.json));
        ASSERT_FALSE(read) << row.json;
        EXPECT_EQ(read.error().code, ErrorCode::invalid_record);
        EXPECT_THAT(read.error().message, HasSubstr(row.sentence));
    }
    const std::string deep = std::string(json_depth_max, '[') + std::string(json_depth_max, ']');
    EXPECT_TRUE(parse_json(as_bytes(deep)));
}

TEST(JsonSerde, RefusesJsonOfAnotherForm) {
    const auto serde = json_serde<Order>();
    for (const std::string_view json : {"{}", "[]", "{\"id\":1,\"cents\":1,\"items\":[]}",
                                        "{\"id\":\"1\",\"cents\":\"1\",\"items\":[]}"}) {
        const auto read = serde->deserialize({}, as_bytes(json));
        ASSERT_FALSE(read) << json;
        EXPECT_EQ(read.error().code, ErrorCode::invalid_record);
        EXPECT_THAT(read.error().message, HasSubstr("the JSON is of another form: "));
    }
    EXPECT_FALSE(json_serde<std::int8_t>()->deserialize({}, as_bytes("300")));
}

TEST(JsonSerde, RefusesWhatJsonCannotSay) {
    EXPECT_THAT(text(std::numeric_limits<double>::infinity()), HasSubstr("the number inf"));
    EXPECT_THAT(text({1, {{"a", std::numeric_limits<double>::quiet_NaN()}}}),
                HasSubstr("the number nan"));
    boost::json::value deep = boost::json::array();
    for (std::size_t i = 0; i < json_depth_max; ++i) {
        deep = boost::json::array{std::move(deep)};
    }
    EXPECT_THAT(text(deep), HasSubstr("nested more than 1000 deep"));
    Bytes out = to_bytes("kept");
    EXPECT_FALSE(append_json(std::numeric_limits<double>::infinity(), out));
    EXPECT_EQ(as_text(out), "kept");
}

TEST(JsonSerde, TakesWhatConversionsThrowForTheirError) {
    const auto serde = json_serde<Touchy>();
    Bytes out;
    const auto written = serde->serialize({}, Touchy(), out);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "this is no JSON: do not touch");
    const auto read = serde->deserialize({}, as_bytes("1"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::invalid_record);
}

}  // namespace
}  // namespace barnabas
