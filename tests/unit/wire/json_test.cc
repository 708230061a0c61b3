#include "wire/json.h"

#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/persisted/coordinator_records.h"
#include "wire/text_bytes.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace barnabas::wire {
namespace {

boost::json::object parsed(std::string_view text) {
    return boost::json::parse(text).as_object();
}

TEST(Json, OfAMessageHasTheFieldsOfItsVersion) {
    MetadataRequest request;
    request.topics.emplace().push_back({.name = "orders"});
    EXPECT_EQ(boost::json::serialize(to_json(request, 1)), R"({"topics":[{"name":"orders"}]})");
    request.topics.reset();
    EXPECT_EQ(boost::json::serialize(to_json(request, 4)),
              R"({"topics":null,"allowAutoTopicCreation":true})");
}

TEST(Json, LeavesTaggedFieldsOutAtTheirDefaults) {
    FetchRequest request;
    EXPECT_FALSE(to_json(request, 12).contains("clusterId"));
    request.cluster_id = "c";
    request.unknown_tags.push_back({.tag = 9, .bytes = as_bytes("?")});
    const auto json = to_json(request, 12);
    EXPECT_EQ(json.at("clusterId").as_string(), "c");
    EXPECT_EQ(boost::json::serialize(json.at("_unknownTaggedFields")), R"([{"tag":9,"hex":"3f"}])");
}

TEST(Json, TellsTheSizeOfRecordsThatAreElsewhere) {
    FetchResponse response;
    response.responses.emplace_back().partitions.emplace_back().records = Records::spliced(7, 0);
    const auto json = to_json(response, 4);
    const auto& partition = json.at("responses").at(0).at("partitions").at(0);
    EXPECT_EQ(boost::json::serialize(partition.at("records")), R"({"splicedBytes":7})");
}

TEST(Json, IsRefusedWithTheNameOfTheField) {
    struct Row {
        std::string_view json, error;
    };
    const Row rows[] = {
        {"{}", "topics is missing"},
        {R"({"topics":7})", "topics: 7 is not an array"},
        {R"({"topics":[7]})", "topics: [0]: 7 is not an object"},
        {R"({"topics":[{"name":7}]})", "topics: [0]: name: 7 is not a string"},
        {R"({"topics":[{"name":null}]})",
         "topics: [0]: name: null, which this version does not allow"},
        {R"({"topics":[],"b":1})", "2 members, of which version 1 has 1"},
    };
    for (const auto& row : rows) {
        JsonBytes bytes;
        const auto read = from_json<MetadataRequest>(parsed(row.json), 1, bytes);
        ASSERT_FALSE(read) << row.json;
        EXPECT_EQ(read.error().message, fmt::format("MetadataRequest v1: {}", row.error));
    }
}

TEST(Json, TakesWholeNumbersInTheirRange) {
    const auto replica = [](std::string_view number) {
        JsonBytes bytes;
        const auto json =
            fmt::format(R"({{"replicaId":{},"maxWaitMs":0,"minBytes":0,"topics":[]}})", number);
        return from_json<FetchRequest>(parsed(json), 0, bytes);
    };
    EXPECT_EQ(replica("-2147483648")->replica_id, std::numeric_limits<std::int32_t>::min());
    for (const auto* wrong : {"2147483648", "1.5", "\"1\"", "true", "18446744073709551615"}) {
        EXPECT_FALSE(replica(wrong)) << wrong;
    }
}

TEST(TextBytes, AreStandardBase64) {
    struct Row {
        std::string_view bytes, text;
    };
    const Row rows[] = {{"", ""},
                        {"f", "Zg=="},
                        {"fo", "Zm8="},
                        {"foo", "Zm9v"},
                        {"foob", "Zm9vYg=="},
                        {"fooba", "Zm9vYmE="},
                        {"foobar", "Zm9vYmFy"},
                        {"\xfb\xff\xfe", "+//+"}};
    for (const auto& row : rows) {
        EXPECT_EQ(to_base64(as_bytes(row.bytes)), row.text);
        const auto back = from_base64(row.text);
        ASSERT_TRUE(back) << row.text;
        EXPECT_EQ(as_text(*back), row.bytes);
    }
    for (const auto* wrong : {"Z", "Zg=", "Zg=a", "Z===", "====", "-__-", "Zm9v "}) {
        EXPECT_FALSE(from_base64(wrong)) << wrong;
    }
}

TEST(TextBytes, AreHexOfEitherCase) {
    EXPECT_EQ(to_hex(as_bytes("\x01\xab")), "01ab");
    EXPECT_EQ(as_text(*from_hex("01aB")), "\x01\xab");
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Json, HasFieldsInTheOrderOfTheirDescription) {
    TransactionLogValue transaction;
    transaction.previous_producer_id = 7;  // tagged
    const auto text = json_text(to_json(transaction, 1));
    EXPECT_TRUE(text.starts_with(R"({"producerId":0,"previousProducerId":7,"producerEpoch":0,)"))
        << text;
}

// What Jackson and Double.toString (Java 19 and later) print.
TEST(JsonText, IsWhatKafkasToolsPrint) {
    const std::pair<boost::json::value, std::string_view> rows[] = {
        {nullptr, "null"},
        {true, "true"},
        {-7, "-7"},
        {std::uint64_t{1} << 63, "9223372036854775808"},
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {100.0, "100.0"},
        {9999999.0, "9999999.0"},
        {1e7, "1.0E7"},
        {123456789.125, "1.23456789125E8"},
        {1e21, "1.0E21"},
        {0.001, "0.001"},
        {0.002, "0.002"},
        {0.0009, "9.0E-4"},
        {1.5e-10, "1.5E-10"},
        {std::numeric_limits<double>::infinity(), R"("Infinity")"},
        {parsed(R"({"a": [1, "x\n", {}], "_unknownTaggedFields": [], "b": null})"),
         R"({"a":[1,"x\n",{}],"b":null})"},
        {"\xff", "\"\xef\xbf\xbd\""},
    };
    for (const auto& [value, text] : rows) {
        EXPECT_EQ(json_text(value), text);
    }
}

}  // namespace
}  // namespace barnabas::wire
